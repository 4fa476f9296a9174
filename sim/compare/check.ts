import type { Plan } from "../plan.ts";
import type { Prediction } from "../prediction.ts";
import type { Recovery } from "../recovery.ts";
import type { Summary } from "../summary.ts";
import type { Happened } from "../trace.ts";
import { LATENCIES, TERMS } from "./measured.ts";

/** What disturbances did in one run of the testbed. */
export interface MeasuredDisturbance {
  readonly recovery: Recovery;
  /** Seconds from when the run's first frame was due. */
  readonly happened: readonly Happened[];
}

/** A plan with what the testbed measured, one summary per repeat, and what the twin predicted. */
export interface Pair {
  /** What was run and predicted. */
  readonly plan: Plan;
  /** One for each repeat. */
  readonly measured: readonly Summary[];
  /** Of a plan with disturbances: what they did, for each repeat, and what was really done. */
  readonly disturbed?: readonly MeasuredDisturbance[];
  /** Of that plan. */
  readonly prediction: Prediction;
}

/** Sentences on everything that keeps these pairs from being compared; empty if nothing does. */
export function problemsOf(pairs: readonly Pair[]): string[] {
  if (pairs.length === 0) return ["there is no plan to compare"];
  return pairs.flatMap(({ plan, measured, prediction }) => {
    const problems: string[] = [];
    if (measured.length === 0) problems.push("has no measured run");
    if (prediction.plan !== plan.id) problems.push(`is paired with the prediction of ${prediction.plan}`);
    measured.forEach((summary, repeat) => {
      problems.push(...summaryProblems(summary, plan).map((problem) => `measured run ${repeat}: ${problem}`));
      if (!(summary.throughput > 0)) problems.push(`measured run ${repeat}: delivered no frame after warm-up`);
    });
    problems.push(...summaryProblems(prediction, plan).map((problem) => `prediction: ${problem}`));
    return problems.map((problem) => `${plan.id}: ${problem}`);
  });
}

function summaryProblems(summary: Summary, plan: Plan): string[] {
  const pods = plan.pods.map((pod) => pod.name).join(", ");
  const problems: string[] = [];
  for (const key of ["terms", "utilisation"] as const) {
    const found = summary[key].map(({ pod }) => pod).join(", ");
    if (found !== pods) problems.push(`${key} are of pods ${found || "(none)"}, the plan has ${pods}`);
  }
  const numbers: (readonly [string, number])[] = [
    ["throughput", summary.throughput],
    ["ccr", summary.ccr],
    ...LATENCIES.map((key) => [`latency.${key}`, summary.latency[key]] as const),
    ...summary.terms.flatMap((pod) => TERMS.map((term) => [`${pod.pod} ${term}`, pod[term]] as const)),
    ...summary.utilisation.map(({ pod, value }) => [`${pod} utilisation`, value] as const),
  ];
  for (const [name, value] of numbers) {
    if (!Number.isFinite(value)) problems.push(`${name} is ${value}, should be a finite number`);
  }
  return problems;
}
