import type { Figures, PlanComparison, Term } from "../comparison.ts";
import { medianRecovery } from "../predict-recovery.ts";
import { median } from "../statistics/quantile.ts";
import { medianDropped, type PodTerms, type Summary } from "../summary.ts";

import type { MeasuredDisturbance } from "./check.ts";

export const TERMS: readonly Term[] = ["link", "decode", "queue", "compute", "send"];
export const LATENCIES = ["mean", "p50", "p95", "p99"] as const;

/** Applies `figure` to throughput and to each latency. */
export function mapFigures(figure: (of: (figures: Figures) => number) => number): Figures {
  return {
    throughput: figure((figures) => figures.throughput),
    latency: {
      mean: figure((figures) => figures.latency.mean),
      p50: figure((figures) => figures.latency.p50),
      p95: figure((figures) => figures.latency.p95),
      p99: figure((figures) => figures.latency.p99),
    },
  };
}

/**
 * The repeats of one plan taken together, with their spread. Throughput and quantiles are the median repeat's, which one
 * stall of the host does not move; the mean and its terms are means over repeats, so that the terms add up to it.
 */
export function measuredOf(repeats: readonly Summary[]): PlanComparison["measured"] {
  const medians = mapFigures((of) => median(repeats.map(of)));
  const figures = {
    ...medians,
    latency: { ...medians.latency, mean: mean(repeats.map(({ latency }) => latency.mean)) },
  };
  const dropped = medianDropped(repeats);
  const spread = mapFigures((of) => halfSpread(repeats.map(of)));
  return {
    ...figures,
    ccr: mean(repeats.map((repeat) => repeat.ccr)),
    spread: repeats.length > 1 ? spread : null,
    repeats: repeats.length,
    terms: meanTerms(repeats),
    utilisation: repeats[0]!.utilisation.map(({ pod }, index) => ({
      pod,
      value: mean(repeats.map((repeat) => repeat.utilisation[index]!.value)),
    })),
    ...(dropped && { dropped }),
  };
}

/** What disturbances did in the repeats of one plan. */
export function disturbedOf(
  repeats: readonly MeasuredDisturbance[],
): Pick<PlanComparison["measured"], "recovery" | "happened"> {
  return {
    recovery: medianRecovery(repeats.map(({ recovery }) => recovery)),
    happened: repeats.map(({ happened }) => happened),
  };
}

function meanTerms(repeats: readonly Summary[]): PodTerms[] {
  return repeats[0]!.terms.map(({ pod, node }, index) => {
    const of = (term: Term) => mean(repeats.map((repeat) => repeat.terms[index]![term]));
    return {
      pod,
      node,
      link: of("link"),
      decode: of("decode"),
      queue: of("queue"),
      compute: of("compute"),
      send: of("send"),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function halfSpread(values: readonly number[]): number {
  const range = Math.max(...values) - Math.min(...values);
  return range === 0 ? 0 : range / (2 * mean(values));
}
