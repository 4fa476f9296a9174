import type { Thread, WakeUpCost } from "../../sim/profile.ts";
import type { PodTrace, Trace } from "../../sim/trace.ts";

/** @param pod number of the one whose worker and whose own thread had nothing else to do. */
export function wakeUpCosts(
  node: string,
  traces: Readonly<Record<Exclude<Thread, "busy">, Trace>>,
  pod: number,
): WakeUpCost[] {
  return (["idle", "cold"] as const).flatMap((thread): WakeUpCost[] => {
    const { warmup, pods } = traces[thread];
    const { decoded, start, end, noticed } = pods[pod]!;
    return [
      { node, woken: "worker", thread, seconds: between(decoded, start, warmup) },
      { node, woken: "messages", thread, seconds: between(end, noticed, warmup) },
    ];
  });
}

function between(from: PodTrace["end"], to: PodTrace["end"], warmup: number): number[] {
  return Array.from(to.subarray(warmup), (time, i) => time - from[warmup + i]!);
}
