import type { Trace } from "../../sim/trace.ts";

/** A column of a pod after warm-up, seconds. */
export function settled(trace: Trace, pod: number, column: "computeCpu" | "receiveCpu" | "sendCpu"): number[] {
  return Array.from(trace.pods[pod]![column].subarray(trace.warmup));
}

/** From `sent` at the pod before until `arrived` at a pod, after warm-up, seconds. */
export function onTheWay(trace: Trace, pod: number): number[] {
  const from = trace.pods[pod - 1]!;
  const to = trace.pods[pod]!;
  const offset = to.clock.seconds - from.clock.seconds;
  const times: number[] = [];
  for (let frame = trace.warmup; frame < trace.frames; frame++) {
    times.push(to.arrived[frame]! - from.sent[frame]! + offset);
  }
  return times;
}

/** From a pod having the acknowledgement of a frame until the pod before it has it, seconds. */
export function acknowledgements(trace: Trace, pod: number): number[] {
  const from = trace.pods[pod]!;
  const to = trace.pods[pod - 1]!;
  const offset = to.clock.seconds - from.clock.seconds;
  const times: number[] = [];
  for (let frame = trace.warmup; frame < trace.frames; frame++) {
    times.push(to.acked[frame]! - from.acked[frame]! + offset);
  }
  return times;
}

/** How late the source began on frames that were due, seconds. */
export function lateness(trace: Trace): number[] {
  const { start } = trace.pods[0]!;
  const times: number[] = [];
  for (let frame = trace.warmup; frame < trace.frames; frame++) times.push(start[frame]! - trace.scheduled[frame]!);
  return times;
}
