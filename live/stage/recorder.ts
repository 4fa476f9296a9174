import { createHash } from "node:crypto";
import { emptyPodTrace, type PodTrace, STAMPS } from "../../sim/trace.ts";
import type { Samples } from "./frame-codec.ts";
import type { Run, TraceChunk } from "./wire.ts";

const CHUNK = 65_536;
/** Bytes of a SHA-256. */
const DIGEST = 32;

/**
 * The columns of a pod's trace while a run is in progress: raw stamps, this process's monotonic clock. Of a run that goes on and on
 * the latest frames are kept, each at its sequence number modulo how many those are.
 */
export class Recorder {
  readonly run: Run;
  readonly trace: PodTrace;
  readonly scheduled: Float64Array;
  readonly digests: Buffer[] = [];
  /** Frames that were computed, and the seconds that took. */
  completed = 0;
  computing = 0;
  readonly #kept: number;
  /** Sequence number after the last that was begun. */
  #end = 0;

  constructor(run: Run, pod: string, node: string, workers: number) {
    this.run = run;
    this.#kept = run.kept ? Math.min(run.kept, run.frames) : run.frames;
    this.trace = emptyPodTrace(pod, node, this.#kept, { workers });
    this.scheduled = new Float64Array(this.#kept).fill(Number.NaN);
  }

  /** Where a frame's values are. */
  at(sequence: number): number {
    return sequence % this.#kept;
  }

  /** A frame has come, or is about to be made: what was there of another goes. @returns where its values are. */
  begin(sequence: number): number {
    const at = this.at(sequence);
    this.#end = Math.max(this.#end, sequence + 1);
    if (sequence >= this.#kept) {
      this.scheduled[at] = Number.NaN;
      for (const stamp of STAMPS) this.trace[stamp][at] = Number.NaN;
    }
    return at;
  }

  /** Frames from `first` up to, not including, `next` were acknowledged. */
  acknowledged(first: number, next: number, time: number): void {
    for (let sequence = first; sequence < next; sequence++) this.trace.acked[this.at(sequence)] = time;
  }

  /** @param from Only frames from this one on. */
  *chunks(from = 0): Generator<TraceChunk> {
    const none = new Uint8Array(0);
    const columns: [string, Float64Array][] = [["scheduled", this.scheduled]];
    for (const stamp of STAMPS) columns.push([stamp, this.trace[stamp]]);
    for (const [column, all] of columns) {
      let first = Math.max(from, this.#end - this.#kept);
      while (first < this.#end) {
        const at = this.at(first);
        const part = all.subarray(at, Math.min(at + CHUNK, at + this.#end - first, this.#kept));
        yield { column, first, values: new Uint8Array(part.buffer, part.byteOffset, part.byteLength), digests: none };
        first += part.length;
      }
    }
    if (this.digests.length === 0) return;
    // Zeros for a frame that never came here, or before this pod was started afresh.
    const digests = Buffer.concat(Array.from(this.digests, (digest) => digest ?? Buffer.alloc(DIGEST)));
    yield { column: "", first: 0, values: none, digests };
  }
}

/** SHA-256 of a frame's payload. */
export function digestOf(samples: Samples): Buffer {
  const { buffer, byteOffset, byteLength } = samples;
  return createHash("sha256")
    .update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
    .digest();
}
