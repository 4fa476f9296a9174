import { describe, expect, test } from "vitest";
import { readModel } from "../../kernels/onnx/model.ts";
import { inferShapes, operationsOf } from "../../kernels/onnx/shapes.ts";
import { elementsOf, FLOAT, INT32, type Tensor, UINT8 } from "../../kernels/onnx/tensor.ts";
import { integers, model, node, weight } from "./build.ts";
import { OPERATORS, type OperatorCase } from "./operators.ts";
import { describeComputed } from "./runtime.ts";

const bytesOf = ({ nodes, constants = [], x, y, type = FLOAT, opset = 13 }: OperatorCase) =>
  model({
    nodes,
    constants,
    opset,
    inputs: [{ name: "x", dims: x }],
    outputs: [{ name: "y", dims: y.map((_, i) => `y${i}`), type }],
  });

function inferred(bytes: Uint8Array, x: readonly number[], type = FLOAT): { y: Tensor; operations: number } {
  const model = readModel(bytes);
  const tensors = inferShapes(model, model.operators, new Map([["x", { type, dims: x }]]));
  const operations = model.operators.reduce((sum, operator) => sum + operationsOf(model, operator, tensors), 0);
  return { y: tensors.get("y")!, operations };
}

describe("shape, element type and operations of", () => {
  test.each(OPERATORS.map((one) => [one.title, one] as const))("%s", (_, one) => {
    const { y, operations } = inferred(bytesOf(one), one.x);
    expect(y.dims).toEqual(one.y);
    expect(y.type).toBe(one.type ?? FLOAT);
    expect(operations).toBe(one.operations ?? elementsOf(one.y));
  });
});

describeComputed("onnxruntime gives the shape that was expected of", (runtime) => {
  const computed = OPERATORS.filter(({ type = FLOAT }) => type === FLOAT || type === UINT8);
  test.each(computed.map((one) => [one.title, one] as const))("%s", (_, one) => {
    const session = runtime.open(
      bytesOf(one),
      { name: "x", type: FLOAT, dims: one.x },
      // It refuses to write into a tensor of another shape or type.
      { name: "y", type: one.type ?? FLOAT, dims: one.y },
    );
    const read = one.type === UINT8 ? new Uint8Array(elementsOf(one.y)) : new Float32Array(elementsOf(one.y));
    session.run(new Float32Array(elementsOf(one.x)).fill(1), read);
    session.release();
  });
});

describe("what is not known stays open, and no further", () => {
  const open = (
    nodes: Parameters<typeof model>[0]["nodes"],
    x: readonly number[],
    constants: Parameters<typeof model>[0]["constants"] = [],
  ) =>
    inferred(model({ nodes, constants, inputs: [{ name: "x", dims: null }], outputs: [{ name: "y", dims: null }] }), x)
      .y.dims;
  const weights = weight("w", [8, 3, 3, 3], new Float32Array(216));

  test("sizes pass through convolution, pooling and arithmetic", () => {
    expect(open([node("Conv", ["x", "w"], "y")], [1, 3, Number.NaN, 20], [weights])).toEqual([1, 8, Number.NaN, 18]);
    expect(open([node("Relu", ["x"], "y")], [1, Number.NaN])).toEqual([1, Number.NaN]);
    expect(open([node("GlobalAveragePool", ["x"], "y")], [1, 3, Number.NaN, 5])).toEqual([1, 3, 1, 1]);
    expect(open([node("Flatten", ["x"], "y")], [1, 3, Number.NaN, 5])).toEqual([1, Number.NaN]);
  });

  test("of two sizes along an axis the known one counts", () => {
    const c = weight("w", [1, 3, 1, 1], new Float32Array(3));
    expect(open([node("Add", ["x", "w"], "y")], [1, Number.NaN, Number.NaN, 5], [c])).toEqual([1, 3, Number.NaN, 5]);
    expect(open([node("Concat", ["x", "x"], "y", { axis: 1 })], [1, Number.NaN, 4, 5])).toEqual([1, Number.NaN, 4, 5]);
  });

  test("a reshape to what is not known has as many axes as it names", () => {
    const nodes = [node("Shape", ["x"], "s"), node("Reshape", ["x", "s"], "y")];
    expect(open(nodes, [1, 3, Number.NaN])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("an operator without a rule", () => {
  const custom = node("Fancy", ["x"], "f", {}, "com.example");
  const bytes = (declared: boolean) =>
    model({
      nodes: [custom, node("Relu", ["f"], "y")],
      inputs: [{ name: "x", dims: [1, 2, "h", "w"] }],
      outputs: [{ name: "y", dims: null }],
      ...(declared && { declared: [{ name: "f", dims: [1, 4, "h", 3] }] }),
    });

  test("has the shape that the model declares, and counts one operation a number", () => {
    const file = readModel(bytes(true));
    const given = new Map([["x", { type: FLOAT, dims: [1, 2, 5, 6] }]]);
    const tensors = inferShapes(file, file.operators, given, new Map([["h", 5]]));
    expect(tensors.get("y")!.dims).toEqual([1, 4, 5, 3]);
    expect(operationsOf(file, file.operators[0]!, tensors)).toBe(60);
  });

  test("is named where its shape is needed and nowhere declared; one of another domain is not the standard's", () => {
    const { y } = inferred(bytes(false), [1, 2, 5, 6]);
    expect(y.dims).toBeNull();
    expect(y.why).toMatch(/^the shape of f is not known: Fancy f is an operator that edgetwin has no rule for, /);
    const relu = model({
      nodes: [node("Relu", ["x"], "y", {}, "com.example")],
      inputs: [{ name: "x", dims: [1] }],
      outputs: [{ name: "y", dims: null }],
    });
    expect(inferred(relu, [1]).y.dims).toBeNull();
  });
});

describe("an operator that can't take what it gets is named", () => {
  const c = [
    weight("w", [8, 3, 3, 3], new Float32Array(216)),
    weight("v", [5, 6], new Float32Array(30)),
    integers("s", [1, 7]),
  ];
  test.each<[string, Parameters<typeof node>, readonly number[], string]>([
    ["channels", ["Conv", ["x", "w"], "y"], [1, 4, 9, 9], "Conv y takes 3 channels, it gets 4"],
    ["a window", ["Conv", ["x", "w"], "y"], [1, 3, 9, 2], "Conv y has a window of 3 and gets 2, padded to 2"],
    ["numbers", ["Gemm", ["x", "v"], "y"], [1, 6], "Gemm y takes 5 numbers, it gets 6"],
    ["numbers", ["MatMul", ["x", "v"], "y"], [1, 6], "MatMul y takes 5 numbers, it gets 6"],
    ["sizes", ["Add", ["x", "v"], "y"], [4, 6], "Add y gets 4 and 5 along one axis"],
    ["a shape", ["Reshape", ["x", "s"], "y"], [1, 8], "Reshape y makes 1x7 of 8 numbers"],
    ["axes", ["MaxPool", ["x"], "y", { kernel_shape: [2] }], [1, 8], "MaxPool y needs 3 axes at least, it gets 2"],
    ["an axis", ["Concat", ["x", "x"], "y", { axis: 2 }], [1, 8], "Concat y has axis 2, of 2"],
    ["sizes", ["Concat", ["x", "v"], "y", { axis: 1 }], [1, 8], "Concat y joins 1 and 5 along another axis than 1"],
    ["an input", ["MatMul", ["x"], "y"], [1, 8], "MatMul y lacks its input 2"],
  ])("%s: %j", (_, operator, x, message) => {
    const bytes = model({
      nodes: [node(...operator)],
      constants: c,
      inputs: [{ name: "x", dims: null }],
      outputs: [{ name: "y", dims: null }],
    });
    expect(() => inferred(bytes, x)).toThrow(new RangeError(message));
  });
});

test("a list of integers is read in each of the ways that a file may hold it", () => {
  const raw = new Uint8Array(BigInt64Array.of(-2n, 2n ** 40n).buffer);
  const tensors = [
    { ...integers("a", []), dims: [2], rawData: raw },
    { name: "b", dims: [2], dataType: INT32, rawData: new Uint8Array(Int32Array.of(-2, 7).buffer) },
    { name: "c", dims: [2], dataType: INT32, int32Data: [-2, 7] },
  ];
  const file = readModel(
    model({
      nodes: tensors.map(({ name }) => node("Identity", [name], `${name}2`)),
      constants: tensors,
      inputs: [],
      outputs: [],
    }),
  );
  const found = inferShapes(file, file.operators, new Map());
  expect(["a2", "b2", "c2"].map((name) => found.get(name)!.values)).toEqual([
    [-2, 2 ** 40],
    [-2, 7],
    [-2, 7],
  ]);
});
