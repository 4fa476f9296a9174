import { expect, test } from "vitest";
import { conv2d } from "../../kernels/conv2d.ts";
import { convWeights } from "../../kernels/conv2d-weights.ts";
import { dense } from "../../kernels/dense.ts";
import { grayscale } from "../../kernels/grayscale.ts";
import { identity } from "../../kernels/identity.ts";
import { images } from "../../kernels/images.ts";
import { maxpool } from "../../kernels/maxpool.ts";
import { normalize } from "../../kernels/normalize.ts";
import { relu } from "../../kernels/relu.ts";
import { resize } from "../../kernels/resize.ts";
import { softmax } from "../../kernels/softmax.ts";
import { synthetic } from "../../kernels/synthetic.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { blank } from "../laws/kernels.ts";
import { shape } from "./cases.ts";

/** Bytes of the frames, as memory that is there. */
const memory = (...shapes: readonly FrameShape[]) => shapes.reduce((sum, of) => sum + blank(of).byteLength, 0);

test.for<[object, FrameShape]>([
  [{}, shape(5, 7)],
  [{ size: [3, 5], stride: 2, padding: "none", filters: 4 }, shape(9, 8, 3, "uint8")],
  [{ size: 1, stride: 3, filters: 2, padding: "replicate" }, shape(1, 10, 2)],
])(
  "conv2d with %j: a multiply and an add for each tap of each output; frames, weights and biases",
  ([given, input]) => {
    const params = conv2d.params.parse(given);
    const [rows, columns] = typeof params.size === "number" ? [params.size, params.size] : params.size;
    // Windows that start within the padded frame and end within it.
    const [more, wider] = params.padding === "none" ? [0, 0] : [rows - 1, columns - 1];
    let operations = 0;
    let samples = 0;
    for (let f = 0; f < params.filters; f++) {
      for (let y = 0; y + rows <= input.height + more; y += params.stride) {
        for (let x = 0; x + columns <= input.width + wider; x += params.stride) {
          samples++;
          for (let tap = 0; tap < input.channels * rows * columns; tap++) operations += 2;
        }
      }
    }
    const weights = convWeights(params, input.channels, rows, columns);
    const bytes = memory(input) + samples * Float32Array.BYTES_PER_ELEMENT + weights.byteLength + 4 * params.filters;
    expect(conv2d.cost(params, input)).toEqual({ operations, bytes });
  },
);

test("conv2d by hand: 512x512 with 3x3 are 4.7 million operations on 2 MiB", () => {
  expect(conv2d.cost(conv2d.params.parse({}), shape(512, 512))).toEqual({
    operations: 18 * 512 * 512,
    bytes: 2 * 4 * 512 * 512 + 36 + 4,
  });
});

test.for<[object, FrameShape, FrameShape]>([
  [{}, shape(5, 7), shape(2, 3)],
  [{ size: 3, stride: 1 }, shape(5, 7, 2, "uint8"), shape(3, 5, 2, "uint8")],
  [{ size: 1, stride: 2 }, shape(5, 5), shape(3, 3)],
])("maxpool with %j: comparisons within each window", ([given, input, output]) => {
  const params = maxpool.params.parse(given);
  let operations = 0;
  blank(output).forEach(() => {
    for (let sample = 1; sample < params.size * params.size; sample++) operations++;
  });
  expect(maxpool.cost(params, input)).toEqual({ operations, bytes: memory(input, output) });
});

test.for([shape(3, 4), shape(3, 4, 5, "uint8")])("relu and identity of %j: the frame, read and written", (input) => {
  expect(relu.cost({}, input)).toEqual({ operations: blank(input).length, bytes: memory(input, input) });
  expect(identity.cost({}, input)).toEqual({ operations: 0, bytes: memory(input, input) });
});

test("conv2d with groups: a filter has taps in its group's channels only", () => {
  const params = conv2d.params.parse({ filters: 6, groups: 3 });
  const input = shape(4, 5, 3);
  const bytes = memory(input, shape(4, 5, 6)) + 4 * 6 * (9 + 1);
  expect(conv2d.cost(params, input)).toEqual({ operations: 2 * 9 * 120, bytes });
});

test("grayscale, normalize, resize, dense and softmax by hand", () => {
  const input = shape(4, 6, 3, "uint8");
  expect(grayscale.cost({}, input)).toEqual({ operations: 5 * 24, bytes: 72 + 24 });
  const params = normalize.params.parse({ mean: 3 });
  expect(normalize.cost(params, input)).toEqual({ operations: 2 * 72, bytes: 72 + 288 + 3 * 8 });
  expect(resize.cost({ factor: 0.5 }, input)).toEqual({ operations: 9 * 18, bytes: 72 + 18 });
  expect(resize.outputShape({ factor: 0.1 }, input)).toEqual(shape(1, 1, 3, "uint8"));
  expect(resize.outputShape({ to: [7, 2] }, input)).toEqual(shape(7, 2, 3, "uint8"));
  const layer = dense.params.parse({ outputs: 5 });
  expect(dense.cost(layer, input)).toEqual({ operations: 2 * 72 * 5, bytes: 72 + 20 + 4 * (72 * 5 + 5) });
  expect(softmax.cost({}, input)).toEqual({ operations: 5 * 72, bytes: 72 + 288 });
});

test.for(["uint8", "float32"] as const)("sources of %s: only the size of the input counts", (element) => {
  const size = shape(6, 5, 1, "uint8");
  const made = shape(6, 5, 3, element);
  const noise = synthetic.params.parse({ channels: 3, element });
  expect(synthetic.outputShape(noise, size)).toEqual(made);
  expect(synthetic.cost(noise, size)).toEqual({ operations: 90, bytes: memory(made, made) });
  const shown = images.params.parse({ folder: "f", channels: 3, element });
  expect(images.outputShape(shown, size)).toEqual(made);
  expect(images.cost(shown, size)).toEqual({ operations: 0, bytes: memory(made, made) });
});
