import type { CostKind, CostSamples } from "../../sim/calibration/reading.ts";
import type { Thread } from "../../sim/profile.ts";
import type { PodTrace, Trace } from "../../sim/trace.ts";

/** @param pod number of the one whose worker and whose own thread had nothing else to do. */
export function wakeUpCosts(
  nodes: readonly string[],
  traces: Readonly<Record<Exclude<Thread, "busy">, Trace>>,
  pod: number,
): CostSamples[] {
  return (["idle", "cold"] as const).flatMap((thread) => {
    const { warmup, pods } = traces[thread];
    const { decoded, start, end, noticed } = pods[pod]!;
    const cost = (kind: CostKind, samples: number[]) => ({ name: { kind, of: "", nodes, thread, at: 0 }, samples });
    return [cost("wake-worker", between(decoded, start, warmup)), cost("wake-messages", between(end, noticed, warmup))];
  });
}

function between(from: PodTrace["end"], to: PodTrace["end"], warmup: number): number[] {
  return Array.from(to.subarray(warmup), (time, i) => time - from[warmup + i]!);
}
