import type { Pair } from "../../sim/compare/check.ts";
import type { Finding } from "../../sim/compare/finding.ts";
import { findingsOf } from "../../sim/compare/findings.ts";
import type { PlanLoad } from "../../sim/plan.ts";
import { comparisonOf, plan, prediction, SATURATED, type Spec, summary } from "./fixture.ts";

export const HALF: PlanLoad = { kind: "rate", rate: 10, label: "50%" };

/** A plan with these figures, measured and predicted: throughput when saturated, else median latency in seconds. */
export function made(changes: Partial<Spec>, measured: number, predicted = measured): Pair {
  const of = plan({ split: "ESSS", size: [64, 64], load: SATURATED, ...changes });
  const set = <T extends { throughput: number; latency: object }>(to: T, value: number): T =>
    of.workload.load.kind === "saturated"
      ? { ...to, throughput: value }
      : { ...to, latency: { ...to.latency, p50: value } };
  return { plan: of, measured: [set(summary(of), measured)], prediction: set(prediction(of), predicted) };
}

/** The findings whose id begins so, of a run of these plans. */
export function findingsOn(prefix: string, pairs: readonly Pair[]): readonly Finding[] {
  return findingsOf(comparisonOf(pairs)).filter(({ id }) => id.startsWith(prefix));
}

/** The same plans run another way, with three times the throughput and less of everything else. */
export function better(pairs: readonly Pair[], variant: Pick<Spec, "compression" | "workers">): Pair[] {
  return pairs.map(({ plan: { split, pods, size, workload, candidate } }) => {
    const grouping = pods.map(({ stages }) => stages.length);
    const of = plan({ split, grouping, size: [size.height, size.width], load: workload.load, candidate, ...variant });
    const scale = (name: string) => (name === "throughput" ? 3 : 0.3);
    return { plan: of, measured: [summary(of, scale)], prediction: prediction(of, scale) };
  });
}
