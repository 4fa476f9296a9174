import type { FrameShape } from "../../../sim/frame.ts";
import type { Case } from "./cases.ts";

/** A case with its numbers. */
export interface Task {
  readonly case: Case;
  readonly input: FrameShape;
  readonly output: FrameShape;
  readonly samples: Float32Array;
  readonly weights: Float32Array;
}

/** A task, ready to be timed. */
export interface Timed {
  /** Computes so many frames. @returns milliseconds. */
  time(frames: number): number | Promise<number>;
  /** What a frame gives, planar. */
  output(): Promise<Float32Array> | Float32Array;
  release?(): void;
}

/** Ours or a peer. */
export interface Runner {
  readonly name: string;
  /** `null` if it has no such thing. */
  prepare(task: Task): Promise<Timed | null> | Timed | null;
  close?(): void;
}

/** Looks for a peer. @returns why it is left out, if it is. */
export type Find = () => Promise<Runner | string>;

/** Milliseconds that frames take by the clock. */
export function clocked(frames: number, run: () => void): number {
  const begin = performance.now();
  for (let i = 0; i < frames; i++) run();
  return performance.now() - begin;
}
