import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import { type GrayscaleParams, outputShape, params } from "./grayscale-params.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { grayscale as simd } from "./simd/pointwise.ts";

/**
 * Luma of red, green and blue: 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601). float32: each operation is rounded by itself; uint8:
 * weights of 14 bits after the point, which add up to 1, and one rounding. So all implementations give the same bytes.
 */
export const grayscale: TransformKernel<GrayscaleParams> = {
  name: "grayscale",
  role: "transform",
  params,
  outputShape,
  /** Three products and two sums an output sample; reads the frame, writes the output. */
  cost(given, input) {
    const output = outputShape(given, input);
    return { operations: 5 * samplesOf(output), bytes: bytesOf(input) + bytesOf(output) };
  },
  implementations: { reference: { prepare: prepareReference }, simd },
};

function prepareReference(given: GrayscaleParams, input: FrameShape): PreparedTransform {
  const output = outputShape(given, input);
  const plane = samplesOf(output);
  const mix = input.element === "uint8" ? mixBytes : mixFloats;
  return {
    output,
    run(from, to) {
      for (let row = 0; row < plane; row += input.width) mix(from, to, row, row + input.width, plane);
    },
  };
}

const RED = Math.fround(0.299);
const GREEN = Math.fround(0.587);
const BLUE = Math.fround(0.114);

function mixFloats(from: Samples, to: Samples, begin: number, end: number, plane: number): void {
  for (let i = begin; i < end; i++) {
    const red = Math.fround(RED * from[i]!);
    const both = Math.fround(red + Math.fround(GREEN * from[i + plane]!));
    to[i] = both + Math.fround(BLUE * from[i + 2 * plane]!);
  }
}

function mixBytes(from: Samples, to: Samples, begin: number, end: number, plane: number): void {
  for (let i = begin; i < end; i++) {
    to[i] = (4899 * from[i]! + 9617 * from[i + plane]! + 1868 * from[i + 2 * plane]! + 8192) >> 14;
  }
}
