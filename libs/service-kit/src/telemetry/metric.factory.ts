import { Counter, Gauge, Histogram } from './prom.parts.js';
import { BoundLabels, type LabelBounds, type LabelsOf } from './label.bounds.js';
import { type Observed, type Reading, showReadings } from './gauge.reading.js';
import { registry } from './metrics.registry.js';

export interface MetricOptions<L extends LabelBounds> {
  /** `homing_<what>_<unit>`: a counter ends in `_total`, times are `_seconds`, sizes `_bytes`. Once per process. */
  readonly name: string;
  /** One sentence: what one observation is. */
  readonly help: string;
  /** Default none. */
  readonly labels?: L;
}

export interface HistogramOptions<L extends LabelBounds> extends MetricOptions<L> {
  /** Upper bounds, ascending. Default `latencyBuckets`. */
  readonly buckets?: readonly number[];
}

/** The last argument is left out where there are no labels. */
type Given<L extends LabelBounds> = keyof L extends never ? [] : [labels: LabelsOf<L>];

export interface CounterMetric<L extends LabelBounds> {
  /** Adds one. */
  inc(...labels: Given<L>): void;
  /** Adds so many, not negative. */
  add(count: number, ...labels: Given<L>): void;
}

export interface GaugeMetric<L extends LabelBounds> {
  set(value: number, ...labels: Given<L>): void;
  /**
   * Reads the value when it is scraped, which costs nothing otherwise. Several under the same labels are added up. A reading that
   * throws, is not finite or takes longer than a second shows nothing: absent, never a stale or false 0. Returns the way to stop.
   */
  observe(read: Reading, ...labels: Given<L>): () => void;
}

export interface HistogramMetric<L extends LabelBounds> {
  observe(value: number, ...labels: Given<L>): void;
  /** Starts a clock; calling the result observes the seconds since. */
  timer(): (...labels: Given<L>) => void;
}

/** Seconds, for what takes from half a millisecond to half a minute. */
export const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type None = Record<never, never>;

/** Only grows. Series of declared label values are there from the start, at 0, so that the first increase is seen. */
export function counter<const L extends LabelBounds = None>(options: MetricOptions<L>): CounterMetric<L> {
  const labels = new BoundLabels(options.labels ?? ({} as L));
  const metric = new Counter({ ...described(options, labels), registers: [registry] });
  for (const combination of labels.combinations()) metric.inc(combination, 0);
  const add = (count: number, ...[given]: Given<L>) => metric.inc(given ? labels.of(given) : {}, count);
  return { add, inc: (...given) => add(1, ...given) };
}

/** Goes up and down. */
export function gauge<const L extends LabelBounds = None>(options: MetricOptions<L>): GaugeMetric<L> {
  const labels = new BoundLabels(options.labels ?? ({} as L));
  const readings = new Set<Observed>();
  const metric: Gauge = new Gauge({
    ...described(options, labels),
    registers: [registry],
    collect: () => (readings.size > 0 ? showReadings(metric, readings) : undefined),
  });
  return {
    set: (value, ...[given]) => metric.set(given ? labels.of(given) : {}, value),
    observe: (read, ...[given]) => {
      const reading = { read, labels: given ? labels.of(given) : {} };
      readings.add(reading);
      return () => {
        if (readings.delete(reading)) metric.remove(reading.labels);
      };
    },
  };
}

/** Counts values into buckets: quantiles are reckoned when it is read, over all processes together. */
export function histogram<const L extends LabelBounds = None>(options: HistogramOptions<L>): HistogramMetric<L> {
  const labels = new BoundLabels(options.labels ?? ({} as L));
  const buckets = [...(options.buckets ?? latencyBuckets)];
  const metric = new Histogram({ ...described(options, labels), buckets, registers: [registry] });
  const observe = (value: number, ...[given]: Given<L>) => metric.observe(given ? labels.of(given) : {}, value);
  return {
    observe,
    timer: () => {
      const begun = performance.now();
      return (...given) => observe((performance.now() - begun) / 1_000, ...given);
    },
  };
}

const described = <L extends LabelBounds>({ name, help }: MetricOptions<L>, labels: BoundLabels<L>) => ({
  name,
  help,
  labelNames: [...labels.names],
});
