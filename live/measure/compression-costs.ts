import type { CostKind, CostSamples, Reading } from "../../sim/calibration/reading.ts";
import type { Thread } from "../../sim/profile.ts";
import { mean } from "../../sim/statistics/moments.ts";
import type { Trace } from "../../sim/trace.ts";
import { handovers, settled } from "./columns.ts";

/** The sender computes so many frames and repeats them; a number that many lengths of a source's cycle divide. */
export const CONTENTS = 12;

/**
 * What the runs of a line of two pods tell whose hop compresses: compression, and messages as small as the compressed frames
 * without it.
 * @param key of what crosses; @param nodes of the machine; @param traces of a pod that has the frames and one that takes them.
 */
export function compressionCosts(
  key: string,
  nodes: readonly string[],
  traces: Readonly<Record<Thread, Trace>>,
): Pick<Reading, "costs" | "payloads"> {
  const payloads = Array.from(traces.busy.pods[0]!.sentBytes.subarray(0, CONTENTS));
  const bytes = messageBytes(payloads);
  const cost = (kind: CostKind, thread: Thread, samples: readonly number[]): CostSamples => ({
    name: {
      kind,
      of: kind === "compress" || kind === "decompress" ? key : "",
      nodes,
      thread,
      at: kind.endsWith("compress") ? 0 : bytes,
    },
    samples,
  });
  const costs = (["busy", "idle", "cold"] as const).flatMap((thread) => {
    const trace = traces[thread];
    const both = [
      cost("compress", thread, settled(trace, 0, "compressCpu")),
      cost("decompress", thread, settled(trace, 1, "decompressCpu")),
      cost("send", thread, sends(trace)),
    ];
    // The receiver never is busy: compressing takes longer than decompressing.
    if (thread === "busy") return both;
    const handed = less(handovers(trace, 0), settled(trace, 0, "compressCpu"));
    return [...both, cost("receive", thread, receives(trace)), cost("handover", thread, handed)];
  });
  return { costs, payloads: { key, bytes: payloads } };
}

/** The size at which messages are measured that stand for payloads of different sizes. */
export function messageBytes(payloads: readonly number[]): number {
  return Math.round(mean(payloads));
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
