import { z } from "zod";
import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { simd } from "./simd/softmax.ts";

const params = z.strictObject({});

const outputShape = (_params: unknown, input: FrameShape): FrameShape => ({ ...input, element: "float32" });

/**
 * exp(x) / sum over the channels of exp(x), at each position: the probabilities of as many classes as there are channels. The
 * largest sample is subtracted first, which changes nothing but that no power overflows (Goodfellow et al., Deep Learning,
 * section 4.1). Where a channel is NaN or infinite, all of them may be NaN.
 */
export const softmax: TransformKernel<z.infer<typeof params>> = {
  name: "softmax",
  role: "transform",
  params,
  outputShape,
  /** A comparison, a difference, a power (counted as one), a sum and a product a sample; reads the frame, writes one. */
  cost(given, input) {
    return { operations: 5 * samplesOf(input), bytes: bytesOf(input) + bytesOf(outputShape(given, input)) };
  },
  implementations: { reference: { prepare: prepareReference }, simd },
};

function prepareReference(given: unknown, input: FrameShape): PreparedTransform {
  const plane = input.height * input.width;
  const powers = new Float64Array(input.channels);
  return {
    output: outputShape(given, input),
    run(from, to) {
      for (let at = 0; at < plane; at++) position(from, to, at, plane, powers);
    },
  };
}

function position(from: Samples, to: Samples, at: number, plane: number, powers: Float64Array): void {
  let largest = from[at]!;
  for (let c = 1; c < powers.length; c++) largest = Math.max(largest, from[at + c * plane]!);
  let sum = 0;
  for (let c = 0; c < powers.length; c++) {
    const power = Math.exp(from[at + c * plane]! - largest);
    powers[c] = power;
    sum += power;
  }
  for (let c = 0; c < powers.length; c++) to[at + c * plane] = powers[c]! / sum;
}
