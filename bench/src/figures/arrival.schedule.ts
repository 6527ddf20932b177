export interface ScheduleWish {
  /** Arrivals a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Same seed, same arrivals. */
  readonly seed: number;
}

/**
 * When each request is to arrive, in milliseconds from the start: fixed before the first is sent, so that a slow answer delays no
 * later one and is charged to every request that had to wait behind it (no coordinated omission). Poisson: gaps are exponential.
 */
export function arrivals({ rate, seconds, seed }: ScheduleWish): number[] {
  const random = dice(seed);
  const end = seconds * 1_000;
  const times: number[] = [];
  for (let at = gap(random(), rate); at < end; at += gap(random(), rate)) times.push(at);
  return times;
}

const gap = (roll: number, rate: number): number => (-Math.log(1 - roll) / rate) * 1_000;

/** Mulberry32: small, fast, the same everywhere. Numbers from 0 (inclusive) to 1. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
