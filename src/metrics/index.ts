export { collectMetrics } from "./collect.js";
export type { CollectMetricsOptions } from "./collect.js";
export { COUNTERS, GAUGES, HISTOGRAMS, TOTALS } from "./metric.js";
export type {
  CounterName,
  GaugeName,
  GaugeReading,
  HistogramName,
  MetricDefinition,
  MetricLabel,
  MetricLabels,
  MetricSink,
  TotalName,
} from "./metric.js";
export { promMetrics } from "./prom.js";
export type { PromMetricsOptions } from "./prom.js";
export type {
  PromClient,
  PromConfiguration,
  PromCounter,
  PromGauge,
  PromHistogram,
  PromRegistry,
} from "./prom-client.js";
