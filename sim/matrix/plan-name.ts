import { labelOf } from "../compare/label.ts";
import type { PlanComparison } from "../comparison.ts";

/** Splits with more letters than this are told by their runs. */
const LONGEST_SPLIT = 8;

/** `EESS 2+2` as it is; of long pipelines `E9S5`, `E9S5 1+4+4+3+2`, for tables that are not wide. */
export function shortLabel(plan: PlanComparison): string {
  const { split, grouping, pods } = plan;
  if (split.includes("@") || split.length <= LONGEST_SPLIT) return labelOf(plan);
  const runs = split.replace(/([A-Z])\1*/g, (run) => `${run[0]}${run.length}`);
  return pods === split.length ? runs : `${runs} ${grouping}`;
}
