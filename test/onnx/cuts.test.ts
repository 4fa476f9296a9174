import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layersOf, separators, worthwhile } from "../../kernels/onnx/cuts.ts";
import { layersTable } from "../../kernels/onnx/layers-table.ts";
import { layersYaml } from "../../kernels/onnx/layers-yaml.ts";
import { readModel } from "../../kernels/onnx/model.ts";
import { Part } from "../../kernels/onnx/part.ts";
import { samplesOf } from "../../sim/frame.ts";
import { model, node, weight } from "./build.ts";
import { tinyModel } from "./tiny.ts";

const shape = { height: 4, width: 6, channels: 3, element: "float32" } as const;

/** Tensors `t0` (the input) to `tn`, each the sum of some before it; `b` is the input's or a constant's number. */
const anyGraph = fc
  .array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((choices) => choices.map((reads, i) => [...new Set(reads.map((read) => read % (i + 1)))]));

const graphOf = (graph: readonly (readonly number[])[]) =>
  readModel(
    model({
      nodes: graph.map((reads, i) =>
        node(
          "Sum",
          reads.map((read) => `t${read}`),
          `t${i + 1}`,
        ),
      ),
      inputs: [{ name: "t0", dims: [1, 3, 4, 6] }],
      outputs: [{ name: `t${graph.length}`, dims: null }],
    }),
  );

/** By definition: without the tensor the output is out of reach, and it is on a way there. */
function separating(graph: readonly (readonly number[])[]): string[] {
  const reached = (without: number) => {
    const found = new Set(without === 0 ? [] : [0]);
    for (const [i, reads] of graph.entries())
      if (i + 1 !== without && reads.some((read) => found.has(read))) found.add(i + 1);
    return found.has(graph.length);
  };
  return Array.from({ length: graph.length + 1 }, (_, t) => t)
    .filter((tensor) => !reached(tensor))
    .map((tensor) => `t${tensor}`);
}

test("separators are the tensors that every way passes through", () => {
  let most = 0;
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const found = separators(new Part(graphOf(graph)));
      expect(found.map(({ tensor }) => tensor)).toEqual(separating(graph));
      most = Math.max(most, found.length);
    }),
    { seed: 93, numRuns: 500 },
  );
  expect(most).toBeGreaterThan(4);
});

test("a model can be cut at each of them, and at nothing else", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const file = graphOf(graph);
      const whole = new Part(file);
      const inner = separators(whole)
        .slice(1, -1)
        .map(({ tensor }) => tensor);
      for (const name of whole.following) {
        if (name === whole.from || name === whole.to) continue;
        const can = () => new Part(file, name);
        if (inner.includes(name)) expect(can).not.toThrow();
        else expect(can).toThrow("it also depends on");
      }
    }),
    { seed: 94, numRuns: 200 },
  );
});

test("operations and parameters of the layers add up to the whole, at any size", () => {
  const part = new Part(readModel(tinyModel()));
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 300 }), fc.integer({ min: 3, max: 300 }), (height, width) => {
      const frame = { ...shape, height, width };
      const { layers } = layersOf(part, frame);
      const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
      const whole = part.sizedFor(frame);
      expect(sum(layers.map(({ operations }) => operations))).toBe(whole.operations);
      expect(sum(layers.map(({ parameterBytes }) => parameterBytes))).toBe(part.parameterBytes(part.constants));
      expect(layers.map(({ bytes }) => bytes)).toEqual(layers.map(({ shape }) => 4 * samplesOf(shape)));
    }),
    { seed: 95, numRuns: 50 },
  );
});

test("a weight that two operators share counts where it is first", () => {
  const file = readModel(
    model({
      nodes: [node("Add", ["x", "w"], "a"), node("Mul", ["a", "w"], "y")],
      constants: [weight("w", [3, 1, 1], new Float32Array(3))],
      inputs: [{ name: "x", dims: [1, 3, 4, 6] }],
      outputs: [{ name: "y", dims: null }],
    }),
  );
  const { layers } = layersOf(new Part(file), shape);
  expect(layers.map(({ parameterBytes }) => parameterBytes)).toEqual([0, 12, 0]);
});

test("what separates the model but is no frame is told, and counts to the next that is one", () => {
  const file = readModel(
    model({
      nodes: [
        node("Reshape", ["x", "s"], "rows"),
        node("Relu", ["rows"], "again"),
        node("Flatten", ["again"], "flat"),
        node("Unsqueeze", ["flat", "z"], "y"),
      ],
      constants: [
        { name: "s", dims: [3], dataType: 7, int64Data: [1, 12, 6] },
        { name: "z", dims: [1], dataType: 7, int64Data: [0] },
      ],
      inputs: [{ name: "x", dims: [1, 3, 4, 6] }],
      outputs: [{ name: "y", dims: null }],
    }),
  );
  const layers = layersOf(new Part(file), shape);
  expect(layers.layers.map(({ tensor, operators }) => [tensor, ...operators])).toEqual([
    ["x"],
    ["flat", "Reshape", "Relu", "Flatten"],
  ]);
  expect(layers.layers[1]!.operations).toBe(72);
  expect(layers.others.map(({ tensor, shape }) => `${tensor} ${shape}`)).toEqual([
    "rows 1x12x6",
    "again 1x12x6",
    "y 1x1x72",
  ]);
  expect(layersTable(layers)).toContain("no frame, so no cut: rows (1x12x6), again (1x12x6), y (1x1x72)");
});

test("a cut is not worth it where the next one, hardly later, carries no more", () => {
  const layer = (tensor: string, bytes: number, operations: number) => ({
    tensor,
    operators: [],
    shape,
    bytes,
    operations,
    parameterBytes: 0,
  });
  const layers = [
    layer("in", 10, 0),
    layer("conv", 80, 1000),
    layer("relu", 80, 5),
    layer("pool", 20, 5),
    layer("up", 90, 5),
    layer("conv2", 90, 500),
    layer("out", 1, 400),
  ];
  expect(worthwhile(layers).map(({ tensor }) => tensor)).toEqual(["in", "pool", "up", "conv2", "out"]);
});

describe("as text", () => {
  const long = "/features/features.0/conv/conv.1/Relu_output_0";
  const file = readModel(
    model({
      nodes: [
        node("Conv", ["x", "w"], long),
        node("MaxPool", [long], "a b", { kernel_shape: [2, 2], strides: [2, 2] }),
        node("Conv", ["a b", "v"], "12"),
        node("Conv", ["12", "v"], "/head/Conv_output_0"),
      ],
      constants: [weight("w", [8, 3, 3, 3], new Float32Array(216)), weight("v", [8, 8, 3, 3], new Float32Array(576))],
      inputs: [{ name: "x", dims: [1, 3, "h", "w"] }],
      outputs: [{ name: "/head/Conv_output_0", dims: null }],
    }),
  );
  const layers = layersOf(new Part(file), { ...shape, height: 1080, width: 1920 });

  test("a table fits 80 columns; long names lose their middle", () => {
    const table = layersTable(layers);
    for (const line of table.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(table).toContain("/features…u_output_0 ");
  });

  test("stages have names that a topology allows, each once, and tensors' names as YAML reads them", () => {
    expect(layersYaml("m.onnx", layers.layers).split("\n").slice(2)).toEqual([
      "  - { name: source, kernel: synthetic, channels: 3, element: float32 }",
      '  - { name: a-b, kernel: onnx, model: m.onnx, from: x, to: "a b" }',
      '  - { name: part, kernel: onnx, model: m.onnx, from: "a b", to: "12" }',
      '  - { name: head-conv, kernel: onnx, model: m.onnx, from: "12", to: /head/Conv_output_0 }',
    ]);
  });
});
