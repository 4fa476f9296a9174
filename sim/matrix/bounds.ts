import type { Figures } from "../comparison.ts";
import type { LoadClass } from "./load-class.ts";

export const METRICS = ["throughput", "mean", "p50", "p95", "p99"] as const;
export type Metric = (typeof METRICS)[number];

/** What errors a model of a pipeline is held to: relative, the median over plans and each plan by itself. */
export interface Bound {
  /** `null`: the median is held to nothing of its own. */
  readonly median: number | null;
  readonly each: number;
}

/** Where a class and figure is not named, no bound is set. */
const BOUNDS: Readonly<Partial<Record<LoadClass, Partial<Record<Metric, Bound>>>>> = {
  saturated: { throughput: { median: null, each: 0.03 } },
  "up to 85 %": {
    throughput: { median: 0.03, each: 0.1 },
    mean: { median: 0.03, each: 0.1 },
    p95: { median: null, each: 0.1 },
    p99: { median: null, each: 0.15 },
  },
};

export function boundOf(load: LoadClass, metric: Metric): Bound | null {
  return BOUNDS[load]?.[metric] ?? null;
}

export function figureOf(figures: Figures, metric: Metric): number {
  return metric === "throughput" ? figures.throughput : figures.latency[metric];
}
