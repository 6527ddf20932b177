export { counter, gauge, histogram, latencyBuckets } from './metric.factory.js';
export type { CounterMetric, GaugeMetric, HistogramMetric, HistogramOptions, MetricOptions } from './metric.factory.js';
export type { LabelBounds, LabelsOf } from './label.bounds.js';
export { metricsText, readMetric } from './metrics.registry.js';
