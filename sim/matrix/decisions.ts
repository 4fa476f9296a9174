import { type Choice, choose } from "../compare/decide.ts";
import type { Decision } from "../comparison.ts";
import { comparisonOn, type Side, shareOf } from "./errors.ts";
import type { MatrixPlan } from "./outcome.ts";

/** A regret below this counts as a right decision. */
export const REGRET_BOUND = 0.02;
/** Share of the decisions that should be right. */
export const RIGHT_BOUND = 0.95;

/** What is decided between: the splits in the cell's finest grouping (a pod for each stage, if it has that), or all splits in all groupings. */
export const POOLS = ["splits", "splits and groupings"] as const;
export type Pool = (typeof POOLS)[number];

/** The decision in one cell for one aim. */
export interface CellDecision extends Choice {
  /** Name of the cell. */
  readonly cell: string;
  readonly pool: Pool;
  readonly objective: Decision["objective"];
  /** Label of the load: `saturated`, `50%`. */
  readonly load: string;
  /** The twin's choice is the measured best. */
  readonly agrees: boolean;
}

/**
 * Decisions between the plans that the topology allows, a cell at a time: by highest saturated throughput, and by lowest
 * median latency at each load that is far from capacity. With fewer than two candidates there is nothing to decide.
 */
export function decisionsOf(plans: readonly MatrixPlan[], side: Side): CellDecision[] {
  const decisions: CellDecision[] = [];
  for (const cell of new Set(plans.map(({ cell }) => cell.name))) {
    const here = plans.filter((plan) => plan.cell.name === cell && plan.comparison.candidate);
    for (const load of new Set(here.map(({ comparison }) => comparison.load))) {
      const loaded = here.filter(({ comparison }) => comparison.load === load);
      if (loaded.some(isNearCapacity)) continue;
      for (const pool of POOLS) {
        const all = loaded.map((plan) => comparisonOn(side, plan));
        const finest = Math.max(...all.map(({ pods }) => pods));
        const candidates = pool === "splits" ? all.filter(({ pods }) => pods === finest) : all;
        if (candidates.length < 2) continue;
        const objective = candidates[0]!.rate === null ? "throughput" : "latency";
        const choice = choose(candidates, objective);
        decisions.push({ cell, pool, objective, load, agrees: choice.predicted === choice.measured, ...choice });
      }
    }
  }
  return decisions;
}

/** Cells and loads at which nothing is decided, as some candidate is near its capacity. */
export function undecidedOf(plans: readonly MatrixPlan[]): { readonly cell: string; readonly load: string }[] {
  const near = plans.filter((plan) => plan.comparison.candidate && isNearCapacity(plan));
  const keys = new Map(
    near.map(({ cell, comparison: { load } }) => [`${cell.name} ${load}`, { cell: cell.name, load }]),
  );
  return [...keys.values()];
}

/** There a latency decides nothing. */
function isNearCapacity({ load, verdict }: MatrixPlan): boolean {
  return load !== null && verdict !== "stable";
}

/** The twin's choice is the measured best, or as good as that. */
export function isRight({ agrees, regret }: CellDecision): boolean {
  return agrees || regret < REGRET_BOUND;
}

/** Share of the decisions that are right; `null` if there are none. */
export function rightShare(decisions: readonly CellDecision[]): number | null {
  return decisions.length === 0 ? null : shareOf(decisions, isRight);
}
