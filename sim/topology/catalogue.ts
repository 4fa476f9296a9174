import type { ZodType } from "zod";
import type { FrameShape } from "../frame.ts";

/** What one frame costs a kernel by its formula: counts, not seconds. */
export interface KernelCost {
  /** Arithmetic operations (a multiply-add counts as 2). */
  readonly operations: number;
  /** Bytes read from the input and parameters plus bytes written to the output. */
  readonly bytes: number;
}

/** A size of the workload: rows and columns of the source's frames. */
export interface FrameSize {
  readonly height: number;
  readonly width: number;
}

/**
 * What the topology check and the plan know of a kernel, without its implementation. `kernels/` fills the catalogue in;
 * `sim/` only ever sees this interface.
 */
export interface KernelDescriptor<Params = unknown> {
  readonly name: string;
  /** A source has no input: its output shape follows from the workload's size. */
  readonly role: "source" | "transform";
  /** Schema of the stage's parameters in the topology file (everything but `name`, `kernel`, `nodes`); fills defaults in. */
  readonly params: ZodType<Params>;
  /**
   * Shape of the output. For a source `input` carries the workload's size with 1 channel of uint8, of which only height and
   * width count. Throws `RangeError` with a sentence for the user if the kernel can't take that input.
   */
  outputShape(params: Params, input: FrameShape): FrameShape;
  cost(params: Params, input: FrameShape): KernelCost;
  /** Digest of files that the parameters name, where what a frame costs depends on them. */
  contentDigest?(params: Params): string;
}

/** All kernels that a topology may name, by name. */
// biome-ignore lint/suspicious/noExplicitAny: each descriptor has its own parameter type; `params` checks it at run time
export type KernelCatalogue = ReadonlyMap<string, KernelDescriptor<any>>;
