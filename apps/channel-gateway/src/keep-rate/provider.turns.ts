import { Collector, fulfilled, type CollectorTimers, type Settled } from '@homing/messaging';
import type { Timing } from '@homing/service-kit';
import type { TurnReader } from '@homing/vault/gate';
import type { ProviderRates } from './provider.rates.js';

/**
 * How long after it began a turn may still be used, in milliseconds. Turns are that much further apart than the rate asks for, by the
 * part it is of a second: so that whenever within them calls start, no second sees more of them than the rate.
 */
export const TURN_MS = 100;
/** Turns are taken while the next one begins within this, in milliseconds, and at most so much of them at once; whoever finds none comes again. */
export const HORIZON_MS = 2_000;

/** When a call may start, by this process's monotonic clock: `from` and `until` included. */
export interface Turn {
  readonly kind: 'turn';
  readonly from: number;
  readonly until: number;
}
export type TurnAnswer = Turn | { readonly kind: 'later'; readonly waitMs: number };

/** Nobody has found none for so long: it is over. Whoever finds none comes again after two seconds. */
const PAUSE_MS = 10_000;

export interface TurnParts {
  readonly reader: TurnReader;
  readonly rates: ProviderRates;
  readonly timing: Pick<Timing, 'monotonic' | 'sleep'>;
  /** Default: this process's. */
  readonly timers?: CollectorTimers;
}

/**
 * Takes turns at providers that have a rate, shared with all gateways: whoever waits at one moment takes them in one round trip.
 * @see TURN_MS for what is promised
 */
export class ProviderTurns {
  readonly #collector: Collector<string, TurnAnswer>;
  readonly #short = new Map<string, { readonly since: number; readonly last: number }>();

  constructor(private readonly parts: TurnParts) {
    this.#collector = new Collector<string, TurnAnswer>({
      name: 'turns',
      maxBatch: 256,
      lingerMs: 2,
      maxConcurrent: 2,
      ...(parts.timers && { timers: parts.timers }),
      flush: (batch) => this.#takeAll(batch),
    });
  }

  /** Undefined: the provider has no rate, and a call may start at any time. */
  async take(provider: string): Promise<TurnAnswer | undefined> {
    return this.parts.rates.has(provider) ? this.#collector.add(provider) : undefined;
  }

  /** For how many milliseconds somebody has found no turn again and again; 0: nobody does now. */
  shortMs(provider: string): number {
    const short = this.#short.get(provider);
    return short && this.parts.timing.monotonic() - short.last <= PAUSE_MS ? short.last - short.since : 0;
  }

  #noteShort(provider: string): void {
    const now = this.parts.timing.monotonic();
    const before = this.#short.get(provider);
    const goesOn = before && now - before.last <= PAUSE_MS;
    this.#short.set(provider, { since: goesOn ? before.since : now, last: now });
  }

  /** Waits for the beginning of a turn. False: it is over, another has to be taken. */
  async begun({ from, until }: Turn): Promise<boolean> {
    const { timing } = this.parts;
    for (let wait = from - timing.monotonic(); wait > 0; wait = from - timing.monotonic())
      await timing.sleep(Math.ceil(wait));
    return timing.monotonic() <= until;
  }

  /** True while a call may start in this turn. */
  isOn({ from, until }: Turn): boolean {
    const now = this.parts.timing.monotonic();
    return from <= now && now <= until;
  }

  async #takeAll(batch: readonly string[]): Promise<Settled<TurnAnswer>[]> {
    const counts = Map.groupBy(batch, (provider) => provider);
    const given = new Map<string, TurnAnswer[]>(
      await Promise.all(
        [...counts].map(async ([provider, { length }]) => [provider, await this.#takeOf(provider, length)] as const),
      ),
    );
    return batch.map((provider) => {
      const turn = given.get(provider)?.shift();
      if (!turn) this.#noteShort(provider);
      return fulfilled(turn ?? { kind: 'later', waitMs: HORIZON_MS });
    });
  }

  async #takeOf(provider: string, waiting: number): Promise<TurnAnswer[]> {
    const { reader, rates, timing } = this.parts;
    const spacingMs = (1_000 + TURN_MS) / (rates.get(provider) ?? 1);
    const count = Math.min(waiting, Math.max(1, Math.floor(HORIZON_MS / spacingMs)));
    const sentAt = timing.monotonic();
    const begins = await reader.take({ provider, count, spacingMs, horizonMs: HORIZON_MS });
    const heardAt = timing.monotonic();
    if (begins === undefined) return [];
    // The database's now lies between the two, so a turn begins by both clocks, and ends by both.
    return Array.from({ length: count }, (_, i): Turn => {
      const begin = begins + i * spacingMs;
      return { kind: 'turn', from: heardAt + begin, until: sentAt + begin + TURN_MS };
    });
  }
}
