import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findKernel, withModels } from "../../kernels/catalogue.ts";
import type { Kernel, Samples, TransformKernel } from "../../kernels/kernel.ts";
import { separators } from "../../kernels/onnx/cuts.ts";
import { type OnnxFiles, onnxKernel } from "../../kernels/onnx/kernel.ts";
import { type PipelineStage, preparePipeline } from "../../kernels/pipeline.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { bytesOf } from "../../sim/frame.ts";
import { anySeed, integers, reals, shape } from "../kernels/cases.ts";
import { blank, outputOf, sameBytes, transformContract } from "../laws/kernels.ts";
import { model, node, weight } from "./build.ts";
import { describeComputed, fileOf } from "./runtime.ts";
import { tinyModel } from "./tiny.ts";

/** Of onnxruntime-node's public interface. */
interface Ort {
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => { readonly data: Float32Array };
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { data: Float32Array }>> }>;
  };
}

const tiny = fileOf(tinyModel());
const files: OnnxFiles = new Map([["tiny.onnx", tiny]]);

describe("to check and plan with, nothing is computed:", () => {
  const kernel = onnxKernel(files, null);
  const params = kernel.params.parse({ model: "tiny.onnx", to: "pool1" });

  test("shape, cost and digest of a part", () => {
    const input = shape(20, 32, 3);
    const output = kernel.outputShape(params, input);
    expect(output).toEqual(shape(5, 8, 8));
    const { operations, bytes } = kernel.cost(params, input);
    // 3x3 of 3 channels to 8 at 10x16, then relu, then three comparisons for each of 5x8x8.
    expect(operations).toBe(2 * 27 * 8 * 160 + 8 * 160 + 3 * 320);
    expect(bytes).toBe(bytesOf(input) + bytesOf(output) + 4 * (27 * 8 + 8));
    expect(kernel.contentDigest!(params)).toBe("0");
  });

  test("frames are refused with a sentence, those of one size at first sight", () => {
    expect(() => kernel.outputShape(params, shape(20, 32, 1))).toThrow(
      new RangeError("image takes frames of any size with 3 channels, it gets 20x32x1 float32"),
    );
    expect(() => kernel.implementations.reference.prepare(params, shape(20, 32, 3))).toThrow(
      new RangeError("there is nothing here that computes ONNX models"),
    );
    const unread = onnxKernel(new Map(), null);
    expect(() => unread.outputShape({ model: "x.onnx" }, shape(1, 1))).toThrow(
      new RangeError("model x.onnx has not been read"),
    );
  });

  test("parameters are refused at the one that is wrong", () => {
    const given = new Map([...files, ["gone.onnx", "an ONNX model; gone.onnx: no such file"]]);
    const { params } = onnxKernel(given, null);
    const problems = (value: object) =>
      (params.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
    expect(problems({ model: "gone.onnx" })).toEqual(["model: an ONNX model; gone.onnx: no such file"]);
    expect(problems({ model: "tiny.onnx", from: "pol1" })).toEqual(['from: did you mean "pool1"?']);
    expect(problems({ model: "tiny.onnx", from: "relu3", to: "pool1" })).toEqual([
      'to: a tensor that follows from "relu3"',
    ]);
    expect(problems({ model: "tiny.onnx", form: "pool1" })).toEqual([': Unrecognized key: "form"']);
  });
});

/** How far two ways to sum the same float32 products may be apart, of the largest sum: 1e-6 is 8 units in the last place. */
const TOLERANCE = 1e-6;

function close(got: Samples, expected: Samples): void {
  expect(got).toHaveLength(expected.length);
  const scale = Math.max(1e-3, ...[...expected].map(Math.abs));
  for (let i = 0; i < got.length; i++)
    if (!(Math.abs(got[i]! - expected[i]!) <= TOLERANCE * scale))
      throw new Error(`sample ${i} is ${got[i]}, not ${expected[i]}`);
}

describeComputed("computed with onnxruntime", (runtime) => {
  const kernels = withModels(files, runtime);
  const onnx = kernels.get("onnx") as TransformKernel<unknown>;
  const stage = (kernel: string, given: object): PipelineStage => {
    const found: Kernel<unknown> = findKernel(kernel, kernels);
    return { name: kernel, kernel: found, params: found.params.parse(given), implementation: "simd" };
  };
  const part = (from?: string, to?: string) =>
    stage("onnx", { model: "tiny.onnx", ...(from && { from }), ...(to && { to }) });
  const computed = (stages: readonly PipelineStage[], input: FrameShape, samples: Samples): Samples => {
    const pipeline = preparePipeline(stages, input);
    const output = blank(pipeline.output);
    pipeline.run(0, samples, output);
    pipeline.release();
    return output;
  };

  test("it keeps the contract of kernels", () => {
    for (const [from, to] of [[], [undefined, "pool1"], ["pool1", "relu3"], ["features"]]) {
      const { params } = part(from, to);
      const whole = tiny.part(undefined, undefined).tensorsFor(shape(21, 34, 3));
      const [, channels, height = 1, width = 1] = whole.get(from ?? "image")!.dims!;
      const input = shape(height, width, channels);
      const frames = [integers(input, 1), reals(input, 2), blank(input)];
      transformContract(onnx.implementations.reference, params, input, onnx.outputShape(params, input), frames);
    }
  });

  test("bytes are taken as 0..255", () => {
    const bytes = integers(shape(16, 16, 3, "uint8"), 3);
    const { params } = part(undefined, "conv1");
    const { reference } = onnx.implementations;
    const numbers = outputOf(reference, params, shape(16, 16, 3), Float32Array.from(bytes));
    sameBytes("bytes", shape(16, 16, 3), outputOf(reference, params, shape(16, 16, 3, "uint8"), bytes), numbers);
  });

  describe("a layer agrees with our own kernel (reference):", () => {
    const weights = reals(shape(1, 1, 8 * 3 * 9), 11) as Float32Array;
    const bias = reals(shape(1, 1, 8), 12) as Float32Array;
    const numbers = (of: Samples) => [...of];
    const layers: [string, Uint8Array, string, object][] = [
      [
        "conv2d",
        model({
          nodes: [node("Conv", ["x", "w", "b"], "y", { pads: [1, 1, 1, 1], kernel_shape: [3, 3] })],
          constants: [weight("w", [8, 3, 3, 3], weights), weight("b", [8], bias)],
          inputs: [{ name: "x", dims: [1, 3, "h", "w"] }],
          outputs: [{ name: "y", dims: null }],
        }),
        "conv2d",
        { filters: 8, weights: numbers(weights), bias: numbers(bias) },
      ],
      ...(
        [
          ["relu", node("Relu", ["x"], "y"), {}],
          ["maxpool", node("MaxPool", ["x"], "y", { kernel_shape: [2, 2], strides: [2, 2] }), {}],
          ["maxpool", node("MaxPool", ["x"], "y", { kernel_shape: [3, 3], strides: [2, 2] }), { size: 3, stride: 2 }],
          ["softmax", node("Softmax", ["x"], "y", { axis: 1 }), {}],
        ] as const
      ).map(([name, operator, given]): [string, Uint8Array, string, object] => [
        name,
        model({
          nodes: [operator],
          inputs: [{ name: "x", dims: [1, 3, "h", "w"] }],
          outputs: [{ name: "y", dims: null }],
        }),
        name,
        given,
      ]),
    ];
    test.each(layers)("%s %#", (_, bytes, name, given) => {
      const net = onnxKernel(new Map([["m", fileOf(bytes)]]), runtime);
      const own = findKernel(name) as TransformKernel<unknown>;
      fc.assert(
        fc.property(
          fc.integer({ min: 3, max: 40 }),
          fc.integer({ min: 3, max: 40 }),
          anySeed,
          (height, width, seed) => {
            const input = shape(height, width, 3);
            const samples = reals(input, seed);
            const expected = outputOf(own.implementations.reference, own.params.parse(given), input, samples);
            const got = outputOf(net.implementations.reference, { model: "m" }, input, samples);
            if (name === "conv2d" || name === "softmax") close(got, expected);
            else sameBytes(name, input, got, expected);
          },
        ),
        { seed: 96, numRuns: 15 },
      );
    });
  });

  test("cut anywhere, the parts one after the other give what the whole gives", () => {
    const input = shape(33, 50, 3);
    const samples = reals(input, 5);
    const expected = computed([part()], input, samples);
    const cuts = separators(tiny.part(undefined, undefined))
      .slice(1, -1)
      .map(({ tensor }) => tensor);
    expect(cuts).toHaveLength(10);
    for (const cut of cuts) close(computed([part(undefined, cut), part(cut)], input, samples), expected);
    const all = [undefined, ...cuts, undefined];
    close(
      computed(
        all.slice(1).map((to, i) => part(all[i], to)),
        input,
        samples,
      ),
      expected,
    );
  });

  test("parts in one pod, or each by itself, give the same bytes, between kernels of our own too", () => {
    const input = shape(48, 40, 3, "uint8");
    const samples = integers(input, 7);
    const stages = [
      stage("normalize", { mean: 127.5, scale: 1 / 128 }),
      part(undefined, "pool1"),
      part("pool1", "relu3"),
      stage("relu", {}),
      stage("maxpool", {}),
      stage("dense", { outputs: 5 }),
    ];
    const together = computed(stages, input, samples);
    let [of, frame] = [input as FrameShape, samples];
    for (const one of stages) {
      frame = computed([one], of, frame);
      of = (one.kernel as TransformKernel<unknown>).outputShape(one.params, of);
    }
    sameBytes("together", of, together, frame);
    expect(together.some((sample: number) => sample !== 0)).toBe(true);
  });

  test("the package's public interface gives the same bytes: its session runs at once, that one a turn later", async () => {
    const input = shape(24, 31, 3);
    const samples = reals(input, 9) as Float32Array;
    const { Tensor, InferenceSession } = createRequire(import.meta.url)("onnxruntime-node") as Ort;
    const part = tiny.part(undefined, "scores");
    const sized = part.sizedFor(input);
    const session = await InferenceSession.create(part.extract(sized), { intraOpNumThreads: 1 });
    const { scores } = await session.run({ image: new Tensor("float32", samples, sized.input.dims) });
    const got = computed([stage("onnx", { model: "tiny.onnx", to: "scores" })], input, samples);
    sameBytes("public", sized.frame, got, scores!.data);
  });

  test("a pipeline says what computes", () => {
    const pipeline = preparePipeline([part()], shape(9, 9, 3));
    expect(pipeline.stages[0]!.build).toMatch(/^onnxruntime \d+\.\d+\.\d+$/);
    pipeline.release();
  });
});
