import { labelOf } from "../compare/label.ts";
import type { Comparison, PlanComparison } from "../comparison.ts";
import type { Fingerprint } from "../profile.ts";
import type { LoadVerdict } from "../verdict.ts";
import type { Cell } from "./cell.ts";
import { type LoadClass, loadClassOf } from "./load-class.ts";

/** What is known of a finished cell. */
export interface CellOutcome {
  readonly cell: Cell;
  /** When its stages and links were measured, ISO 8601. */
  readonly calibrated: string;
  readonly fingerprint: Fingerprint;
  /** With the costs measured on this machine. */
  readonly comparison: Comparison;
  /** The same runs against a profile of nominal costs. */
  readonly uncalibrated: Comparison;
  /** The twin's word on the load of each plan, by the plan's id. */
  readonly verdicts: Readonly<Record<string, LoadVerdict>>;
}

/** One plan of the matrix. */
export interface MatrixPlan {
  readonly cell: Cell;
  readonly comparison: PlanComparison;
  readonly uncalibrated: PlanComparison;
  /** Offered rate over what the plan was measured to carry when saturated; `null`: it was run saturated. */
  readonly load: number | null;
  readonly class: LoadClass;
  readonly verdict: LoadVerdict;
}

/**
 * The plans of a cell, each with its true load.
 * @throws RangeError if a plan was not run saturated too, or has no verdict or no uncalibrated comparison.
 */
export function plansOf({ cell, comparison, uncalibrated, verdicts }: CellOutcome): MatrixPlan[] {
  const capacities = new Map(
    comparison.plans.filter(({ rate }) => rate === null).map((plan) => [labelOf(plan), plan.measured.throughput]),
  );
  const nominal = new Map(uncalibrated.plans.map((plan) => [plan.plan, plan]));
  return comparison.plans.map((plan): MatrixPlan => {
    const capacity = capacities.get(labelOf(plan));
    const verdict = verdicts[plan.plan];
    const other = nominal.get(plan.plan);
    if (capacity === undefined) throw new RangeError(`${cell.name}: ${plan.plan} was not run saturated too`);
    if (verdict === undefined) throw new RangeError(`${cell.name}: there is no verdict on ${plan.plan}`);
    if (other === undefined) throw new RangeError(`${cell.name}: ${plan.plan} was not predicted uncalibrated`);
    const load = plan.rate === null ? null : plan.rate / capacity;
    return { cell, comparison: plan, uncalibrated: other, load, class: loadClassOf(load), verdict };
  });
}
