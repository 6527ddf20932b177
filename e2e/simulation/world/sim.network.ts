import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Trace } from '../engine/trace.log.js';
import type { VirtualTime } from '../engine/virtual.time.js';
import type { Faults, Place } from './fault.profile.js';

/**
 * What becomes of one call. `refused`: never done, and the caller is told so. `lost`: never done, and the caller hears nothing.
 * `answer_lost`: done, the caller hears nothing. `late`: the caller hears nothing, and it is done after that.
 */
type Fate = 'done' | 'refused' | 'lost' | 'answer_lost' | 'late';

export interface Call<T> {
  readonly to: Place;
  /** For the trace; empty keeps it out. */
  readonly what: string;
  /** Happens at the other end, all at once. What it throws is its answer. */
  readonly effect: () => T;
  /** What the caller is thrown when it was surely not done. */
  readonly refused: () => Error;
  /** What the caller is thrown when nobody knows. Absent for what only reads: then `refused`. */
  readonly unknown?: () => Error;
  /** How the answer reads in the trace. */
  readonly tell?: (value: T) => string;
}

export interface NetworkParts {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  readonly faults: Faults;
}

/** Every await of a service on something outside it goes through here. */
export class Network {
  /** May end or freeze the caller: asked before a call leaves, and between its effect and its answer. */
  befall: (life: Life) => void = () => undefined;

  constructor(private readonly parts: NetworkParts) {}

  call<T>(life: Life, call: Call<T>): Promise<T> {
    const { time, random, trace } = this.parts;
    const fate = this.#fateOf(call);
    const say = (how: string): void => {
      if (call.what !== '') trace.say(life.name, `${call.what} -> ${how}`);
    };
    return new Promise<T>((resolve, reject) => {
      const answer = (settle: () => void): void => void life.after(this.#latency(), settle);
      const silence = (): void => {
        say(fate);
        const error = call.unknown?.() ?? call.refused();
        void life.after(random.between(500, 3_000), () => reject(error));
      };
      const arrive = (): void => {
        // What had not left a process that died never will.
        if (!life.alive && random.chance(0.5)) return;
        if (fate === 'refused') {
          say('refused');
          return answer(() => reject(call.refused()));
        }
        if (fate === 'lost') return silence();
        if (fate === 'late') {
          silence();
          return void time.after(random.between(1_000, 60_000), () => {
            const done = attempt(call.effect);
            say(`arrives late: ${tell(call, done)}`);
          });
        }
        const done = attempt(call.effect);
        if (life.alive) this.befall(life);
        if (fate === 'answer_lost') return silence();
        say(tell(call, done));
        answer(() => (done.ok ? resolve(done.value) : reject(done.error as Error)));
      };
      this.befall(life);
      if (life.alive) time.after(this.#latency(), arrive);
    });
  }

  #fateOf(call: Pick<Call<unknown>, 'to' | 'unknown'>): Fate {
    const { random, faults } = this.parts;
    if (faults.isDown(call.to)) return random.chance(0.7) ? 'refused' : 'lost';
    if (!random.chance(faults.now.trouble[call.to])) return 'done';
    return call.unknown ? random.pick(['refused', 'lost', 'answer_lost', 'answer_lost', 'late']) : 'refused';
  }

  #latency(): number {
    const { random, faults } = this.parts;
    return random.chance(faults.now.slow) ? random.skewed(faults.now.slowMs) : random.between(0, 3);
  }
}

type Done<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

function attempt<T>(effect: () => T): Done<T> {
  try {
    return { ok: true, value: effect() };
  } catch (error) {
    return { ok: false, error };
  }
}

const tell = <T>({ tell: words }: Call<T>, done: Done<T>): string =>
  done.ok ? (words?.(done.value) ?? 'ok') : `throws ${String((done.error as Error).name)}`;

/** Weather of a database, as its client throws it. */
export class WeatherError extends Error {
  override readonly name = 'WeatherError';
  readonly code = 'ECONNRESET';
}
