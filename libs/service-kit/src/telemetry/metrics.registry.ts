import { Registry } from './prom.parts.js';

/** All metrics of this process. */
export const registry = new Registry();

/** The Prometheus text format, version 0.0.4. */
export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE;

/** What `GET /metrics` answers. */
export const metricsText = (): Promise<string> => registry.metrics();

/**
 * One sample as it stands now, for tests and diagnosis: `await readMetric('homing_claims_total', { outcome: 'won' })`. For a histogram
 * name the series: `..._count`, `..._sum`. With fewer labels than the metric has, the sum over the others. Undefined: no such series yet.
 */
export async function readMetric(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const metric = registry.getSingleMetric(name) ?? registry.getSingleMetric(name.replace(/_(count|sum|bucket)$/, ''));
  const { values } = (await metric?.get()) ?? { values: [] };
  const fitting = values.filter((sample) => {
    const { metricName = name } = sample as { metricName?: string };
    return metricName === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
  });
  return fitting.length === 0 ? undefined : fitting.reduce((sum, { value }) => sum + value, 0);
}

export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Every metric that is defined in this process, for the catalogue in the docs. */
export function describeMetrics(): MetricDescription[] {
  return registry.getMetricsAsArray().map((metric) => {
    // The library knows more of its metrics than it declares.
    const { name, help, labelNames = [], constructor } = metric as typeof metric & { labelNames?: readonly string[] };
    return { name, type: constructor.name.toLowerCase(), help, labels: labelNames };
  });
}
