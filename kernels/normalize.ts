import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { type NormalizeParams, ofChannel, outputShape, params } from "./normalize-params.ts";
import { normalize as simd } from "./simd/pointwise.ts";

/**
 * (x - mean) * scale, channel by channel, as float32: what trained networks expect of their input. Each operation is rounded by
 * itself, so all implementations give the same bytes.
 */
export const normalize: TransformKernel<NormalizeParams> = {
  name: "normalize",
  role: "transform",
  params,
  outputShape,
  /** A difference and a product a sample; reads the frame and two numbers a channel, writes the output. */
  cost(given, input) {
    const output = outputShape(given, input);
    return { operations: 2 * samplesOf(output), bytes: bytesOf(input) + bytesOf(output) + 8 * input.channels };
  },
  implementations: { reference: { prepare: prepareReference }, simd },
};

function prepareReference(given: NormalizeParams, input: FrameShape): PreparedTransform {
  const output = outputShape(given, input);
  const { height, width, channels } = input;
  const all = Array.from({ length: channels }, (_, c) => ofChannel(given, c));
  return {
    output,
    run(from, to) {
      for (let c = 0; c < channels; c++) {
        const { mean, scale } = all[c]!;
        for (let y = 0; y < height; y++) normalizeRow(from, to, (c * height + y) * width, width, mean, scale);
      }
    },
  };
}

function normalizeRow(from: Samples, to: Samples, begin: number, count: number, mean: number, scale: number): void {
  for (let i = begin; i < begin + count; i++) to[i] = Math.fround(from[i]! - mean) * scale;
}
