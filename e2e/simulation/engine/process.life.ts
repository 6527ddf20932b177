import type { CollectorTimers } from '@homing/messaging';
import type { Timing } from '@homing/service-kit';
import type { Random } from './random.source.js';
import type { VirtualTime } from './virtual.time.js';

export interface LifeOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly random: Random;
  /** How far its wall clock is off, in milliseconds. */
  readonly skewMs: number;
}

/**
 * One life of one process: its clock, its waiting, its chance. When it ends nothing of it runs any more: promises it waits for
 * never settle, so what it held in memory is gone. While it is frozen everything of it waits, as under SIGSTOP.
 */
export class Life {
  readonly name: string;
  readonly skewMs: number;
  readonly #time: VirtualTime;
  readonly #random: Random;
  #alive = true;
  #frozenUntil = -Infinity;
  readonly #atEnd: (() => void)[] = [];

  constructor({ name, time, random, skewMs }: LifeOptions) {
    this.name = name;
    this.skewMs = skewMs;
    this.#time = time;
    this.#random = random;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** True while everything in it waits. */
  get frozen(): boolean {
    return this.#time.now < this.#frozenUntil;
  }

  end(): void {
    this.#alive = false;
    for (const run of this.#atEnd.splice(0)) run();
  }

  onEnd(run: () => void): void {
    this.#atEnd.push(run);
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#time.now + ms);
  }

  /** Runs it in this process: now, after the thaw, or never. */
  readonly within = (run: () => void): void => {
    if (!this.#alive) return;
    if (!this.frozen) return run();
    this.#time.after(this.#frozenUntil - this.#time.now, () => this.within(run));
  };

  after(ms: number, run: () => void): () => void {
    return this.#time.after(ms, () => this.within(run));
  }

  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => void this.after(ms, resolve));

  readonly wallClock = (): number => this.#time.now + this.skewMs;
  readonly date = (): Date => new Date(this.wallClock());
  readonly instant = (): string => this.date().toISOString();

  get timers(): CollectorTimers {
    return { after: (ms, run) => this.after(ms, run), turn: (run) => this.after(0, run) };
  }

  get timing(): Timing {
    return {
      monotonic: () => this.#time.now,
      sleep: this.sleep,
      deadline: (ms) => {
        const controller = new AbortController();
        this.after(ms, () => controller.abort());
        return controller.signal;
      },
      random: this.#random.next,
      randomId: this.#random.uuid,
    };
  }
}
