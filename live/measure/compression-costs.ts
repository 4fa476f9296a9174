import type { CostKind, CostSamples, Reading } from "../../sim/calibration/reading.ts";
import type { Thread } from "../../sim/profile.ts";
import { mean } from "../../sim/statistics/moments.ts";
import type { Trace } from "../../sim/trace.ts";
import { handovers, settled } from "./columns.ts";
import type { MeasuredOn } from "./pod-costs.ts";

/** The sender computes so many frames and repeats them; a number that many lengths of a source's cycle divide. */
export const CONTENTS = 12;

/**
 * What the runs of a line of two pods tell whose hop compresses: compression, and messages as small as the compressed frames
 * without it.
 * @param key of what crosses; @param traces of a pod that has the frames and one that takes them.
 */
export function compressionCosts(
  key: string,
  { nodes, machine }: MeasuredOn,
  traces: Readonly<Record<Thread, Trace>>,
): Pick<Reading, "costs" | "payloads"> {
  const payloads = Array.from(traces.busy.pods[0]!.sentBytes.subarray(0, CONTENTS));
  const bytes = messageBytes(payloads);
  const squeezed = (kind: CostKind, thread: Thread, samples: readonly number[]): CostSamples => ({
    name: { kind, of: key, nodes, thread, at: 0 },
    samples,
  });
  const message = (kind: CostKind, thread: Thread, samples: readonly number[]): CostSamples => ({
    name: { kind, of: "", nodes: machine, thread, at: bytes },
    samples,
  });
  const costs = (["busy", "idle", "cold"] as const).flatMap((thread) => {
    const trace = traces[thread];
    const both = [
      squeezed("compress", thread, settled(trace, 0, "compressCpu")),
      squeezed("decompress", thread, settled(trace, 1, "decompressCpu")),
      message("send", thread, sends(trace)),
    ];
    // The receiver never is busy: compressing takes longer than decompressing.
    if (thread === "busy") return both;
    const handed = less(handovers(trace, 0), settled(trace, 0, "compressCpu"));
    return [...both, message("receive", thread, receives(trace)), message("handover", thread, handed)];
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
