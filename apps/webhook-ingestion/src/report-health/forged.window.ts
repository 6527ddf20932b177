/** How long a forged webhook counts as recent, in milliseconds: within one of so many parts. */
export const RECENT_MS = 10 * 60_000;
const PARTS = 10;

/** Counts what was forged of late, in bounded memory: over the last ten minutes, to the minute. */
export class ForgedWindow {
  readonly #parts: { round: number; readonly counts: Map<string, number> }[] = Array.from({ length: PARTS }, () => ({
    round: -1,
    counts: new Map<string, number>(),
  }));

  /** @param now milliseconds since the epoch */
  note(provider: string, now: number): void {
    const round = roundOf(now);
    const part = this.#parts[round % PARTS];
    if (!part) return;
    if (part.round !== round) {
      part.round = round;
      part.counts.clear();
    }
    part.counts.set(provider, (part.counts.get(provider) ?? 0) + 1);
  }

  count(provider: string, now: number): number {
    const oldest = roundOf(now) - PARTS;
    return this.#parts.reduce(
      (sum, { round, counts }) => (round > oldest ? sum + (counts.get(provider) ?? 0) : sum),
      0,
    );
  }
}

const roundOf = (now: number): number => Math.floor((now * PARTS) / RECENT_MS);
