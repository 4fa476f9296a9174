import { computeKey, type PlanStage } from "../../sim/plan.ts";
import type { CompressionCost, HandoverCost, MessageCost, Thread } from "../../sim/profile.ts";
import { mean } from "../../sim/statistics/moments.ts";
import type { Trace } from "../../sim/trace.ts";
import { handovers, settled } from "./columns.ts";

/** The sender computes so many frames and repeats them; a number that many lengths of a source's cycle divide. */
export const CONTENTS = 12;

/** What the runs of a line of two pods tell whose hop compresses. */
export interface MeasuredCompression {
  readonly cost: CompressionCost;
  /** Of messages as small as the compressed ones, without what compressing takes. */
  readonly messages: readonly MessageCost[];
  readonly handovers: readonly HandoverCost[];
}

/** @param stages that made the frames, from the source on; @param traces of a pod that has them and one that takes its frames. */
export function compressionCosts(
  stages: readonly PlanStage[],
  node: string,
  traces: Readonly<Record<Thread, Trace>>,
): MeasuredCompression {
  const payloads = Array.from(traces.busy.pods[0]!.sentBytes.subarray(0, CONTENTS));
  const of = (pod: number, column: "compressCpu" | "decompressCpu") => ({
    busy: settled(traces.busy, pod, column),
    idle: settled(traces.idle, pod, column),
    cold: settled(traces.cold, pod, column),
  });
  const cost: CompressionCost = {
    key: computeKey(stages),
    stages: stages.map(({ name }) => name),
    node,
    shape: stages.at(-1)!.output,
    compress: of(0, "compressCpu"),
    decompress: of(1, "decompressCpu"),
    bytes: payloads,
  };
  const bytes = messageBytes(payloads);
  const threads = ["busy", "idle", "cold"] as const;
  const waited = ["idle", "cold"] as const;
  return {
    cost,
    messages: [
      ...threads.map((thread) => ({ node, direction: "send" as const, thread, bytes, cpu: sends(traces[thread]) })),
      // The receiver never is busy: compressing takes longer than decompressing.
      ...waited.map((thread) => ({
        node,
        direction: "receive" as const,
        thread,
        bytes,
        cpu: receives(traces[thread]),
      })),
    ],
    handovers: waited.map((thread) => {
      const seconds = less(handovers(traces[thread], 0), settled(traces[thread], 0, "compressCpu"));
      return { node, thread, bytes, seconds };
    }),
  };
}

/** The size at which messages are measured that stand for payloads of different sizes. */
export function messageBytes(payloads: readonly number[]): number {
  return Math.round(mean(payloads));
}

/** Both measurements of the same frames on the same node. */
export function together(a: CompressionCost, b: CompressionCost): CompressionCost {
  const both = (what: "compress" | "decompress") => ({
    busy: [...a[what].busy, ...b[what].busy],
    idle: [...a[what].idle, ...b[what].idle],
    cold: [...a[what].cold, ...b[what].cold],
  });
  return { ...a, compress: both("compress"), decompress: both("decompress") };
}

/** A frame's sending is on the account of the next one, and so is its compression. */
function sends(trace: Trace): number[] {
  const { compressCpu } = trace.pods[0]!;
  return less(settled(trace, 0, "sendCpu"), compressCpu.subarray(trace.warmup - 1));
}

function receives(trace: Trace): number[] {
  return less(settled(trace, 1, "receiveCpu"), settled(trace, 1, "decompressCpu"));
}

/** The one minus the other, element by element; two readings of a clock may leave less than nothing. */
function less(all: readonly number[], part: ArrayLike<number>): number[] {
  return all.map((value, i) => Math.max(0, value - part[i]!));
}
