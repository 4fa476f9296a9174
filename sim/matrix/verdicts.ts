import { isCovered, shareOf } from "./errors.ts";
import type { MatrixPlan } from "./outcome.ts";

/** How the twin's word on a load stands against what the plan truly carries. */
export interface VerdictRow {
  readonly verdict: "stable" | "near capacity or saturated";
  /** Plans with an open load of which the twin says so. */
  readonly plans: number;
  /** Of these, by their true load: up to 90 % of the measured capacity, and above. */
  readonly upTo90: number;
  readonly above90: number;
  /** Share of these whose measured mean latency lies in the prediction's interval; `null`: there are none. */
  readonly covered: number | null;
}

/** Plans with an open load by the twin's verdict. */
export function verdictsOf(plans: readonly MatrixPlan[]): VerdictRow[] {
  const open = plans.filter(({ load }) => load !== null);
  const row = (verdict: VerdictRow["verdict"], those: readonly MatrixPlan[]): VerdictRow => {
    const above90 = those.filter(isAbove90).length;
    const covered = those.length === 0 ? null : shareOf(those, ({ comparison }) => isCovered(comparison, "mean"));
    return { verdict, plans: those.length, upTo90: those.length - above90, above90, covered };
  };
  return [
    row(
      "stable",
      open.filter(({ verdict }) => verdict === "stable"),
    ),
    row(
      "near capacity or saturated",
      open.filter(({ verdict }) => verdict !== "stable"),
    ),
  ];
}

/** Plans above 90 % of what they truly carry of which the twin says that they are stable. */
export function missedVerdicts(plans: readonly MatrixPlan[]): MatrixPlan[] {
  return plans.filter((plan) => isAbove90(plan) && plan.verdict === "stable");
}

function isAbove90(plan: MatrixPlan): boolean {
  return plan.class === "above 90 %";
}
