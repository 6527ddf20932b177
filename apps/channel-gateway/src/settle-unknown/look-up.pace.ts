/** Longest spread of those that must wait, in milliseconds: they shall not all come back at once. */
const SPREAD_MS = 60_000;

/**
 * How often a provider is asked, in this process: evenly over the minute, and not at all while it has asked for quiet.
 * Several gateways together may ask more often; the provider then says so, and each waits.
 */
export class LookUpPace {
  readonly #next = new Map<string, number>();

  /** @param monotonic milliseconds that never run backward; @param random 0..1 */
  constructor(
    private readonly monotonic: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Takes one turn: 0 when it may be asked now, else milliseconds to come back after. */
  take(provider: string, perMinute: number): number {
    const now = this.monotonic();
    const next = this.#next.get(provider) ?? now;
    if (next > now) return next - now + this.random() * SPREAD_MS;
    this.#next.set(provider, now + 60_000 / perMinute);
    return 0;
  }

  /** The provider wants to be left alone for so many seconds. */
  rest(provider: string, seconds: number): void {
    this.#next.set(provider, Math.max(this.#next.get(provider) ?? 0, this.monotonic() + seconds * 1000));
  }
}
