/** Finds the highest rate that holds, by doubling and then halving the interval. */
export interface SearchWish {
  readonly from: number;
  /** Ends when the interval is this narrow, as a share of its lower end. */
  readonly within: number;
  readonly holds: (rate: number) => Promise<boolean>;
}

export interface SearchResult {
  /** The highest rate that held; 0 when none did. */
  readonly held: number;
  /** The lowest rate that did not. */
  readonly failed: number;
}

export async function searchRate({ from, within, holds }: SearchWish): Promise<SearchResult> {
  let [held, failed] = [0, Infinity];
  for (let rate = from; failed === Infinity || failed - held > within * failed; rate = next(held, failed, from)) {
    if (await holds(rate)) held = rate;
    else failed = rate;
    if (failed <= 1) break;
  }
  return { held, failed };
}

const next = (held: number, failed: number, from: number): number => {
  if (failed === Infinity) return held === 0 ? from : held * 1.5;
  return Math.round(held === 0 ? failed / 2 : (held + failed) / 2);
};
