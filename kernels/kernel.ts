import type { FrameShape } from "../sim/frame.ts";
import type { FrameSize, KernelDescriptor } from "../sim/topology/catalogue.ts";

/** Samples of a frame, planar (channel, row, column): views of memory that the caller owns. */
export type Samples = Uint8Array | Float32Array;

/** A decoded picture: samples interleaved (row, column, channel), as image files have them. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  /** 1: grey, 3: red, green, blue. */
  readonly channels: number;
  readonly data: Uint8Array;
}

/** A transform, ready for frames of one shape. */
export interface PreparedTransform {
  readonly output: FrameShape;
  /** Computes one frame: reads all of `input`, writes all of `output`, keeps nothing, allocates nothing. */
  run(input: Samples, output: Samples): void;
  /** Which build of the vector kernels runs: `simd128` or `relaxed`. */
  readonly build?: string;
  /** Gives back what `prepare` allocated; nothing may be run afterwards. Otherwise that happens when this is collected. */
  release?(): void;
}

/**
 * A transform that computes any rows of its output, in the memory of the vector kernels: what fusion works with.
 * Sample (c, y, x) of a frame lies at `base + c * plane + (y * width + x) * bytes of a sample`.
 */
export interface RowsTransform {
  readonly output: FrameShape;
  readonly build: string;
  /** Needs all of its input at once, rows and channels without a gap. */
  readonly whole?: true;
  /** Rows [first, end) of the input that rows [from, to) of the output are computed from. */
  inputRows(from: number, to: number): readonly [number, number];
  /** Computes rows [from, to) of the output, the same bytes however they are cut. @param input, output bases, in bytes. */
  run(input: number, inPlane: number, output: number, outPlane: number, from: number, to: number): void;
  /** The same followed by relu; it shares what this one holds and is released with it. */
  rectified?(): RowsTransform;
  release(): void;
}

/** A source, ready for frames of one size. */
export interface PreparedSource {
  readonly output: FrameShape;
  /** Writes frame `sequence`: the same bytes for the same sequence number, whatever came before. */
  produce(sequence: number, output: Samples): void;
}

/** Gets a transform ready; what it needs besides frames is allocated here. @throws RangeError if it can't take that input. */
export interface TransformImplementation<Params> {
  prepare(params: Params, input: FrameShape): PreparedTransform;
  /** The same, by rows, where it can be fused with its neighbours. */
  readonly prepareRows?: (params: Params, input: FrameShape) => RowsTransform;
}

/** Gets a source ready. @param pictures of the stage's folder, for the sources that send some. */
export interface SourceImplementation<Params> {
  prepare(params: Params, size: FrameSize, pictures: readonly Picture[]): PreparedSource;
}

/** Implementations by name: `reference` says what the others must compute. */
export type Implementations<T> = { readonly reference: T } & Readonly<Record<string, T>>;

export interface TransformKernel<Params> extends KernelDescriptor<Params> {
  readonly role: "transform";
  readonly implementations: Implementations<TransformImplementation<Params>>;
}

export interface SourceKernel<Params> extends KernelDescriptor<Params> {
  readonly role: "source";
  readonly implementations: Implementations<SourceImplementation<Params>>;
}

export type Kernel<Params> = TransformKernel<Params> | SourceKernel<Params>;
