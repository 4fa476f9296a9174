import type { NodeProto, TensorProto } from "../../kernels/onnx/proto.ts";
import { BOOL, INT64, UINT8 } from "../../kernels/onnx/tensor.ts";
import { integers, node, weight } from "./build.ts";

/** An operator, or some, from `x` to `y`. */
export interface OperatorCase {
  readonly title: string;
  readonly nodes: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  readonly opset?: number;
  readonly x: readonly number[];
  /** Expected. */
  readonly y: readonly number[];
  /** Expected, where they are not one for each number that it gives. */
  readonly operations?: number;
  readonly type?: number;
}

const floats = (name: string, ...dims: number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return weight(
    name,
    dims,
    Float32Array.from({ length: count }, (_, i) => ((i % 7) + 1) / 8),
  );
};
const kernel = (...kernel_shape: number[]) => ({ kernel_shape });

const one = (
  type: string,
  x: readonly number[],
  y: readonly number[],
  rest: {
    inputs?: readonly string[];
    attributes?: Parameters<typeof node>[3];
    constants?: readonly TensorProto[];
    operations?: number;
    type?: number;
    opset?: number;
    title?: string;
  } = {},
): OperatorCase => {
  const { inputs = [], attributes = {}, constants = [], title = "", ...more } = rest;
  return {
    title: `${type} ${JSON.stringify(attributes)} ${title}`.trim(),
    nodes: [node(type, ["x", ...inputs], "y", attributes)],
    constants,
    x,
    y,
    ...more,
  };
};

const conv = (
  x: readonly number[],
  w: number[],
  y: readonly number[],
  operations: number,
  attributes: Parameters<typeof node>[3] = {},
  type = "Conv",
) => one(type, x, y, { inputs: ["w"], constants: [floats("w", ...w)], attributes, operations });

const image = [1, 4, 9, 12];
const count = 4 * 9 * 12;

export const OPERATORS: readonly OperatorCase[] = [
  // Outputs x 2 x weights of a filter.
  conv(image, [6, 4, 3, 3], [1, 6, 7, 10], 2 * 6 * 70 * 36),
  conv(image, [6, 4, 3, 3], [1, 6, 9, 12], 2 * 6 * 108 * 36, { pads: [1, 1, 1, 1] }),
  conv(image, [6, 4, 3, 3], [1, 6, 5, 6], 2 * 6 * 30 * 36, { pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv(image, [6, 4, 3, 2], [1, 6, 5, 4], 2 * 6 * 20 * 24, { pads: [1, 0, 2, 1], strides: [2, 3] }),
  conv(image, [6, 4, 3, 3], [1, 6, 5, 8], 2 * 6 * 40 * 36, { dilations: [2, 2] }),
  conv(image, [4, 1, 3, 3], [1, 4, 7, 10], 2 * 4 * 70 * 9, { group: 4 }),
  conv(image, [6, 2, 3, 3], [1, 6, 7, 10], 2 * 6 * 70 * 18, { group: 2 }),
  conv(image, [6, 4, 3, 3], [1, 6, 5, 6], 2 * 6 * 30 * 36, { auto_pad: "SAME_UPPER", strides: [2, 2] }),
  conv(image, [6, 4, 3, 3], [1, 6, 3, 4], 2 * 6 * 12 * 36, { auto_pad: "SAME_LOWER", strides: [3, 3] }),
  conv(image, [6, 4, 3, 3], [1, 6, 4, 5], 2 * 6 * 20 * 36, { auto_pad: "VALID", strides: [2, 2] }),
  // Inputs x 2 x weights of an input's channel.
  conv(image, [4, 5, 2, 2], [1, 5, 18, 24], 2 * count * 20, { strides: [2, 2] }, "ConvTranspose"),
  conv(
    image,
    [4, 3, 3, 3],
    [1, 6, 18, 24],
    2 * count * 27,
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1], group: 2 },
    "ConvTranspose",
  ),
  one("MaxPool", image, [1, 4, 4, 6], { attributes: { ...kernel(2, 2), strides: [2, 2] }, operations: 3 * 96 }),
  one("MaxPool", image, [1, 4, 5, 6], {
    attributes: { ...kernel(2, 2), strides: [2, 2], ceil_mode: 1 },
    operations: 3 * 120,
  }),
  one("MaxPool", image, [1, 4, 5, 6], {
    attributes: { ...kernel(3, 3), strides: [2, 2], pads: [1, 1, 1, 1] },
    operations: 8 * 120,
  }),
  one("MaxPool", [1, 1, 4, 4], [1, 1, 2, 2], {
    attributes: { ...kernel(1, 1), strides: [3, 3], ceil_mode: 1 },
    operations: 0,
  }),
  one("MaxPool", image, [1, 4, 5, 8], { attributes: { ...kernel(3, 3), dilations: [2, 2] }, operations: 8 * 160 }),
  one("AveragePool", image, [1, 4, 8, 11], { attributes: kernel(2, 2), operations: 4 * 352 }),
  one("AveragePool", image, [1, 4, 5, 6], {
    attributes: { ...kernel(3, 3), strides: [2, 2], auto_pad: "SAME_UPPER" },
    operations: 9 * 120,
  }),
  one("GlobalAveragePool", image, [1, 4, 1, 1], { operations: count }),
  one("GlobalMaxPool", image, [1, 4, 1, 1], { operations: count }),
  one("BatchNormalization", image, image, {
    inputs: ["s", "b", "m", "v"],
    constants: ["s", "b", "m", "v"].map((name) => floats(name, 4)),
    operations: 2 * count,
  }),
  one("InstanceNormalization", image, image, {
    inputs: ["s", "b"],
    constants: [floats("s", 4), floats("b", 4)],
    operations: 6 * count,
  }),
  one("LRN", image, image, { attributes: { size: 3 }, operations: 8 * count }),
  ...["Relu", "Sigmoid", "Tanh", "Exp", "Abs", "Neg", "Floor", "Ceil", "Erf", "Softplus"].map((type) =>
    one(type, image, image),
  ),
  one("LeakyRelu", image, image, { operations: 2 * count }),
  one("PRelu", image, image, { inputs: ["w"], constants: [floats("w", 4, 1, 1)], operations: 2 * count }),
  one("Elu", image, image, { operations: 3 * count }),
  one("HardSigmoid", image, image, { operations: 4 * count }),
  one("HardSwish", image, image, { operations: 5 * count, opset: 14 }),
  one("Clip", image, image, {
    inputs: ["low", "high"],
    constants: [floats("low"), floats("high")],
    operations: 2 * count,
  }),
  one("Clip", image, image, { attributes: { min: { float: 0 }, max: { float: 6 } }, operations: 2 * count, opset: 9 }),
  one("Softmax", [1, 10], [1, 10], { operations: 50 }),
  one("Add", image, image, { inputs: ["w"], constants: [floats("w", 4, 1, 1)] }),
  one("Mul", [1, 4, 1, 1], image, { inputs: ["w"], constants: [floats("w", 9, 12)] }),
  one("Sub", image, [2, 4, 9, 12], { inputs: ["w"], constants: [floats("w", 2, 1, 1, 1)], title: "to a batch" }),
  one("Div", image, image, { inputs: ["w"], constants: [floats("w")] }),
  one("Pow", image, image, { inputs: ["w"], constants: [floats("w", 1)] }),
  one("Sum", image, image, { inputs: ["x", "x"], operations: 2 * count }),
  one("Max", image, image, { inputs: ["x"] }),
  one("Greater", image, image, { inputs: ["w"], constants: [floats("w")], type: BOOL }),
  one("Identity", image, image, { operations: 0 }),
  one("Dropout", image, image, { operations: 0 }),
  one("Cast", image, image, { attributes: { to: UINT8 }, operations: 0, type: UINT8 }),
  one("Flatten", image, [1, count], { operations: 0 }),
  one("Flatten", image, [36, 12], { attributes: { axis: -1 }, operations: 0 }),
  one("Flatten", image, [1, count], { attributes: { axis: 0 }, operations: 0 }),
  one("Reshape", image, [1, 12, 36], { inputs: ["s"], constants: [integers("s", [0, -1, 36])], operations: 0 }),
  one("Reshape", image, [1, 9, 4, 12], { inputs: ["s"], constants: [integers("s", [1, 9, 4, 12])], operations: 0 }),
  one("Transpose", image, [12, 9, 4, 1], { operations: 0 }),
  one("Transpose", image, [1, 9, 12, 4], { attributes: { perm: [0, 2, 3, 1] }, operations: 0 }),
  one("Concat", image, [1, 12, 9, 12], { inputs: ["x", "x"], attributes: { axis: 1 }, operations: 0 }),
  one("Concat", image, [1, 4, 9, 24], { inputs: ["x"], attributes: { axis: -1 }, operations: 0 }),
  one("Squeeze", [1, 8, 1, 1], [1, 8], { inputs: ["a"], constants: [integers("a", [2, -1])], operations: 0 }),
  one("Squeeze", [1, 8, 1, 1], [8], { operations: 0 }),
  one("Squeeze", [1, 8, 1, 1], [1, 8, 1], { attributes: { axes: [3] }, operations: 0, opset: 11 }),
  one("Unsqueeze", [1, 8], [1, 8, 1, 1], { inputs: ["a"], constants: [integers("a", [3, 2])], operations: 0 }),
  one("Unsqueeze", [1, 8], [1, 1, 8, 1], { attributes: { axes: [1, -1] }, operations: 0, opset: 11 }),
  one("Pad", image, [1, 4, 11, 15], {
    inputs: ["p"],
    constants: [integers("p", [0, 0, 1, 0, 0, 0, 1, 3])],
    operations: 0,
  }),
  one("Pad", image, [1, 4, 11, 10], { attributes: { pads: [0, 0, 1, -2, 0, 0, 1, 0] }, operations: 0, opset: 9 }),
  one("Slice", image, [1, 2, 5, 12], {
    inputs: ["from", "to", "axes", "steps"],
    constants: [
      integers("from", [1, -1]),
      integers("to", [3, -10]),
      integers("axes", [1, 2]),
      integers("steps", [1, -2]),
    ],
    operations: 0,
  }),
  one("Slice", image, [1, 4, 9, 10], {
    attributes: { starts: [2], ends: [2 ** 31], axes: [3] },
    operations: 0,
    opset: 9,
  }),
  one("Gather", image, [1, 2, 9, 12], {
    inputs: ["i"],
    constants: [integers("i", [3, 0])],
    attributes: { axis: 1 },
    operations: 0,
  }),
  one("ReduceMean", image, [1, 4, 1, 1], { attributes: { axes: [2, 3] }, operations: count }),
  one("ReduceMean", image, [1, 4], { attributes: { axes: [-1, -2], keepdims: 0 }, operations: count }),
  one("DepthToSpace", image, [1, 1, 18, 24], { attributes: { blocksize: 2 }, operations: 0 }),
  one("SpaceToDepth", [1, 1, 18, 24], image, { attributes: { blocksize: 2 }, operations: 0 }),
  one("Shape", image, [4], { operations: 0, type: INT64 }),
  one("Resize", image, [1, 4, 18, 6], {
    inputs: ["", "s"],
    constants: [weight("s", [4], Float32Array.of(1, 1, 2, 0.5))],
    attributes: { mode: "linear" },
    operations: 9 * 432,
  }),
  one("Resize", image, [1, 4, 20, 30], {
    inputs: ["", "", "s"],
    constants: [integers("s", [1, 4, 20, 30])],
    operations: 0,
  }),
  one("Upsample", image, [1, 4, 18, 24], {
    inputs: ["s"],
    constants: [weight("s", [4], Float32Array.of(1, 1, 2, 2))],
    operations: 0,
    opset: 9,
  }),
  one("Gemm", [1, 6], [1, 5], {
    inputs: ["w", "b"],
    constants: [floats("w", 5, 6), floats("b", 5)],
    attributes: { transB: 1 },
    operations: 60,
  }),
  one("Gemm", [6, 2], [2, 5], {
    inputs: ["w"],
    constants: [floats("w", 6, 5)],
    attributes: { transA: 1 },
    operations: 120,
  }),
  one("MatMul", [1, 6], [1, 5], { inputs: ["w"], constants: [floats("w", 6, 5)], operations: 60 }),
  one("MatMul", [2, 3, 6], [2, 3, 5], { inputs: ["w"], constants: [floats("w", 6, 5)], operations: 2 * 30 * 6 }),
  one("MatMul", [2, 3, 6], [2, 3], { inputs: ["w"], constants: [floats("w", 6)], operations: 2 * 6 * 6 }),
  one("QuantizeLinear", image, image, { inputs: ["s"], constants: [floats("s")], operations: 4 * count, type: UINT8 }),
  {
    title: "a shape that the graph computes: x.view(x.size(0), -1)",
    nodes: [
      node("Shape", ["x"], "shape"),
      node("Gather", ["shape", "zero"], "batch", { axis: 0 }),
      node("Concat", ["batch", "rest"], "wanted", { axis: 0 }),
      node("Reshape", ["x", "wanted"], "y"),
    ],
    constants: [integers("zero", [0]), integers("rest", [-1])],
    x: image,
    y: [1, count],
    operations: 0,
  },
  {
    title: "a size that the graph computes: half of the height",
    nodes: [
      node("Shape", ["x"], "shape"),
      node("Cast", ["shape"], "same", { to: INT64 }),
      node("Slice", ["same", "two", "three"], "height"),
      node("Div", ["height", "two"], "half"),
      node("Unsqueeze", ["x", "zero"], "more"),
      node("Squeeze", ["more", "zero"], "less"),
      node("Concat", ["one", "half", "rest"], "wanted", { axis: 0 }),
      node("Reshape", ["less", "wanted"], "y"),
    ],
    constants: [
      integers("zero", [0]),
      integers("one", [1]),
      integers("two", [2]),
      integers("three", [3]),
      integers("rest", [-1]),
    ],
    x: [1, 4, 8, 12],
    y: [1, 4, 96],
    // One: 8 / 2.
    operations: 1,
  },
];
