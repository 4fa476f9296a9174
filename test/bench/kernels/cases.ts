import { findKernel } from "../../../kernels/catalogue.ts";
import { convWeights } from "../../../kernels/conv2d-weights.ts";
import type { PipelineStage } from "../../../kernels/pipeline.ts";
import { RandomStream } from "../../../sim/engine/random.ts";
import type { FrameShape } from "../../../sim/frame.ts";

/** What is measured. Peers know the cases by name. */
export interface Case {
  readonly name: CaseName;
  readonly title: string;
  readonly channels: number;
  /** Filters x channels a filter sees, of 3x3 filters. */
  readonly filters?: readonly [number, number];
  /** Outputs of a fully connected layer. */
  readonly outputs?: number;
  readonly stages: (weights: Float32Array, input: FrameShape) => readonly (readonly [string, object])[];
}

export type CaseName =
  | "conv1"
  | "conv8"
  | "depthwise"
  | "relu"
  | "maxpool"
  | "fused"
  | "grayscale"
  | "normalize"
  | "resize"
  | "dense"
  | "softmax";

const filtered = (name: CaseName, title: string, filters: number, each: number, groups = 1): Case => ({
  name,
  title,
  channels: each * groups,
  filters: [filters, each],
  stages: (weights) => [["conv2d", convolution(weights, filters, each, groups)]],
});

function convolution(all: Float32Array, filters: number, each: number, groups = 1): object {
  const taps = filters * each * 9;
  return { filters, groups, weights: [...all.subarray(0, taps)], bias: [...all.subarray(taps)] };
}

export const CASES: readonly Case[] = [
  filtered("conv1", "conv2d 3x3, 1 -> 1", 1, 1),
  filtered("conv8", "conv2d 3x3, 3 -> 8", 8, 3),
  filtered("depthwise", "conv2d 3x3, 3 -> 3, depthwise", 3, 1, 3),
  { name: "relu", title: "relu", channels: 1, stages: () => [["relu", {}]] },
  { name: "maxpool", title: "maxpool 2x2", channels: 1, stages: () => [["maxpool", {}]] },
  {
    name: "fused",
    title: "conv2d 3x3 1 -> 1, relu, maxpool, fused",
    channels: 1,
    filters: [1, 1],
    stages: (weights) => [
      ["conv2d", convolution(weights, 1, 1)],
      ["relu", {}],
      ["maxpool", {}],
    ],
  },
  { name: "grayscale", title: "grayscale, 3 -> 1", channels: 3, stages: () => [["grayscale", {}]] },
  { name: "normalize", title: "normalize, 3", channels: 3, stages: () => [["normalize", { mean: 0.5, scale: 4 }]] },
  { name: "resize", title: "resize to half, 1", channels: 1, stages: () => [["resize", { factor: 0.5 }]] },
  {
    name: "dense",
    title: "dense, 1 channel -> 10 outputs",
    channels: 1,
    outputs: 10,
    stages: (all, input) => {
      const taps = 10 * input.height * input.width;
      return [["dense", { outputs: 10, weights: [...all.subarray(0, taps)], bias: [...all.subarray(taps)] }]];
    },
  },
  { name: "softmax", title: "softmax, 8 channels", channels: 8, stages: () => [["softmax", {}]] },
];

/** Weights, then biases, of a case's filters or outputs. */
export function weightsOf({ filters, outputs }: Case, { height, width }: FrameShape): Float32Array {
  const stream = new RandomStream(2, "bench weights");
  if (outputs !== undefined) {
    return Float32Array.from({ length: outputs * (height * width + 1) }, () => (stream.uniform() - 0.5) / 64);
  }
  if (filters === undefined) return new Float32Array(0);
  const [count, each] = filters;
  const weights = convWeights({ weights: "random", filters: count, seed: 3 }, each, 3, 3);
  return Float32Array.from([...weights, ...Array.from({ length: count }, () => stream.uniform())]);
}

export function stagesOf(stages: readonly (readonly [string, object])[], implementation: string): PipelineStage[] {
  return stages.map(([name, given]) => {
    const kernel = findKernel(name);
    // Millions of weights are not checked one by one.
    const { weights, ...rest } = given as { weights?: readonly number[] };
    const params = { ...(kernel.params.parse(rest) as object), ...(weights === undefined ? {} : { weights }) };
    return { name, kernel, params, implementation };
  });
}

export function inputOf({ height, width, channels }: FrameShape): Float32Array {
  const stream = new RandomStream(1, "bench");
  return Float32Array.from({ length: height * width * channels }, () => stream.uniform() * 2 - 1);
}
