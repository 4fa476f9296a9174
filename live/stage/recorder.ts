import { createHash } from "node:crypto";
import { emptyPodTrace, type PodTrace, STAMPS } from "../../sim/trace.ts";
import type { Samples } from "./frame-codec.ts";
import type { Run, TraceChunk } from "./wire.ts";

const CHUNK = 65_536;

/** The columns of a pod's trace while a run is in progress: raw stamps, this process's monotonic clock. */
export class Recorder {
  readonly run: Run;
  readonly trace: PodTrace;
  readonly scheduled: Float64Array;
  readonly digests: Buffer[] = [];
  completed = 0;

  constructor(run: Run, pod: string, node: string, workers: number) {
    this.run = run;
    this.trace = emptyPodTrace(pod, node, run.frames, { workers });
    this.scheduled = new Float64Array(run.frames).fill(Number.NaN);
  }

  *chunks(): Generator<TraceChunk> {
    const none = new Uint8Array(0);
    const columns: [string, Float64Array][] = [["scheduled", this.scheduled]];
    for (const stamp of STAMPS) columns.push([stamp, this.trace[stamp]]);
    for (const [column, all] of columns) {
      for (let first = 0; first < all.length; first += CHUNK) {
        const part = all.subarray(first, first + CHUNK);
        yield { column, first, values: new Uint8Array(part.buffer, part.byteOffset, part.byteLength), digests: none };
      }
    }
    if (this.digests.length > 0) yield { column: "", first: 0, values: none, digests: Buffer.concat(this.digests) };
  }
}

/** SHA-256 of a frame's payload. */
export function digestOf(samples: Samples): Buffer {
  const { buffer, byteOffset, byteLength } = samples;
  return createHash("sha256")
    .update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
    .digest();
}
