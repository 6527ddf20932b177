/** What one histogram of a service counted between two looks at its `/metrics`. */
export interface HistogramDifference {
  readonly count: number;
  /** Seconds, of all together. */
  readonly sum: number;
  /** The upper bound, seconds, of the bucket in which a share of `q` (0..1) lies: the true value is at most this. 0 of nothing. */
  atMost(q: number): number;
}

/** @param labels as they are written, such as `part="plan"`; every one must be there. Series that have them are added up. */
export function histogramBetween(
  before: string,
  after: string,
  { name, labels = [] }: { readonly name: string; readonly labels?: readonly string[] },
): HistogramDifference {
  const grown = (suffix: string): ReadonlyMap<string, number> => {
    const from = seriesOf(before, name + suffix, labels);
    return new Map([...seriesOf(after, name + suffix, labels)].map(([le, n]) => [le, n - (from.get(le) ?? 0)]));
  };
  const count = grown('_count').get('') ?? 0;
  const buckets = [...grown('_bucket')]
    .map(([le, n]) => [le === '+Inf' ? Infinity : Number(le), n] as const)
    .toSorted((a, b) => a[0] - b[0]);
  return {
    count,
    sum: grown('_sum').get('') ?? 0,
    atMost: (q) => (count === 0 ? 0 : (buckets.find(([, n]) => n >= q * count)?.[0] ?? Infinity)),
  };
}

/** By `le`; that of sums and counts is empty. */
function seriesOf(text: string, name: string, labels: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series, inner = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (series !== name || !labels.every((label) => inner.split(',').includes(label))) continue;
    const le = /(?:^|,)le="([^"]+)"/.exec(inner)?.[1] ?? '';
    found.set(le, (found.get(le) ?? 0) + Number(value));
  }
  return found;
}
