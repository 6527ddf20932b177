export interface RateLimit {
  /** Requests a second one key may make for long. */
  readonly perSecond: number;
  /** Requests one key may make at once after a rest. */
  readonly burst: number;
}

/**
 * A token bucket for each key, in this process only: n instances let n times as much through. Keys are known to be valid
 * before they come here, so their number is bounded.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly limit: RateLimit) {}

  /** Takes one request of the key at `now` (ms, monotonic). Undefined when it may go on, else seconds to wait. */
  take(keyId: string, now: number): number | undefined {
    const { perSecond, burst } = this.limit;
    const bucket = this.#buckets.get(keyId) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    this.#buckets.set(keyId, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed ? undefined : Math.ceil((1 - tokens) / perSecond);
  }
}
