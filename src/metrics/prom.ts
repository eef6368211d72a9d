import { InvalidOptionError } from "../errors.js";
import type { Scheduler } from "../scheduler/scheduler.js";
import type { CollectMetricsOptions } from "./collect.js";
import { collectMetrics } from "./collect.js";
import type {
  CounterName,
  GaugeName,
  GaugeReading,
  HistogramName,
  MetricDefinition,
  MetricLabels,
  MetricSink,
  TotalName,
} from "./metric.js";
import { COUNTERS, GAUGES, HISTOGRAMS, TOTALS } from "./metric.js";
import type {
  PromClient,
  PromConfiguration,
  PromCounter,
  PromGauge,
  PromHistogram,
  PromRegistry,
} from "./prom-client.js";
import { loadPromClient } from "./prom-client.js";

/** Where and how metrics appear in Prometheus. */
export interface PromMetricsOptions extends CollectMetricsOptions {
  /** The module prom-client. @default the installed one */
  readonly client?: PromClient;
  /** The registry that the metrics are put in. @default the client's own, `client.register` */
  readonly register?: PromRegistry;
  /** What each name begins with. @default "punctual_" */
  readonly prefix?: string;
  /** Upper bounds of a histogram's buckets, in seconds, ascending. @default 1 ms to 5 min, 1 h for runs, 2.5 s for claims */
  readonly buckets?: { readonly [Name in HistogramName]?: readonly number[] };
}

const BUCKETS: Readonly<Record<HistogramName, readonly number[]>> = {
  lateness_seconds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300],
  duration_seconds: [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600],
  // The scheduler waits 2 s for an answer, and no longer.
  claim_duration_seconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
};

type Read = () => readonly GaugeReading[];

/** What each gauge is read from: one entry for each scheduler whose metrics are in the same registry. */
const readsOf = new WeakMap<object, Set<Read>>();
/** The same of each total. Of a scheduler that is watched no more, what it had come to. */
const readTotalsOf = new WeakMap<object, Set<() => number>>();

/**
 * Puts a scheduler's metrics into a registry of prom-client, from now on: call it before `start`. Several schedulers may
 * share a registry: the numbers of jobs of one name add up. Returns what ends it; the counters stay in the registry.
 * @throws InvalidOptionError when others have a metric of such a name; PunctualError with code `PEER_MISSING`
 */
export function promMetrics(scheduler: Scheduler, options: PromMetricsOptions = {}): () => void {
  const { client = loadPromClient(), prefix = "punctual_", buckets = {}, ...rest } = options;
  const sink = new PromSink(client, rest.register ?? client.register, prefix, { ...BUCKETS, ...buckets });
  const stop = collectMetrics(scheduler, sink, rest);
  return () => {
    stop();
    sink.close();
  };
}

/** Makes the metrics at once, so that all are listed before anything has happened. */
class PromSink implements MetricSink {
  readonly #counters = new Map<CounterName, PromCounter>();
  readonly #histograms = new Map<HistogramName, PromHistogram>();
  readonly #gauges: { readonly gauge: PromGauge; readonly read: Read }[] = [];
  readonly #totals: { readonly reads: Set<() => number>; readonly read: () => number }[] = [];
  readonly #client: PromClient;
  readonly #register: PromRegistry;
  readonly #prefix: string;

  constructor(
    client: PromClient,
    register: PromRegistry,
    prefix: string,
    buckets: Readonly<Record<HistogramName, readonly number[]>>,
  ) {
    this.#client = client;
    this.#register = register;
    this.#prefix = prefix;
    this.#checkNames();
    for (const [name, definition] of Object.entries(COUNTERS) as [CounterName, MetricDefinition][]) {
      this.#counters.set(name, this.#existing(name, client.Counter) ?? new client.Counter(this.#of(name, definition)));
    }
    for (const [name, definition] of Object.entries(HISTOGRAMS) as [HistogramName, MetricDefinition][]) {
      const make = (): PromHistogram =>
        new client.Histogram({ ...this.#of(name, definition), buckets: [...buckets[name]] });
      this.#histograms.set(name, this.#existing(name, client.Histogram) ?? make());
    }
  }

  count(name: CounterName, labels: MetricLabels, by: number): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  observe(name: HistogramName, labels: MetricLabels, seconds: number): void {
    this.#histograms.get(name)?.observe(labels, seconds);
  }

  gauge(name: GaugeName, read: Read): void {
    const gauge = this.#existing(name, this.#client.Gauge, readsOf) ?? this.#newGauge(name);
    readsOf.get(gauge)?.add(read);
    this.#gauges.push({ gauge, read });
  }

  total(name: TotalName, read: () => number): void {
    const counter = this.#existing(name, this.#client.Counter, readTotalsOf) ?? this.#newTotal(name);
    const reads = readTotalsOf.get(counter) as Set<() => number>;
    reads.add(read);
    this.#totals.push({ reads, read });
  }

  close(): void {
    for (const { gauge, read } of this.#gauges) readsOf.get(gauge)?.delete(read);
    for (const { reads, read } of this.#totals.splice(0)) {
      reads.delete(read);
      const atEnd = read();
      // A counter never goes back; and the scheduler shall not be kept for it.
      if (atEnd > 0) reads.add(() => atEnd);
    }
  }

  #newTotal(name: TotalName): PromCounter {
    const reads = new Set<() => number>();
    const counter: PromCounter = new this.#client.Counter({
      ...this.#of(name, TOTALS[name]),
      collect: () => {
        counter.reset();
        for (const read of reads) counter.inc({}, read());
      },
    });
    readTotalsOf.set(counter, reads);
    return counter;
  }

  #newGauge(name: GaugeName): PromGauge {
    const reads = new Set<Read>();
    const gauge = new this.#client.Gauge({
      ...this.#of(name, GAUGES[name]),
      collect: () => {
        gauge.reset();
        for (const { labels, value } of merged(name, reads)) gauge.set(labels, value);
      },
    });
    readsOf.set(gauge, reads);
    return gauge;
  }

  #of(name: string, { help, labels }: MetricDefinition): PromConfiguration {
    const registers = [this.#register] as unknown as never[];
    return { name: this.#prefix + name, help, labelNames: [...labels], registers };
  }

  /** Before anything is registered. */
  #checkNames(): void {
    const { Counter, Histogram, Gauge } = this.#client;
    for (const name of Object.keys(COUNTERS)) this.#existing(name, Counter);
    for (const name of Object.keys(HISTOGRAMS)) this.#existing(name, Histogram);
    for (const name of Object.keys(GAUGES)) this.#existing(name, Gauge, readsOf);
    for (const name of Object.keys(TOTALS)) this.#existing(name, Counter, readTotalsOf);
  }

  /** The metric that another scheduler has put there; one that is read is known by its reads. */
  #existing<Metric extends object>(
    name: string,
    kind: new (...args: never) => Metric,
    known?: WeakMap<object, unknown>,
  ): Metric | null {
    const metric = this.#register.getSingleMetric(this.#prefix + name);
    if (metric === undefined) return null;
    if (metric instanceof kind && known?.has(metric) !== false) return metric;
    throw new InvalidOptionError("prefix", `one without a metric ${name} of others`, this.#prefix);
  }
}

/** Adds up what several schedulers say of jobs or groups of one name; of two next fire times the first counts, else the last. */
function merged(name: GaugeName, reads: ReadonlySet<Read>): Iterable<GaugeReading> {
  const bySeries = new Map<string | undefined, GaugeReading>();
  for (const { labels, value } of Array.from(reads, (read) => read()).flat()) {
    // No gauge has both.
    const series = labels.job ?? labels.group;
    const before = bySeries.get(series)?.value;
    bySeries.set(series, { labels, value: before === undefined ? value : combine(name, before, value) });
  }
  return bySeries.values();
}

function combine(name: GaugeName, one: number, other: number): number {
  if (name === "next_fire_timestamp_seconds") return Math.min(one, other);
  return name === "last_success_timestamp_seconds" ? Math.max(one, other) : one + other;
}
