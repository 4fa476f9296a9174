import type { PlanComparison } from "../comparison.ts";
import { median } from "../statistics/quantile.ts";
import { type Bound, boundOf, figureOf, type Metric } from "./bounds.ts";
import type { LoadClass } from "./load-class.ts";
import type { MatrixPlan } from "./outcome.ts";

/** With this machine's measured costs, or with nominal ones. */
export type Side = "calibrated" | "uncalibrated";

/** Relative, without sign. */
export interface Extent {
  readonly median: number;
  readonly worst: number;
}

/** How far off some plans of one class are in one figure, beside how far the testbed's runs of the same plans are apart. */
export interface ErrorSummary {
  readonly plans: number;
  readonly error: Extent;
  /** Median error with its sign: predicted too high if positive. */
  readonly bias: number;
  /** Half the range over a plan's runs, relative to their mean; `null`: no plan ran twice. */
  readonly spread: Extent | null;
  /** Share of the plans whose error is no larger than their spread: what no model can do better. */
  readonly withinSpread: number | null;
  readonly bound: Bound | null;
  /** Share of the plans within the bound for each. */
  readonly withinBound: number | null;
  /** Share of the plans whose measured figure lies in the prediction's 95 % interval. */
  readonly covered: number;
}

export function comparisonOn(side: Side, plan: MatrixPlan): PlanComparison {
  return side === "calibrated" ? plan.comparison : plan.uncalibrated;
}

/** Those of a class; `null` if there are none. */
export function summariseErrors(
  all: readonly MatrixPlan[],
  load: LoadClass,
  metric: Metric,
  side: Side = "calibrated",
): ErrorSummary | null {
  const plans = all.filter((plan) => plan.class === load).map((plan) => comparisonOn(side, plan));
  if (plans.length === 0) return null;
  const bound = boundOf(load, metric);
  const signed = plans.map(({ error }) => figureOf(error, metric));
  const errors = signed.map(Math.abs);
  const repeated = plans.filter(({ measured }) => measured.spread !== null);
  const spreadOf = ({ measured }: PlanComparison) => figureOf(measured.spread!, metric);
  return {
    plans: plans.length,
    error: extentOf(errors),
    bias: median(signed),
    spread: repeated.length === 0 ? null : extentOf(repeated.map(spreadOf)),
    withinSpread:
      repeated.length === 0
        ? null
        : shareOf(repeated, (plan) => Math.abs(figureOf(plan.error, metric)) <= spreadOf(plan)),
    bound,
    withinBound: bound === null ? null : shareOf(errors, (error) => error <= bound.each),
    covered: shareOf(plans, (plan) => isCovered(plan, metric)),
  };
}

/** The measured figure lies in the prediction's interval. */
export function isCovered({ measured, predicted: { interval } }: PlanComparison, metric: Metric): boolean {
  const [low, high] = metric === "throughput" ? interval.throughput : interval.latency[metric];
  const figure = figureOf(measured, metric);
  return low <= figure && figure <= high;
}

/** The bound holds: for the median, where that has one, and for every plan. */
export function holds({ bound, error }: ErrorSummary): boolean | null {
  if (bound === null) return null;
  return error.worst <= bound.each && (bound.median === null || error.median <= bound.median);
}

function extentOf(values: readonly number[]): Extent {
  return { median: median(values), worst: Math.max(...values) };
}

export function shareOf<T>(items: readonly T[], has: (item: T) => boolean): number {
  return items.filter(has).length / items.length;
}
