import { createRequire } from "node:module";
import { PunctualError } from "../errors.js";
import type { MetricLabels } from "./metric.js";

/** Where prom-client keeps metrics: its `Registry`. */
export interface PromRegistry {
  getSingleMetric(name: string): unknown;
}

/** What each metric of prom-client is made of. */
export interface PromConfiguration {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  /** Registries; `never`, because prom-client takes no other than its own class. */
  readonly registers: never[];
}

/** prom-client's `Counter`. */
export interface PromCounter {
  inc(labels: MetricLabels, value: number): void;
  reset(): void;
}

/** prom-client's `Histogram`. */
export interface PromHistogram {
  observe(labels: MetricLabels, value: number): void;
}

/** prom-client's `Gauge`. */
export interface PromGauge {
  set(labels: MetricLabels, value: number): void;
  reset(): void;
}

/** What is used of prom-client: its module is one such (`import * as client from "prom-client"`). */
export interface PromClient {
  readonly register: PromRegistry;
  readonly Counter: new (configuration: PromConfiguration & { readonly collect?: () => void }) => PromCounter;
  readonly Histogram: new (configuration: PromConfiguration & { readonly buckets: number[] }) => PromHistogram;
  readonly Gauge: new (configuration: PromConfiguration & { readonly collect: () => void }) => PromGauge;
}

/** Loads the optional peer. It is CommonJS, so this is the copy that everybody has. */
export function loadPromClient(): PromClient {
  try {
    return createRequire(import.meta.url)("prom-client") as PromClient;
  } catch (cause) {
    throw new PunctualError("PEER_MISSING", "promMetrics needs the package prom-client: npm install prom-client", {
      cause,
    });
  }
}
