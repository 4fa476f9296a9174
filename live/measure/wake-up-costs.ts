import type { CostKind, CostSamples } from "../../sim/calibration/reading.ts";
import type { Thread } from "../../sim/profile.ts";
import { median } from "../../sim/statistics/quantile.ts";
import type { PodTrace, Trace } from "../../sim/trace.ts";

/**
 * What the event loop does until a frame that is there goes to the worker is part of the time on the way (`onTheWay`): it takes as long as
 * at the pod after that, whose own thread computes.
 * @param pod number of the one whose worker and whose own thread had nothing else to do.
 */
export function wakeUpCosts(
  nodes: readonly string[],
  traces: Readonly<Record<Exclude<Thread, "busy">, Trace>>,
  pod: number,
): CostSamples[] {
  return (["idle", "cold"] as const).flatMap((thread) => {
    const { warmup, pods } = traces[thread];
    const { decoded, start, end, noticed } = pods[pod]!;
    const after = pods[pod + 1]!;
    const turn = median(between(after.decoded, after.start, warmup));
    const cost = (kind: CostKind, samples: number[]) => ({ name: { kind, of: "", nodes, thread, at: 0 }, samples });
    const toWorker = between(decoded, start, warmup).map((time) => Math.max(0, time - turn));
    return [cost("wake-worker", toWorker), cost("wake-messages", between(end, noticed, warmup))];
  });
}

function between(from: PodTrace["end"], to: PodTrace["end"], warmup: number): number[] {
  return Array.from(to.subarray(warmup), (time, i) => time - from[warmup + i]!);
}
