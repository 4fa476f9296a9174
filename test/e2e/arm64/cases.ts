import { findKernel } from "../../../kernels/catalogue.ts";
import { type Conv2dParams, geometry } from "../../../kernels/conv2d-params.ts";
import { convWeights } from "../../../kernels/conv2d-weights.ts";
import { type DenseParams, denseWeights } from "../../../kernels/dense-params.ts";
import type { Samples } from "../../../kernels/kernel.ts";
import { type PipelineStage, preparePipeline } from "../../../kernels/pipeline.ts";
import { RandomStream } from "../../../sim/engine/random.ts";
import { type FrameShape, samplesOf } from "../../../sim/frame.ts";

/** Stages and a frame for them. */
export interface Case {
  readonly name: string;
  readonly stages: readonly PipelineStage[];
  readonly input: FrameShape;
  /** Whether NaN and infinities are among the samples. */
  readonly odd: boolean;
}

type Given = readonly [kernel: string, params?: object, implementation?: string];

/** Ragged sizes: hardly a vector, a few vectors and something, a row too wide for one tile. */
const SIZES = [
  [9, 11],
  [23, 38],
  [14, 531],
] as const;
const ELEMENTS = ["uint8", "float32"] as const;
const IMPLEMENTATIONS = ["reference", "simd", "relaxed"] as const;

/** Every transform, with parameters that take its different ways through the code; frames have three channels. */
export const TRANSFORMS: Readonly<Record<string, readonly object[]>> = {
  grayscale: [{}],
  normalize: [{}, { mean: [0.1, 100, -3], scale: [0.3, -1, 1 / 255] }],
  resize: [{ factor: 0.5 }, { factor: 1.3 }, { to: [7, 40] }],
  conv2d: [
    {},
    { filters: 3, groups: 3, weights: "random", bias: [0.5, -1, 3] },
    { filters: 7, weights: "random", bias: 0.1, padding: "replicate", size: 5 },
    { filters: 2, weights: "random", stride: 2 },
    { filters: 9, weights: "random", stride: 3, size: [1, 7], padding: "none" },
    { weights: "edges", size: 7 },
  ],
  relu: [{}],
  maxpool: [{}, { size: 3, stride: 2 }, { size: 2, stride: 3 }],
  dense: [{ outputs: 5 }, { outputs: 3, bias: [1, 2, 3] }],
  softmax: [{}],
  identity: [{}],
};

/** Pipelines that run as one pass, or nearly, each with its vectors. */
const PIPELINES: Readonly<Record<string, readonly Given[]>> = {
  thesis: [["conv2d", { weights: "edges" }], ["relu"], ["maxpool"]],
  network: [
    ["resize", { factor: 1.3 }],
    ["normalize", { mean: 0.5, scale: 2 }],
    ["conv2d", { filters: 6, weights: "random" }],
    ["relu"],
    ["maxpool"],
    ["conv2d", { filters: 6, groups: 6, weights: "random", bias: -0.1 }],
    ["relu"],
    ["maxpool", { size: 3, stride: 1 }],
    ["dense", { outputs: 7 }],
    ["softmax"],
  ],
  grey: [["grayscale"], ["resize", { factor: 0.5 }], ["conv2d", { weights: "blur", size: 5 }], ["identity"]],
};

const frames = SIZES.flatMap(([height, width]) =>
  ELEMENTS.map((element): FrameShape => ({ height, width, channels: 3, element })),
);
const single = Object.entries(TRANSFORMS).flatMap(([kernel, all]) =>
  all.flatMap((params) =>
    IMPLEMENTATIONS.filter((name) => name in findKernel(kernel).implementations).map((implementation) => ({
      title: `${kernel} ${JSON.stringify(params)}`,
      given: [[kernel, params]] as const,
      implementation,
    })),
  ),
);
const fused = Object.entries(PIPELINES).map(([title, given]) => ({ title, given, implementation: "simd" }));
// Of the pipelines the one after whose sums differences get no larger.
const all = [...single, ...fused, { title: "thesis", given: PIPELINES.thesis!, implementation: "relaxed" }];

export const CASES: readonly Case[] = [
  ...frames.flatMap((input) => all.map((each) => caseOf(each, input, false))),
  ...all
    .filter(({ implementation }) => implementation !== "relaxed")
    .map((each) => caseOf(each, { height: 12, width: 45, channels: 3, element: "float32" }, true)),
];

function caseOf(
  { title, given, implementation }: { title: string; given: readonly Given[]; implementation: string },
  input: FrameShape,
  odd: boolean,
): Case {
  const { height, width, element } = input;
  return {
    name: `${title}, ${implementation}, ${height}x${width} ${element}${odd ? " with NaN" : ""}`,
    input,
    odd,
    stages: given.map(([kernel, params = {}]) => ({
      name: kernel,
      kernel: findKernel(kernel),
      params: findKernel(kernel).params.parse(params),
      implementation,
    })),
  };
}

/** Samples of a case's frame: 0..255, or normal ones between what comparisons get wrong easily. */
export function samplesFor({ input, odd }: Pick<Case, "input" | "odd">): Samples {
  const stream = new RandomStream(7, "arm64", input.width);
  const count = samplesOf(input);
  if (input.element === "uint8") return Uint8Array.from({ length: count }, () => stream.integer(256));
  const special = [-0, 0, 2 ** -149, -(2 ** -149)];
  if (odd) special.push(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  return Float32Array.from({ length: count }, (_, i) => (i % 97 === 0 ? stream.pick(special) : stream.normal(0, 3)));
}

/** What a case computes of a frame. */
export function outputOf({ stages, input }: Pick<Case, "stages" | "input">, samples: Samples): Samples {
  const pipeline = preparePipeline(stages, input);
  const count = samplesOf(pipeline.output);
  const output = pipeline.output.element === "uint8" ? new Uint8Array(count) : new Float32Array(count);
  pipeline.run(0, samples, output);
  pipeline.release();
  return output;
}

/**
 * How far outputs of `relaxed` may be apart on two machines: twice as far as `kernels/simd/conv2d.ts` and `kernels/simd/dense.ts`
 * say that a sum may be from the exact one. The kernels after it here (relu, maxpool) make no difference larger.
 */
export function relaxedTolerances(one: Case): Float32Array {
  const { input } = one;
  const [first, ...rest] = one.stages;
  const { weights, bias, roundings } = sums(first!, input);
  const magnitude = (values: Float32Array | number[]) => Array.from(values, Math.abs);
  const params = { ...(first!.params as object), weights: magnitude(weights), bias: magnitude(bias) };
  const stages = [{ ...first!, params }, ...rest].map((stage) => ({ ...stage, implementation: "reference" }));
  const magnitudes = outputOf({ stages, input }, samplesFor(one).map(Math.abs));
  return Float32Array.from(magnitudes, (sum) => 2 * roundings * 2 ** -24 * sum);
}

function sums({ kernel, params }: PipelineStage, input: FrameShape) {
  if (kernel.name === "dense") {
    return { ...denseWeights(params as DenseParams, input), roundings: samplesOf(input) / 1024 + 140 };
  }
  const given = params as Conv2dParams;
  const { channels, kernelHeight, kernelWidth } = geometry(given, input);
  return {
    weights: convWeights(given, channels, kernelHeight, kernelWidth),
    bias: Array.isArray(given.bias) ? given.bias : new Array<number>(given.filters).fill(given.bias),
    roundings: channels * kernelHeight * kernelWidth + 1,
  };
}
