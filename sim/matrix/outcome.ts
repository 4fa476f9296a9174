import { labelOf } from "../compare/label.ts";
import type { Comparison, Figures, PlanComparison } from "../comparison.ts";
import type { Fingerprint } from "../profile.ts";
import type { LoadVerdict } from "../verdict.ts";
import type { Cell } from "./cell.ts";
import { type LoadClass, loadClassOf } from "./load-class.ts";

/** What is known of a finished cell. */
export interface CellOutcome {
  readonly cell: Cell;
  /** When the last of its stages and links was measured, after its runs, ISO 8601. */
  readonly concluded: string;
  readonly fingerprint: Fingerprint;
  /** With the costs measured on this machine. */
  readonly comparison: Comparison;
  /** The same runs against what was predicted before them, with what had been measured by then. */
  readonly beforehand: Comparison;
  /** The same runs against a profile of nominal costs. */
  readonly uncalibrated: Comparison;
  /** What each run measured, by the plan's id. */
  readonly runs: Readonly<Record<string, readonly Figures[]>>;
  /** The twin's word on the load of each plan, by the plan's id. */
  readonly verdicts: Readonly<Record<string, LoadVerdict>>;
}

/** One plan of the matrix. */
export interface MatrixPlan {
  readonly cell: Cell;
  readonly comparison: PlanComparison;
  readonly beforehand: PlanComparison;
  readonly uncalibrated: PlanComparison;
  /** What each of its runs measured. */
  readonly runs: readonly Figures[];
  /** Offered rate over what the plan was measured to carry when saturated; `null`: it was run saturated. */
  readonly load: number | null;
  readonly class: LoadClass;
  readonly verdict: LoadVerdict;
}

/**
 * The plans of a cell, each with its true load.
 * @throws RangeError if a plan was not run saturated too, or if something is not known of it.
 */
export function plansOf({ cell, comparison, beforehand, uncalibrated, runs, verdicts }: CellOutcome): MatrixPlan[] {
  const capacities = new Map(
    comparison.plans.filter(({ rate }) => rate === null).map((plan) => [labelOf(plan), plan.measured.throughput]),
  );
  const known = <T>(of: T | undefined, what: string): T => {
    if (of === undefined) throw new RangeError(`${cell.name}: ${what}`);
    return of;
  };
  const byPlan = ({ plans }: Comparison) => new Map(plans.map((plan) => [plan.plan, plan]));
  const [early, nominal] = [byPlan(beforehand), byPlan(uncalibrated)];
  return comparison.plans.map((plan): MatrixPlan => {
    const id = plan.plan;
    const capacity = known(capacities.get(labelOf(plan)), `${id} was not run saturated too`);
    const load = plan.rate === null ? null : plan.rate / capacity;
    return {
      cell,
      comparison: plan,
      beforehand: known(early.get(id), `${id} was not predicted before it ran`),
      uncalibrated: known(nominal.get(id), `${id} was not predicted uncalibrated`),
      runs: known(runs[id], `there are no runs of ${id}`),
      load,
      class: loadClassOf(load),
      verdict: known(verdicts[id], `there is no verdict on ${id}`),
    };
  });
}
