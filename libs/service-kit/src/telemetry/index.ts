export { counter, gauge, histogram, latencyBuckets } from './metric.factory.js';
export type { CounterMetric, GaugeMetric, HistogramMetric, HistogramOptions, MetricOptions } from './metric.factory.js';
export type { LabelBounds, LabelsOf } from './label.bounds.js';
export { batchMeters, type BatchMeter, type BatchMeterOptions } from './batch.meter.js';
export { describeMetrics, type MetricDescription, metricsText, readMetric } from './metrics.registry.js';
export {
  activeTraceparent,
  beginSpan,
  detached,
  handedOn,
  inSpan,
  isTracing,
  noteSpan,
  useTracing,
} from './tracing.facade.js';
export type { OpenSpan, SpanHandle, SpanKind, SpanSettings, Tracing } from './tracing.facade.js';
export type { SpanAttributes } from './span.attributes.js';
export { isSampled, readTraceparent } from './trace.context.js';
