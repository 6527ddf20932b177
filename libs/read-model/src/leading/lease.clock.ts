/** How a single-active role changes hands, in milliseconds. `silenceMs` must be greater than `holdMs`. */
export interface LeaseTiming {
  /** Between two tries of a standby. Default 1 000. */
  readonly tryMs: number;
  /** Between two signs of life of a leader. Default 3 000. */
  readonly beatMs: number;
  /** A leader whose last sign of life was answered longer ago stops by itself. Default 10 000. */
  readonly holdMs: number;
  /** The database ends the session of a leader that said nothing for so long. Default 15 000. */
  readonly silenceMs: number;
}

/** Takeover after at most 15 s of silence, a try and what the new leader needs to begin: well below 30 s. */
export const LEASE_TIMING: LeaseTiming = { tryMs: 1_000, beatMs: 3_000, holdMs: 10_000, silenceMs: 15_000 };

/**
 * A leader's own view of its lease, by the monotonic clock: it runs on while a process is stopped, so a process that was frozen
 * knows at its first look that it is nobody any more.
 */
export class LeaseClock {
  readonly #over = new AbortController();
  #heldUntil: number;
  #expiry: NodeJS.Timeout | undefined;

  /** @param since when the sign of life was sent that was answered last */
  constructor(
    private readonly holdMs: number,
    since: number,
  ) {
    this.#heldUntil = since + holdMs;
    this.#watch();
  }

  /** Aborted once the lease is over, for whatever reason. */
  get lost(): AbortSignal {
    return this.#over.signal;
  }

  held(): boolean {
    return !this.lost.aborted && performance.now() < this.#heldUntil;
  }

  /** A sign of life sent at `since` was answered. Too late once the lease is over. */
  renew(since: number): void {
    if (!this.held()) return this.end();
    this.#heldUntil = since + this.holdMs;
    this.#watch();
  }

  end(): void {
    clearTimeout(this.#expiry);
    this.#over.abort();
  }

  #watch(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.end(), Math.max(0, this.#heldUntil - performance.now()));
    this.#expiry.unref();
  }
}
