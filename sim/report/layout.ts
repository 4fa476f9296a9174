import { isMonolith, isOnePodPerStage, labelOf, sizeLabel, sizesOf } from "../compare/label.ts";
import type { PlanComparison } from "../comparison.ts";
import { PICTURE_WIDTH } from "./config.ts";

/** Pixels for the labels of the vertical axis and for the gap between two panels. */
const LABELS = 90;
const GAP = 20;
const MOST_COLUMNS = 4;

/** Labels of plans in the order of pictures and tables: monoliths, one pod per stage, then other groupings. */
export function labelsOf(plans: readonly PlanComparison[]): string[] {
  return [...new Set(inOrder(plans).map(labelOf))];
}

/** Monoliths, one pod per stage, other groupings; each as listed. */
export function inOrder(plans: readonly PlanComparison[]): readonly PlanComparison[] {
  const rank = (plan: PlanComparison) => (isMonolith(plan) ? 0 : isOnePodPerStage(plan) ? 1 : 2);
  return [...plans].sort((a, b) => rank(a) - rank(b));
}

/** Labels of sizes, fewest pixels first. */
export function sizeLabelsOf(plans: readonly PlanComparison[]): string[] {
  return sizesOf(plans).map(sizeLabel);
}

/** Labels of loads: saturated first, then as listed. */
export function loadsOf(plans: readonly PlanComparison[]): string[] {
  const saturated = (plan: PlanComparison) => (plan.rate === null ? 0 : 1);
  return [...new Set([...plans].sort((a, b) => saturated(a) - saturated(b)).map(({ load }) => load))];
}

/** Number of panels side by side for so many sizes, and the width of each in pixels. */
export function panels(sizes: number): { readonly columns: number; readonly width: number } {
  const columns = Math.min(Math.max(sizes, 1), MOST_COLUMNS);
  return { columns, width: Math.min(420, Math.floor((PICTURE_WIDTH - LABELS) / columns) - GAP) };
}
