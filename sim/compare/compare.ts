import type { Comparison, PlanComparison, Tolerance } from "../comparison.ts";
import { disturbanceText } from "../disturbance.ts";
import { KEPT_UP } from "../load.ts";
import { variantOf } from "../plan.ts";
import { attributionOf } from "./attribution.ts";
import { type Pair, problemsOf } from "./check.ts";
import { decide } from "./decide.ts";
import { groupingOf, isOnePodPerStage, sameSize, sizesOf } from "./label.ts";
import { disturbedOf, mapFigures, measuredOf } from "./measured.ts";

/** What to compare, and what goes into the comparison as it is. */
export interface CompareInput {
  /** Of the run. */
  readonly name: string;
  /** Date and time, ISO 8601. */
  readonly created: string;
  /** A plan each. */
  readonly pairs: readonly Pair[];
  /** Largest relative errors allowed, as 0.05. */
  readonly tolerance: Tolerance;
  /** What was emulated, in sentences for the reader. */
  readonly emulated: readonly string[];
}

/**
 * Holds predictions against measured runs, plan by plan and decision by decision. Throws `RangeError` with all problems, one
 * a line, if a pair has no run, a figure that is not a number, or pods that differ.
 */
export function compare({ name, created, pairs, tolerance, emulated }: CompareInput): Comparison {
  const problems = problemsOf(pairs);
  if (problems.length > 0) throw new RangeError(problems.join("\n"));
  const plans = pairs.map((pair) => comparePlan(pair, tolerance));
  const decisions = sizesOf(plans).map((size) => {
    const atSize = plans.filter((plan) => sameSize(plan.size, size));
    return { size, ...decide(atSize), withinShare: withinShare(atSize) };
  });
  const { size: _size, withinShare: _share, ...decision } = decisions.at(-1)!;
  return { version: 1, name, created, tolerance, plans, decision, decisions, emulated };
}

/** Every plan is within tolerance: what `edgetwin validate` exits 0 for. */
export function passes(comparison: Comparison): boolean {
  return comparison.plans.every((plan) => plan.within);
}

function comparePlan({ plan, measured: repeats, disturbed, prediction }: Pair, tolerance: Tolerance): PlanComparison {
  const measured = { ...measuredOf(repeats), ...(disturbed && disturbedOf(disturbed)) };
  const { throughput, latency, ccr, interval, terms, utilisation, bottleneck, dropped, recovery } = prediction;
  const figures = { throughput, latency, ccr, interval, terms, utilisation, bottleneck };
  const predicted = { ...figures, ...(dropped && { dropped }), ...(recovery && { recovery }) };
  const error = mapFigures((of) => relative(of(predicted), of(measured)));
  const { load } = plan.workload;
  const rate = load.kind === "rate" ? load.rate : null;
  return {
    plan: plan.id,
    split: plan.split,
    pods: plan.pods.length,
    grouping: groupingOf(plan),
    ...variantOf(plan),
    size: [plan.size.height, plan.size.width],
    load: load.label,
    rate,
    ...(plan.disturbances && { happens: plan.disturbances.map(disturbanceText) }),
    candidate: plan.candidate,
    measured,
    predicted,
    error,
    attribution: attributionOf(predicted.terms, measured.terms),
    // What a run of which pods were away has not delivered says nothing of its load.
    saturation:
      rate === null
        ? "saturated"
        : plan.disturbances === undefined && measured.throughput < KEPT_UP * rate
          ? "overloaded"
          : "stable",
    within: Math.abs(error.throughput) <= tolerance.throughput && Math.abs(error.latency.p50) <= tolerance.p50,
  };
}

/** Share of the plans with one pod per stage that are within tolerance; of all plans if none has. */
function withinShare(plans: readonly PlanComparison[]): number {
  const separate = plans.filter(isOnePodPerStage);
  const judged = separate.length > 0 ? separate : plans;
  return judged.filter((plan) => plan.within).length / judged.length;
}

/** Signed relative error; a latency of 0 occurs where a pipeline does nothing, and is then predicted exactly or not at all. */
export function relative(predicted: number, measured: number): number {
  if (predicted === measured) return 0;
  return measured === 0 ? Math.sign(predicted) : (predicted - measured) / measured;
}
