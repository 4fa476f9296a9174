import { relative } from "../compare/compare.ts";
import type { PlanComparison } from "../comparison.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import { type Bound, boundOf, figureOf, type Metric } from "./bounds.ts";
import type { LoadClass } from "./load-class.ts";
import type { MatrixPlan } from "./outcome.ts";

/** With this machine's measured costs, all of them or those that were known before the runs, or with nominal ones. */
export type Side = "calibrated" | "beforehand" | "uncalibrated";

/** Relative, without sign. */
export interface Extent {
  readonly median: number;
  readonly worst: number;
}

/** Shares over all runs, each left out of its plan's runs in turn. */
export interface Rerun {
  /** It is within the bound of the other runs. */
  readonly withinBound: number;
  /** The prediction is within the bound of the same others. */
  readonly twinWithinBound: number;
}

/** How far off some plans of one class are in one figure, beside how far the testbed's runs of the same plans are apart. */
export interface ErrorSummary {
  readonly plans: number;
  readonly error: Extent;
  /** Median error with its sign: predicted too high if positive. */
  readonly bias: number;
  /** Half the range over a plan's runs, relative to their mean; `null`: no plan ran twice. */
  readonly spread: Extent | null;
  readonly bound: Bound | null;
  /** Share of the plans within the bound for each. */
  readonly withinBound: number | null;
  /** What one gets who runs a plan once more, instead of predicting it; `null`: no bound, or no plan ran twice. */
  readonly rerun: Rerun | null;
  /** Share of the plans whose measured figure lies in the prediction's 95 % interval. */
  readonly covered: number;
}

export function comparisonOn(side: Side, plan: MatrixPlan): PlanComparison {
  return side === "calibrated" ? plan.comparison : plan[side];
}

/** Those of a class; `null` if there are none. */
export function summariseErrors(
  all: readonly MatrixPlan[],
  load: LoadClass,
  metric: Metric,
  side: Side = "calibrated",
): ErrorSummary | null {
  const those = all.filter((plan) => plan.class === load);
  if (those.length === 0) return null;
  const plans = those.map((plan) => comparisonOn(side, plan));
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
    bound,
    withinBound: bound === null ? null : shareOf(errors, (error) => error <= bound.each),
    rerun: bound === null ? null : rerunOf(bound.each, those, metric, side),
    covered: shareOf(plans, (plan) => isCovered(plan, metric)),
  };
}

/** The others are taken together as a plan's runs are. */
function rerunOf(bound: number, plans: readonly MatrixPlan[], metric: Metric, side: Side): Rerun | null {
  const together = metric === "mean" ? mean : median;
  const pairs = plans.flatMap((plan) => {
    const figures = plan.runs.map((run) => figureOf(run, metric));
    if (figures.length < 2) return [];
    const predicted = figureOf(comparisonOn(side, plan).predicted, metric);
    return figures.map((figure, i) => ({ figure, predicted, others: together(figures.filter((_, j) => j !== i)) }));
  });
  if (pairs.length === 0) return null;
  const isWithin = (figure: number, others: number) => Math.abs(relative(figure, others)) <= bound;
  return {
    withinBound: shareOf(pairs, ({ figure, others }) => isWithin(figure, others)),
    twinWithinBound: shareOf(pairs, ({ predicted, others }) => isWithin(predicted, others)),
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
