import { describe, expect, test } from "vitest";
import { catalogue } from "../../kernels/catalogue.ts";
import { conv2d } from "../../kernels/conv2d.ts";
import { images } from "../../kernels/images.ts";
import type { TransformImplementation } from "../../kernels/kernel.ts";
import { maxpool } from "../../kernels/maxpool.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { implementationsOf, shape, transforms } from "./cases.ts";

/** What the user of a topology reads: path and message. */
function problems(kernel: string, given: object): string[] {
  const { error } = catalogue.get(kernel)!.params.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test.for<[string, object, string[]]>([
  ["conv2d", { size: 4 }, ["size: an odd number"]],
  ["conv2d", { size: [3, 4] }, ["size.1: an odd number"]],
  ["conv2d", { size: [3, 3, 3] }, ["size: an odd number up to 63, or two of them: [height, width]"]],
  ["conv2d", { size: "3x3" }, ["size: an odd number up to 63, or two of them: [height, width]"]],
  ["conv2d", { size: 65 }, ["size: Too big: expected number to be <=63"]],
  ["conv2d", { weights: "gauss" }, ["weights: one of blur, sharpen, edges, random, or a list of numbers"]],
  ["conv2d", { bias: "none" }, ["bias: a number, or a list of one per filter"]],
  ["conv2d", { padding: "same" }, ['padding: Invalid option: expected one of "zero"|"replicate"|"none"']],
  [
    "conv2d",
    { stride: 0, filters: 0 },
    ["stride: Too small: expected number to be >=1", "filters: Too small: expected number to be >=1"],
  ],
  ["conv2d", { sise: 3 }, [': Unrecognized key: "sise"']],
  ["conv2d", { groups: 0 }, ["groups: Too small: expected number to be >=1"]],
  ["grayscale", { weights: [1] }, [': Unrecognized key: "weights"']],
  ["normalize", { mean: "auto" }, ["mean: a number, or a list of one per channel"]],
  ["normalize", { scale: ["1"] }, ["scale: a number, or a list of one per channel"]],
  ["resize", {}, [": either to or factor is needed, not both"]],
  ["resize", { to: [2, 3], factor: 2 }, [": either to or factor is needed, not both"]],
  ["resize", { factor: 0 }, ["factor: Too small: expected number to be >0"]],
  ["resize", { to: [2] }, ["to: two whole numbers from 1 on: [height, width]"]],
  ["dense", {}, ["outputs: Invalid input: expected number, received undefined"]],
  ["dense", { outputs: 1, weights: "blur" }, ["weights: random, or a list of numbers"]],
  ["dense", { outputs: 1, bias: "none" }, ["bias: a number, or a list of one per output"]],
  ["softmax", { axis: 1 }, [': Unrecognized key: "axis"']],
  ["relu", { slope: 1 }, [': Unrecognized key: "slope"']],
  ["identity", { size: 1 }, [': Unrecognized key: "size"']],
  ["maxpool", { window: 2 }, [': Unrecognized key: "window"']],
  ["maxpool", { size: 1.5 }, ["size: Invalid input: expected int, received number"]],
  ["synthetic", { height: 2 }, [': Unrecognized key: "height"']],
  ["synthetic", { channels: 65 }, ["channels: Too big: expected number to be <=64"]],
  ["images", {}, ["folder: Invalid input: expected string, received undefined"]],
  ["images", { folder: "f", channels: 2 }, ["channels: 1 (grey) or 3 (red, green, blue)"]],
  ["images", { folder: "f", files: [] }, [': Unrecognized key: "files"']],
])("%s with %j is refused", ([kernel, given, expected]) => {
  expect(problems(kernel, given)).toEqual(expected);
});

describe.for(implementationsOf(conv2d))("conv2d, %s", ([, implementation]) => {
  test.for<[object, [number, number, number], string]>([
    [
      { size: 5, padding: "none" },
      [4, 9, 1],
      "a 5x5 kernel without padding needs a frame at least that large, it gets 4x9",
    ],
    [
      { size: [1, 7], padding: "none", stride: 3 },
      [9, 6, 1],
      "a 1x7 kernel without padding needs a frame at least that large, it gets 9x6",
    ],
    [{ weights: [1, 2, 3] }, [9, 9, 2], "weights has 3 numbers; 1 filters x 2 channels x 3 x 3 are 18"],
    [
      { size: [1, 3], filters: 2, weights: Array(7).fill(0) },
      [9, 9, 1],
      "weights has 7 numbers; 2 filters x 1 channels x 1 x 3 are 6",
    ],
    [{ groups: 2, filters: 2 }, [9, 9, 3], "2 groups don't divide 3 channels and 2 filters evenly"],
    [{ groups: 3, filters: 4 }, [9, 9, 3], "3 groups don't divide 3 channels and 4 filters evenly"],
    [
      { groups: 2, filters: 4, weights: [1] },
      [9, 9, 6],
      "weights has 1 numbers; 4 filters x 3 channels x 3 x 3 are 108",
    ],
    [{ filters: 3, bias: [1, 2] }, [9, 9, 1], "bias has 2 numbers; one per filter are 3"],
  ])("%j of a frame of %j", ([given, [height, width, channels], message]) => {
    const params = conv2d.params.parse(given);
    const input = shape(height, width, channels);
    expect(() => implementation.prepare(params, input)).toThrow(new RangeError(message));
    expect(() => conv2d.outputShape(params, input)).toThrow(new RangeError(message));
    expect(() => conv2d.cost(params, input)).toThrow(new RangeError(message));
  });

  test("a kernel as large as the frame leaves one sample", () => {
    const params = conv2d.params.parse({ size: [5, 7], padding: "none", stride: 2 });
    expect(implementation.prepare(params, shape(5, 7)).output).toEqual(shape(1, 1));
  });
});

test.for<[string, object, FrameShape, string]>([
  ["grayscale", {}, shape(4, 5, 1), "grayscale needs 3 channels (red, green, blue), it gets 1"],
  ["normalize", { mean: [1, 2] }, shape(4, 5, 3), "mean has 2 numbers; one per channel are 3"],
  ["normalize", { scale: [1] }, shape(4, 5, 3), "scale has 1 numbers; one per channel are 3"],
  [
    "dense",
    { outputs: 2, weights: [1, 2, 3] },
    shape(4, 5, 3),
    "weights has 3 numbers; 2 outputs x 3 channels x 4 x 5 are 120",
  ],
  ["dense", { outputs: 2, bias: [1] }, shape(4, 5), "bias has 1 numbers; one per output are 2"],
])("%s with %j can't take a frame", ([name, given, input, message]) => {
  const kernel = transforms.find((each) => each.name === name)!;
  const params = kernel.params.parse(given);
  const error = new RangeError(message);
  expect(() => kernel.outputShape(params, input)).toThrow(error);
  expect(() => kernel.cost(params, input)).toThrow(error);
  for (const [, implementation] of implementationsOf<TransformImplementation<unknown>>(kernel)) {
    expect(() => implementation.prepare(params, input)).toThrow(error);
  }
});

test.for(implementationsOf(maxpool))("maxpool, %s: a window larger than the frame", ([, implementation]) => {
  for (const [height, width] of [
    [2, 9],
    [9, 2],
  ] as const) {
    const error = new RangeError(`a window of 3x3 needs a frame at least that large, it gets ${height}x${width}`);
    expect(() => implementation.prepare({ size: 3, stride: 5 }, shape(height, width))).toThrow(error);
    expect(() => maxpool.outputShape({ size: 3, stride: 5 }, shape(height, width))).toThrow(error);
  }
});

test.for(implementationsOf(images))("images, %s: no pictures", ([, implementation]) => {
  const params = images.params.parse({ folder: "holiday" });
  expect(() => implementation.prepare(params, { height: 2, width: 2 }, [])).toThrow(
    new RangeError("folder holiday has no pictures"),
  );
});
