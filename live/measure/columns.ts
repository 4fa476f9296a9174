import type { Trace } from "../../sim/trace.ts";

type CpuColumn = "computeCpu" | "receiveCpu" | "sendCpu" | "decompressCpu" | "compressCpu";

/** A column of a pod after warm-up, seconds. */
export function settled(trace: Trace, pod: number, column: CpuColumn): number[] {
  return Array.from(trace.pods[pod]![column].subarray(trace.warmup));
}

/**
 * From `sent` at the pod before until a pod that waits begins with the frame, after warm-up, seconds: when a frame is there, the event
 * loop has another turn or two, and what the pod before is waiting to hear leaves first.
 */
export function onTheWay(trace: Trace, pod: number): number[] {
  const from = trace.pods[pod - 1]!;
  const to = trace.pods[pod]!;
  const offset = to.clock.seconds - from.clock.seconds;
  const times: number[] = [];
  for (let frame = trace.warmup; frame < trace.frames; frame++) {
    times.push(to.start[frame]! - from.sent[frame]! + offset);
  }
  return times;
}

/** From a frame's compute end until it was handed over, after warm-up, seconds, at a pod whose window was never full. */
export function handovers(trace: Trace, pod: number): number[] {
  const { end, sent } = trace.pods[pod]!;
  return Array.from(sent.subarray(trace.warmup), (time, i) => time - end[trace.warmup + i]!);
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

/** How long a pod's thread had nothing to do before each frame after warm-up: from sending one until the next is there, less reading it. */
export function gaps(trace: Trace, pod: number): number[] {
  const { start, end, receiveCpu, sendCpu } = trace.pods[pod]!;
  const times: number[] = [];
  for (let frame = trace.warmup + 1; frame < trace.frames; frame++) {
    times.push(Math.max(0, start[frame]! - end[frame - 1]! - receiveCpu[frame]! - sendCpu[frame]!));
  }
  return times;
}

/** How late the source began on frames that it waited for, seconds; one that was still at the frame before is no measure. */
export function lateness(trace: Trace): number[] {
  const { start, end } = trace.pods[0]!;
  const times: number[] = [];
  for (let frame = Math.max(1, trace.warmup); frame < trace.frames; frame++) {
    const due = trace.scheduled[frame]!;
    if (end[frame - 1]! < due) times.push(Math.max(0, start[frame]! - due));
  }
  return times;
}
