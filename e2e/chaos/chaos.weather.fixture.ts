import { setTimeout as pause } from 'node:timers/promises';
import type { LocalStack } from '@homing/testing/local-stack';
import { Random } from '../simulation/engine/random.source.js';

/** On every day: some webhooks twice and out of order, some connections cut after the provider took the message. */
const ALWAYS = { dropAfterAccept: 0.04, webhook: { duplicates: 1, reorder: true, delayMs: [0, 400] } };

/** What a provider does for a while, and for what share of a spell. */
const SPELLS: readonly { readonly name: string; readonly behaviour: object; readonly share: number }[] = [
  { name: 'ordinary', behaviour: {}, share: 1 },
  // A flood: short, because each message of it is heard of 46 times for every fact.
  {
    name: 'everything 46 times',
    behaviour: { webhook: { duplicates: 45, reorder: true, delayMs: [0, 400] } },
    share: 0.1,
  },
  { name: 'late webhooks', behaviour: { webhook: { duplicates: 2, reorder: true, delayMs: [500, 3_000] } }, share: 1 },
  { name: 'slow answers', behaviour: { answerDelayMs: [100, 600] }, share: 1 },
  { name: 'refusals', behaviour: { errorRates: { '400': 0.15 } }, share: 1 },
  { name: 'cut before and after', behaviour: { dropAfterAccept: 0.2, dropBeforeAccept: 0.03 }, share: 0.5 },
  {
    name: 'throttling',
    behaviour: { throttle: { rate: 0.2, style: 'retry-after', retryAfterSeconds: 1 } },
    share: 0.5,
  },
];

export interface WeatherWish {
  readonly seed: string;
  readonly spellMs: number;
  readonly signal: AbortSignal;
  /** All of them have the same weather. */
  readonly providers: readonly string[];
}

/** Providers that change their minds every few seconds, until they are told to stop. */
export class Weather {
  readonly #random: Random;
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;
  readonly seen = new Set<string>();

  constructor(
    private readonly stack: LocalStack,
    private readonly wish: WeatherWish,
  ) {
    this.#random = new Random(`${wish.seed}:weather`);
    this.#over = this.#run(wish.spellMs);
    this.#over.catch(() => undefined);
  }

  /** Resolves when it has been every kind of weather once, and is a provider's best day again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
    await this.stack.behave({}, this.wish.providers);
  }

  async #run(spellMs: number): Promise<void> {
    for (let n = 0; n < SPELLS.length || !this.#stop.signal.aborted; n += 1) {
      const spell = n < SPELLS.length ? SPELLS[(n + 1) % SPELLS.length] : this.#random.pick(SPELLS);
      if (!spell || this.wish.signal.aborted) return;
      this.seen.add(spell.name);
      await this.#during(spell.behaviour, spellMs * spell.share);
      if (spell.share < 1) await this.#during({}, spellMs * (1 - spell.share));
    }
  }

  async #during(behaviour: object, ms: number): Promise<void> {
    if (this.wish.signal.aborted) return;
    await this.stack.behave({ ...ALWAYS, ...behaviour }, this.wish.providers);
    const enough = this.seen.size === SPELLS.length ? [this.#stop.signal] : [];
    const signal = AbortSignal.any([this.wish.signal, ...enough]);
    await pause(ms, undefined, { signal }).catch(() => undefined);
  }
}
