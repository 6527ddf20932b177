import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '@homing/embedded-stores';
import { Random } from '../simulation/engine/random.source.js';
import type { Instance } from './chaos.instances.fixture.js';

export interface Kill {
  readonly name: string;
  /** The process that is gone, and the one in its place. */
  readonly gone: number;
  readonly now: number;
}

/** So many at most are away at once: on a slow machine everybody would be, and nothing would be under load. */
const MOST_AWAY = 3;

export interface KillPlan {
  readonly seed: string;
  readonly among: readonly Instance[];
  /** Mean time between two kills, in milliseconds. */
  readonly everyMs: number;
  /** How often two are killed at once, 0 to 1. */
  readonly twice: number;
  /** Ends it at once, whoever has not been killed yet. */
  readonly signal: AbortSignal;
}

/**
 * Kills at random moments, for as long as it is told to. Whose turn it is comes from a shuffled bag, so everybody is killed about
 * as often; one that is not back yet is left alone, everybody else is not.
 */
export class Killer {
  readonly #random: Random;
  readonly #away = new Set<string>();
  readonly #comingBack: Promise<void>[] = [];
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;
  #bag: Instance[] = [];
  readonly kills: Kill[] = [];
  /** When the last of them was back, in milliseconds of `performance.now()`. */
  lastBackAt = 0;

  constructor(private readonly plan: KillPlan) {
    this.#random = new Random(`${plan.seed}:kills`);
    this.#over = this.#run();
    this.#over.catch(() => undefined);
  }

  /** Kills nobody any more once everybody was killed at least once; resolves when all are back. */
  async stop(): Promise<readonly Kill[]> {
    this.#stop.abort();
    await this.#over;
    await Promise.all(this.#comingBack);
    return this.kills;
  }

  async #run(): Promise<void> {
    const wanted = new Set(this.plan.among.map(({ name }) => name));
    while (!this.#stop.signal.aborted || wanted.size > 0) {
      const signal = AbortSignal.any([this.plan.signal, ...(wanted.size > 0 ? [] : [this.#stop.signal])]);
      await pause(this.plan.everyMs * (0.5 + this.#random.next()), undefined, { signal }).catch(() => undefined);
      if (this.plan.signal.aborted || (this.#stop.signal.aborted && wanted.size === 0)) return;
      if (this.#away.size >= MOST_AWAY) continue;
      const victims = this.#draw(this.#random.chance(this.plan.twice) ? 2 : 1);
      await Promise.all(victims.map((victim) => this.#kill(victim)));
      for (const { name } of victims) wanted.delete(name);
    }
  }

  /** Those that are not back yet keep their place in the bag. */
  #draw(count: number): Instance[] {
    if (this.#bag.length === 0) this.#bag = shuffled(this.plan.among, this.#random);
    const drawn = this.#bag.filter(({ name }) => !this.#away.has(name)).slice(0, count);
    this.#bag = this.#bag.filter((instance) => !drawn.includes(instance));
    return drawn;
  }

  async #kill(victim: Instance): Promise<void> {
    const { name } = victim;
    this.#away.add(name);
    const gone = await victim.kill();
    const back = async (): Promise<void> => {
      const now = await victim.back(gone);
      if (isAlive(gone) || now === gone) throw new Error(`${name} was not killed: ${gone}`);
      this.lastBackAt = performance.now();
      this.kills.push({ name, gone, now });
      this.#away.delete(name);
    };
    const coming = back();
    coming.catch(() => undefined);
    this.#comingBack.push(coming);
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const keyed = items.map((item) => ({ item, at: random.next() }));
  return keyed.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
