import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import { type DenseParams, denseWeights, outputShape, params } from "./dense-params.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { relaxed, simd } from "./simd/dense.ts";

/**
 * A fully connected layer: out(n) = bias(n) + sum over c, y, x of w(n, c, y, x) * in(c, y, x) (Goodfellow et al., Deep Learning,
 * section 6.0). The outputs are the channels of a frame of 1x1. The reference forms sums in double precision.
 */
export const dense: TransformKernel<DenseParams> = {
  name: "dense",
  role: "transform",
  params,
  outputShape,
  /** A multiply-add for each weight; reads the frame, weights and biases, writes the outputs. */
  cost(given, input) {
    const output = outputShape(given, input);
    const weights = given.outputs * samplesOf(input);
    return { operations: 2 * weights, bytes: bytesOf(input) + bytesOf(output) + 4 * (weights + given.outputs) };
  },
  implementations: { reference: { prepare: prepareReference }, simd, relaxed },
};

function prepareReference(given: DenseParams, input: FrameShape): PreparedTransform {
  const output = outputShape(given, input);
  const { weights, bias } = denseWeights(given, input);
  const count = samplesOf(input);
  return {
    output,
    run(from, to) {
      for (let n = 0; n < given.outputs; n++) {
        let sum = bias[n]!;
        for (let at = 0; at < count; at += input.width)
          sum = addRow(sum, from, at, weights, n * count + at, input.width);
        to[n] = sum;
      }
    },
  };
}

function addRow(sum: number, from: Samples, at: number, weights: Float32Array, weight: number, count: number): number {
  for (let i = 0; i < count; i++) sum += weights[weight + i]! * from[at + i]!;
  return sum;
}
