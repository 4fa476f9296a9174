import type { Decision, PlanComparison } from "../comparison.ts";
import { KEPT_UP } from "../load.ts";
import { kendallTauB } from "../statistics/kendall.ts";
import { isOnePodPerStage, labelOf, lightestLoad } from "./label.ts";

type Side = "measured" | "predicted";
type Objective = Decision["objective"];

/**
 * Which split the twin picks among `plans` of one size, which is truly best, and what following the twin costs. Between
 * candidates with one pod per stage: by highest throughput of saturated runs, or, if none was run saturated, by lowest median
 * latency at the lightest load of those that keep up with it: a source that drops frames keeps any latency. Rank agreement is over all splits with one pod per stage, candidates or not. Where a run has
 * no such plan, other plans take their place, so that a run of groupings alone is decided too.
 */
export function decide(plans: readonly PlanComparison[]): Decision {
  const pool = firstNonEmpty([
    plans.filter((plan) => plan.candidate && isOnePodPerStage(plan)),
    plans.filter((plan) => plan.candidate),
    plans,
  ]);
  const objective: Objective = pool.some((plan) => plan.rate === null) ? "throughput" : "latency";
  const load = lightestLoad(pool);
  const counts = (plan: PlanComparison) => (objective === "throughput" ? plan.rate === null : plan.load === load);

  const candidates = pool.filter(counts);
  const { predicted, measured, regret } = choose(candidates, objective);
  const ranked = firstNonEmpty([plans.filter(isOnePodPerStage), plans]).filter(counts);
  return {
    objective,
    predicted: labelOf(predicted),
    measured: labelOf(measured),
    regret,
    kendall: agreement(ranked, objective),
    candidates: candidates.map(labelOf),
  };
}

/** The plan that the twin picks, the truly best one, and the relative loss by following the twin. */
export interface Choice {
  readonly predicted: PlanComparison;
  readonly measured: PlanComparison;
  readonly regret: number;
}

/** @param candidates under one load, at least one; their order decides ties. */
export function choose(candidates: readonly PlanComparison[], objective: Objective): Choice {
  const predicted = best(candidates, "predicted", objective);
  const measured = best(candidates, "measured", objective);
  const regret = regretOf(value(predicted, "measured", objective), value(measured, "measured", objective));
  const lost = keepsUp(measured, "measured") ? lostOf(predicted) : 0;
  return { predicted, measured, regret: Math.max(regret, lost) };
}

/** It delivers what is offered. */
function keepsUp(plan: PlanComparison, side: Side): boolean {
  return plan.rate === null || plan[side].throughput >= KEPT_UP * plan.rate;
}

/** Share of the offered frames that were not delivered, by a plan that does not keep up. */
function lostOf(plan: PlanComparison): number {
  return plan.rate === null || keepsUp(plan, "measured") ? 0 : 1 - plan.measured.throughput / plan.rate;
}

/** Best first by the objective; equal throughputs by median latency, then as listed. */
function best(plans: readonly PlanComparison[], side: Side, objective: Objective): PlanComparison {
  const sign = objective === "throughput" ? -1 : 1;
  const able = objective === "latency" ? plans.filter((plan) => keepsUp(plan, side)) : plans;
  return [...firstNonEmpty([able, plans])].sort(
    (a, b) =>
      sign * (value(a, side, objective) - value(b, side, objective)) || a[side].latency.p50 - b[side].latency.p50,
  )[0]!;
}

function value(plan: PlanComparison, side: Side, objective: Objective): number {
  return objective === "throughput" ? plan[side].throughput : plan[side].latency.p50;
}

/** Relative distance between the chosen plan's measured value and the best one's. */
function regretOf(chosen: number, best: number): number {
  return chosen === best ? 0 : Math.abs(chosen - best) / best;
}

function agreement(plans: readonly PlanComparison[], objective: Objective): number | null {
  if (plans.length < 2) return null;
  const tau = kendallTauB(
    plans.map((plan) => value(plan, "predicted", objective)),
    plans.map((plan) => value(plan, "measured", objective)),
  );
  return Number.isFinite(tau) ? tau : null;
}

function firstNonEmpty<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.find((list) => list.length > 0) ?? [];
}
