import type { Gauge } from 'prom-client';

/** May ask another process. Keep it cheap: it runs at every scrape. Undefined: not known now. */
export type Reading = () => number | undefined | Promise<number | undefined>;

export interface Observed {
  readonly read: Reading;
  readonly labels: Record<string, string>;
}

const patienceMs = 1_000;

/** Takes all readings side by side and shows the sums under each set of labels; what is not known is not shown. */
export async function showReadings(metric: Gauge, readings: ReadonlySet<Observed>): Promise<void> {
  const observed = [...readings];
  const values = await Promise.all(observed.map(valueOf));
  metric.reset();
  // Without labels a reset shows 0.
  if (values.every((value) => value === undefined)) metric.remove({});
  observed.forEach(({ labels }, i) => {
    const value = values[i];
    if (value !== undefined) metric.inc(labels, value);
  });
}

async function valueOf({ read }: Observed): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    const value = await Promise.race([read(), late]);
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
