import type { PlanComparison, Term } from "../comparison.ts";
import { boundOf, figureOf, METRICS, type Metric } from "./bounds.ts";
import type { MatrixPlan } from "./outcome.ts";

/** A plan by the figure of it that misses its bound most, or comes nearest to it. */
export interface Miss {
  readonly plan: MatrixPlan;
  readonly metric: Metric;
  /** Relative and signed. */
  readonly error: number;
  /** The error as a multiple of the bound. */
  readonly times: number;
  readonly spread: number | null;
  /** The cause, over all pods, that the mean latency's error owes most to. */
  readonly term: { readonly term: Term; readonly seconds: number };
}

/** The calibrated predictions that are furthest beyond their bounds, the worst first; plans without a bound are passed over. */
export function worstOf(plans: readonly MatrixPlan[], count: number): Miss[] {
  return plans
    .flatMap((plan) => missOf(plan) ?? [])
    .sort((a, b) => b.times - a.times)
    .slice(0, count);
}

function missOf(plan: MatrixPlan): Miss | null {
  const { error, measured } = plan.comparison;
  const misses = METRICS.flatMap((metric) => {
    const bound = boundOf(plan.class, metric);
    if (bound === null) return [];
    const off = figureOf(error, metric);
    const spread = measured.spread === null ? null : figureOf(measured.spread, metric);
    return [
      { plan, metric, error: off, times: Math.abs(off) / bound.each, spread, term: largestTerm(plan.comparison) },
    ];
  });
  return misses.reduce<Miss | null>((most, miss) => (most === null || miss.times > most.times ? miss : most), null);
}

/** Predicted minus measured mean seconds of the cause that differs most, summed over pods. */
export function largestTerm({ attribution }: PlanComparison): Miss["term"] {
  const terms = new Map<Term, number>();
  for (const { term, seconds } of attribution) terms.set(term, (terms.get(term) ?? 0) + seconds);
  const [term, seconds] = [...terms].reduce((most, one) => (Math.abs(one[1]) > Math.abs(most[1]) ? one : most));
  return { term, seconds };
}
