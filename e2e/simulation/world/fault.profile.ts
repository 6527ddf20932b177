import type { Random } from '../engine/random.source.js';
import type { VirtualTime } from '../engine/virtual.time.js';

/** Who may be called over the network. */
export type Place = 'store' | 'bus' | 'vault' | 'rows' | 'provider' | 'ingestion';

/** How much of what goes wrong; probabilities unless it says otherwise. Zero everywhere is a calm day. */
export interface FaultProfile {
  /** A call to this place fails in some way. */
  readonly trouble: Readonly<Record<Place, number>>;
  /** A call takes up to `slowMs` instead of a few milliseconds. */
  readonly slow: number;
  readonly slowMs: number;
  /** The bus: a delivered message never reaches its handler; is delivered twice; its ack is lost; its life sign is lost. */
  readonly drop: number;
  readonly duplicate: number;
  readonly ackLost: number;
  /** Messages wait up to so many milliseconds before they are delivered, each for itself: they overtake each other. */
  readonly shuffleMs: number;
  /** A read of the rows answers what stood there before. */
  readonly stale: number;
  /** The projector waits up to so many milliseconds before it commits. */
  readonly lagMs: number;
  /** How far wall clocks are off, at most, in milliseconds. */
  readonly skewMs: number;
  /** Repeats of a webhook after it was taken. */
  readonly webhookRepeats: number;
  readonly webhookDelayMs: number;
  /** A process dies, or freezes, at a call it makes: before it leaves, or between its effect and its answer. */
  readonly kill: number;
  readonly freeze: number;
  /** Mean milliseconds between outages; Infinity: none. */
  readonly outageEveryMs: number;
  /** The bus loses everything, or is set back to what it held some time ago. */
  readonly busLoss: 'none' | 'wiped' | 'rolled_back';
}

const NONE: Readonly<Record<Place, number>> = { store: 0, bus: 0, vault: 0, rows: 0, provider: 0, ingestion: 0 };

export const CALM: FaultProfile = {
  trouble: NONE,
  slow: 0,
  slowMs: 1,
  drop: 0,
  duplicate: 0,
  ackLost: 0,
  shuffleMs: 1,
  stale: 0,
  lagMs: 1,
  skewMs: 0,
  webhookRepeats: 0,
  webhookDelayMs: 1,
  kill: 0,
  freeze: 0,
  outageEveryMs: Infinity,
  busLoss: 'none',
};

/**
 * Each seed has weather of its own: some faults are absent, some rare, some all over. A run where everything fails all the time
 * gets nowhere, and one where a fault never meets another finds less.
 */
export function drawProfile(random: Random, spanMs: number): FaultProfile {
  if (random.chance(0.05)) return CALM;
  const some = (most: number): number => most * random.pick([0, 0, 0, 0.05, 0.2, 1]);
  const rarely = (every: number): number => (random.chance(0.4) ? Infinity : every * (0.3 + random.next()));
  return {
    trouble: {
      store: some(0.3),
      bus: some(0.3),
      vault: some(0.2),
      rows: some(0.2),
      provider: some(0.5),
      ingestion: some(0.3),
    },
    slow: some(0.3),
    slowMs: random.pick([50, 500, 5_000, 20_000]),
    drop: some(0.3),
    duplicate: some(0.5),
    ackLost: some(0.3),
    shuffleMs: random.pick([1, 10, 100, 2_000]),
    stale: some(0.5),
    lagMs: random.pick([1, 20, 500, 20_000]),
    skewMs: random.pick([0, 5, 500, 3_000]),
    webhookRepeats: random.chance(0.1) ? 46 : random.pick([0, 0, 1, 3]),
    webhookDelayMs: random.pick([1, 100, 5_000, 300_000, 3_600_000]),
    kill: some(0.05),
    freeze: some(0.05),
    outageEveryMs: rarely(spanMs / 3),
    busLoss: random.chance(0.75) ? 'none' : random.pick(['wiped', 'rolled_back']),
  };
}

/** The weather as it is now: faults end when the run begins to heal, and places are down for a while. */
export class Faults {
  #healed = false;
  readonly #downUntil = new Map<Place, number>();

  constructor(
    readonly drawn: FaultProfile,
    private readonly time: VirtualTime,
  ) {}

  get now(): FaultProfile {
    return this.#healed ? CALM : this.drawn;
  }

  get healed(): boolean {
    return this.#healed;
  }

  heal(): void {
    this.#healed = true;
    this.#downUntil.clear();
  }

  takeDown(place: Place, ms: number): void {
    this.#downUntil.set(place, Math.max(this.#downUntil.get(place) ?? 0, this.time.now + ms));
  }

  isDown(place: Place): boolean {
    return this.time.now < (this.#downUntil.get(place) ?? 0);
  }
}
