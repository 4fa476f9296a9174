import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findKernel } from "../../kernels/catalogue.ts";
import type { Samples } from "../../kernels/kernel.ts";
import { type PipelineStage, preparePipeline } from "../../kernels/pipeline.ts";
import { frameMemory } from "../../kernels/simd/memory.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { blank, outputOf, sameBytes } from "../laws/kernels.ts";
import { anySeed, reals, shape } from "./cases.ts";

const stage = (kernel: string, given: object = {}, implementation = "simd"): PipelineStage => ({
  name: kernel,
  kernel: findKernel(kernel),
  params: findKernel(kernel).params.parse(given),
  implementation,
});

const memory = frameMemory();

/** Stages that take any frame of at least 7 rows and columns. */
const anyStage: fc.Arbitrary<PipelineStage> = fc.oneof(
  fc
    .record({
      size: fc.constantFrom(1, 3, 5),
      stride: fc.constantFrom(1, 1, 2),
      padding: fc.constantFrom("zero", "replicate"),
      filters: fc.integer({ min: 1, max: 5 }),
      implementation: fc.constantFrom("simd", "relaxed"),
    })
    .map(({ implementation, ...given }) => stage("conv2d", { weights: "random", bias: -1, ...given }, implementation)),
  fc.constantFrom(
    stage("conv2d"),
    stage("relu"),
    stage("relu"),
    stage("maxpool"),
    stage("maxpool", { size: 3, stride: 1 }),
    stage("maxpool", { size: 1, stride: 3 }),
    stage("identity"),
    stage("relu", {}, "reference"),
    stage("grayscale"),
    stage("normalize", { mean: 3, scale: 0.5 }),
    stage("resize", { factor: 0.5 }),
    stage("resize", { factor: 1.4 }),
    stage("softmax"),
    stage("dense", { outputs: 3 }),
  ),
);

const anyInput = fc.record({
  height: fc.integer({ min: 1, max: 150 }),
  width: fc.integer({ min: 1, max: 90 }),
  channels: fc.integer({ min: 1, max: 3 }),
  element: fc.constantFrom("uint8" as const, "float32" as const),
});

/** One stage after the other, each by itself, in memory of its own; `null` if one can't take its input. */
function oneByOne(stages: readonly PipelineStage[], input: FrameShape, samples: Samples): Samples | null {
  let [of, frame] = [input, samples];
  for (const { kernel, params, implementation } of stages) {
    if (kernel.role === "source") throw new Error("no sources here");
    try {
      kernel.outputShape(params, of);
    } catch {
      return null;
    }
    frame = outputOf(kernel.implementations[implementation!]!, params, of, frame);
    of = kernel.outputShape(params, of);
  }
  return frame;
}

test("fused or not, they give the bytes of the stages by themselves", () => {
  let longest = 0;
  fc.assert(
    fc.property(fc.array(anyStage, { minLength: 1, maxLength: 6 }), anyInput, anySeed, (stages, input, seed) => {
      const samples = reals(input, seed);
      const expected = oneByOne(stages, input, samples);
      fc.pre(expected !== null);
      const pipeline = preparePipeline(stages, input);
      const { output } = pipeline;
      longest = Math.max(longest, ...pipeline.passes.map((pass) => pass.length));
      const [from, to] = [memory.allocateFrame(input), memory.allocateFrame(output)];
      from.samples.set(samples);
      for (let frame = 0; frame < 2; frame++) {
        to.samples.fill(99);
        pipeline.run(frame, from.samples, to.samples);
        sameBytes("fused", output, to.samples, expected!);
      }
      const outside = blank(output);
      pipeline.run(0, samples, outside);
      sameBytes("fused, outside the memory", output, outside, expected!);
      sameBytes("input", input, from.samples, samples, "the input");
      for (const region of [from, to]) memory.free(region);
      pipeline.release();
    }),
    { seed: 81, numRuns: 300 },
  );
  expect(longest).toBeGreaterThan(4);
});

test("large frames take several bands, and conv, relu and maxpool are one pass", () => {
  const input = shape(203, 641, 3);
  const stages = [
    stage("conv2d", { filters: 8, weights: "random" }),
    stage("relu"),
    stage("maxpool", { size: 3, stride: 2 }),
  ];
  const samples = reals(input, 5);
  const pipeline = preparePipeline(stages, input);
  expect(pipeline.passes).toEqual([["conv2d", "relu", "maxpool"]]);
  const output = blank(pipeline.output);
  pipeline.run(0, samples, output);
  sameBytes("fused", pipeline.output, output, oneByOne(stages, input, samples)!);
  pipeline.release();
});

test("a source comes first and makes the frames", () => {
  const stages = [stage("synthetic", { element: "float32" }), stage("conv2d"), stage("relu"), stage("maxpool")];
  const pipeline = preparePipeline(stages, { height: 40, width: 50 });
  expect(pipeline.stages).toEqual([
    { name: "synthetic", implementation: "reference", build: null },
    { name: "conv2d", implementation: "simd", build: "simd128" },
    { name: "relu", implementation: "simd", build: "simd128" },
    { name: "maxpool", implementation: "simd", build: "simd128" },
  ]);
  expect(pipeline.passes).toEqual([["synthetic"], ["conv2d", "relu", "maxpool"]]);
  const output = blank(pipeline.output);
  const alone = preparePipeline(stages.slice(0, 1), { height: 40, width: 50 });
  const frame = blank(alone.output);
  for (const n of [0, 7]) {
    alone.run(n, null, frame);
    expect(frame.some((sample: number) => sample > 0)).toBe(true);
    pipeline.run(n, null, output);
    sameBytes("fused", pipeline.output, output, oneByOne(stages.slice(1), alone.output, frame)!);
  }
});

test("frames that the reference computes are the same within a pipeline", () => {
  const stages = ["conv2d", "relu", "maxpool"].map((name) => stage(name, {}, "reference"));
  const samples = reals(shape(20, 30), 4);
  const pipeline = preparePipeline(stages, shape(20, 30));
  expect(pipeline.passes).toEqual([["conv2d"], ["relu"], ["maxpool"]]);
  const output = blank(pipeline.output);
  pipeline.run(0, samples, output);
  sameBytes("reference", pipeline.output, output, oneByOne(stages, shape(20, 30), samples)!);
});

describe("what can't be is refused", () => {
  test.for<[PipelineStage[], object, string]>([
    [[stage("relu")], { height: 4, width: 4 }, "stage relu is no source and has nothing upstream"],
    [[stage("relu"), stage("synthetic")], shape(4, 4), "stage synthetic is a source and has frames upstream"],
    [[], shape(4, 4), "a pipeline has one stage at least"],
    [[stage("relu", {}, "gpu")], shape(4, 4), "there is no implementation gpu; there are: reference, simd, relaxed"],
  ])("case %#", ([stages, input, message]) => {
    expect(() => preparePipeline(stages, input as FrameShape)).toThrow(new RangeError(message));
  });
});

test("memory is flat over 100,000 fused frames", () => {
  const pipeline = preparePipeline([stage("conv2d"), stage("relu"), stage("maxpool")], shape(16, 24));
  const [from, to] = [memory.allocateFrame(shape(16, 24)), memory.allocateFrame(pipeline.output)];
  from.samples.set(reals(shape(16, 24), 1));
  const { size, used } = memory;
  const run = (frames: number) => {
    for (let i = 0; i < frames; i++) pipeline.run(i, from.samples, to.samples);
  };
  run(10_000);
  const heap = process.memoryUsage().heapUsed;
  run(100_000);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(4 * 2 ** 20);
  expect([memory.size, memory.used]).toEqual([size, used]);
});
