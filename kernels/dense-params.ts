import { z } from "zod";
import { type FrameShape, samplesOf } from "../sim/frame.ts";
import { convWeights } from "./conv2d-weights.ts";

export const params = z.strictObject({
  outputs: z.int().min(1).meta({ description: "numbers that come out, as channels of one sample each" }),
  weights: z
    .union([z.literal("random"), z.array(z.number())], "random, or a list of numbers")
    .default("random")
    .meta({ description: "random, or outputs x channels x height x width numbers" }),
  seed: z.int().min(0).default(1).meta({ description: "of random weights" }),
  bias: z
    .union([z.number(), z.array(z.number())], "a number, or a list of one per output")
    .default(0)
    .meta({ description: "added to every output: one number, or one per output" }),
});

export type DenseParams = z.infer<typeof params>;

/** @throws RangeError if weights or bias are of the wrong number. */
export function outputShape({ outputs, weights, bias }: DenseParams, input: FrameShape): FrameShape {
  const { channels, height, width } = input;
  const expected = outputs * samplesOf(input);
  if (Array.isArray(weights) && weights.length !== expected) {
    throw new RangeError(
      `weights has ${weights.length} numbers; ${outputs} outputs x ${channels} channels x ${height} x ${width} are ${expected}`,
    );
  }
  if (Array.isArray(bias) && bias.length !== outputs) {
    throw new RangeError(`bias has ${bias.length} numbers; one per output are ${outputs}`);
  }
  return { height: 1, width: 1, channels: outputs, element: "float32" };
}

/** Weights of each output in the order of the frame's samples, and biases, as float32. Random ones are those of a conv2d. */
export function denseWeights(params: DenseParams, input: FrameShape): { weights: Float32Array; bias: Float32Array } {
  const { outputs, weights, seed, bias } = params;
  return {
    weights: convWeights({ weights, filters: outputs, seed }, input.channels, input.height, input.width),
    bias: Float32Array.from({ length: outputs }, (_, n) => (Array.isArray(bias) ? bias[n]! : bias)),
  };
}
