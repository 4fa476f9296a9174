import { describe, expect, test } from "vitest";
import { readModel } from "../../kernels/onnx/model.ts";
import { CutError, Part } from "../../kernels/onnx/part.ts";
import type { NodeProto } from "../../kernels/onnx/proto.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { model, node, type TensorInfo, weight } from "./build.ts";
import { tinyModel } from "./tiny.ts";

const tiny = readModel(tinyModel());
const shape = (height: number, width: number, channels: number, element: FrameShape["element"] = "float32") => ({
  height,
  width,
  channels,
  element,
});
const image: TensorInfo = { name: "x", dims: [1, 3, "h", "w"] };
const result: TensorInfo = { name: "y", dims: null };
const built = (nodes: NodeProto[], more: Partial<Parameters<typeof model>[0]> = {}) =>
  readModel(model({ nodes, inputs: [image], outputs: [result], ...more }));

describe("a part", () => {
  test("is what lies between two tensors, with its weights and nothing else", () => {
    const part = new Part(tiny, "pool1", "relu3");
    expect(part.operators.map(({ name }) => name)).toEqual(["conv2", "relu2", "conv3", "sum3", "relu3"]);
    expect([...part.constants].sort()).toEqual(["conv2.b", "conv2.w", "conv3.b", "conv3.w"]);
    const cut = readModel(part.extract(part.sizedFor(shape(20, 30, 8))));
    expect(cut.inputs).toEqual(["pool1"]);
    expect(cut.outputs).toEqual(["relu3"]);
    expect(cut.operators.map(({ name }) => name)).toEqual(part.operators.map(({ name }) => name));
    expect([...cut.constants.keys()]).toEqual([...part.constants]);
    expect(cut.opset).toBe(tiny.opset);
    // The part of the part is the part.
    const again = new Part(cut);
    expect(again.extract(again.sizedFor(shape(20, 30, 8)))).toEqual(part.extract(part.sizedFor(shape(20, 30, 8))));
  });

  test("without from and to is the whole model", () => {
    const whole = new Part(tiny);
    expect([whole.from, whole.to, whole.operators.length]).toEqual(["image", "likely", tiny.operators.length]);
  });

  test("of two parts the operations add up, and the weights", () => {
    const whole = new Part(tiny).sizedFor(shape(64, 48, 3));
    const front = new Part(tiny, undefined, "pool1").sizedFor(shape(64, 48, 3));
    const back = new Part(tiny, "pool1").sizedFor(front.frame);
    expect(front.operations + back.operations).toBe(whole.operations);
    expect(back.frame).toEqual(whole.frame);
  });

  test("holds constants that the graph computes, once", () => {
    const file = built([node("Relu", ["w"], "v"), node("Relu", ["x"], "r"), node("Mul", ["r", "v"], "y")], {
      constants: [weight("w", [3, 1, 1], new Float32Array(3))],
    });
    const part = new Part(file, "r");
    expect(part.operators.map(({ name }) => name)).toEqual(["v", "y"]);
    expect(part.sizedFor(shape(4, 5, 3)).operations).toBe(60);
  });

  test("of quantized numbers takes and gives bytes", () => {
    const file = built([node("QuantizeLinear", ["x", "s"], "q"), node("DequantizeLinear", ["q", "s"], "y")], {
      constants: [weight("s", [], Float32Array.of(0.5))],
    });
    expect(new Part(file, undefined, "q").sizedFor(shape(4, 5, 3)).frame).toEqual(shape(4, 5, 3, "uint8"));
    expect(new Part(file, "q").sizedFor(shape(4, 5, 3, "uint8")).frame).toEqual(shape(4, 5, 3));
    expect(() => new Part(file, "q").sizedFor(shape(4, 5, 3))).toThrow(
      new RangeError("q takes uint8, it gets float32"),
    );
  });
});

/** The graph of an `If`: what it reads of the outer one is only named within. */
function branch(name: string, operator: NodeProto) {
  const graph = {
    node: [operator],
    name,
    initializer: [],
    input: [],
    output: [{ name: operator.output[0]! }],
    valueInfo: [],
  };
  return { name, type: 5, g: graph };
}

test("what graphs within an operator read counts as read", () => {
  const choice: NodeProto = {
    ...node("If", ["c"], "y"),
    attribute: [branch("then_branch", node("Relu", ["a"], "t")), branch("else_branch", node("Neg", ["b"], "e"))],
  };
  const file = built([node("Relu", ["x"], "a"), node("Neg", ["a"], "b"), node("Greater", ["b", "a"], "c"), choice], {
    outputs: [{ name: "y", dims: [1, 3, "h", "w"] }],
  });
  expect(new Part(file, "a").operators.map(({ name }) => name)).toEqual(["b", "c", "y"]);
  expect(() => new Part(file, "b")).toThrow('it also depends on "a"');
});

describe("can't be:", () => {
  const chain = [node("Relu", ["x"], "a"), node("Add", ["a", "x"], "b"), node("Relu", ["b"], "y")];
  const two = { inputs: [image, { name: "x2", dims: [1, 3, "h", "w"] }], outputs: [result, { name: "a", dims: null }] };
  const problem = (of: ReturnType<typeof built>, from?: string, to?: string): [string, string] => {
    try {
      new Part(of, from, to).checkOutput();
    } catch (error) {
      if (error instanceof CutError) return [error.at, error.message];
      throw error;
    }
    throw new Error("it can");
  };

  test.each<[string, ReturnType<typeof built>, string | undefined, string | undefined, string, string]>([
    ["a misspelt tensor", tiny, "pol1", undefined, "from", 'did you mean "pool1"?'],
    [
      "an unknown tensor",
      tiny,
      undefined,
      "embedding_projection",
      "to",
      "a tensor of the model; edgetwin layers lists where it can be cut",
    ],
    ["a weight", tiny, "conv1.w", undefined, "from", 'did you mean "conv1"?'],
    ["the wrong way round", tiny, "relu3", "pool1", "to", 'a tensor that follows from "relu3"'],
    ["nothing between", tiny, "pool1", "pool1", "to", 'a tensor that follows from "pool1"'],
    [
      "a way past",
      built(chain),
      "a",
      undefined,
      "from",
      'a tensor that all of "y" follows from; it also depends on "x"',
    ],
    [
      "a way past a block",
      tiny,
      "relu2",
      "relu3",
      "from",
      'a tensor that all of "relu3" follows from; it also depends on "pool1"',
    ],
    [
      "several inputs",
      built([node("Add", ["x", "x2"], "y"), node("Relu", ["y"], "a")], two),
      undefined,
      "y",
      "from",
      "one of the model's inputs: x, x2",
    ],
    [
      "one of two inputs",
      built([node("Add", ["x", "x2"], "y"), node("Relu", ["y"], "a")], two),
      "x",
      "y",
      "from",
      'a tensor that all of "y" follows from; it also depends on "x2"',
    ],
    [
      "several outputs",
      built([node("Relu", ["x"], "y"), node("Neg", ["x"], "a")], { outputs: two.outputs }),
      undefined,
      undefined,
      "to",
      "one of the model's outputs: y, a",
    ],
    [
      "three axes",
      built([node("Squeeze", ["x"], "a", { axes: [0] }), node("Relu", ["a"], "y")], { opset: 11 }),
      undefined,
      "a",
      "to",
      "a tensor of 4 axes (1 x channels x height x width) or 2 (1 x numbers); a is 3x?x? float32",
    ],
    [
      "no numbers",
      built([node("Greater", ["x", "x"], "a"), node("Cast", ["a"], "y", { to: 1 })]),
      "a",
      undefined,
      "from",
      "a tensor of float32 or uint8; a is 1x3x?x? bool",
    ],
    [
      "a batch",
      built([node("Relu", ["x"], "y")], { inputs: [{ name: "x", dims: [4, 3, 8, 8] }] }),
      undefined,
      undefined,
      "from",
      "a batch of 1, as a frame is; x is 4x3x8x8 float32",
    ],
    [
      "an input of any shape",
      built([node("Relu", ["x"], "y")], { inputs: [{ name: "x", dims: null }] }),
      undefined,
      undefined,
      "from",
      "the model does not declare the shape of its input x",
    ],
    [
      "operators that don't fit",
      built([node("Relu", ["x"], "a"), node("Conv", ["a", "w"], "y")], {
        constants: [weight("w", [1, 4, 1, 1], new Float32Array(4))],
      }),
      undefined,
      undefined,
      "model",
      "a model whose operators fit together: Conv y takes 4 channels, it gets 3",
    ],
  ])("%s", (_, of, from, to, at, message) => {
    expect(problem(of, from, to)).toEqual([at, message]);
  });

  test("an operator without a rule, where the shape of what it gives is needed", () => {
    const file = built([node("Fancy", ["x"], "f", {}, "com.example"), node("Relu", ["f"], "y")]);
    expect(problem(file)).toEqual(["to", expect.stringMatching(/^the shape of f is not known: Fancy f /)]);
  });
});

describe("refuses frames", () => {
  const fixed = built([node("Relu", ["x"], "y")], { inputs: [{ name: "x", dims: [1, 3, 8, 10] }] });
  const flat = built([node("Relu", ["x"], "y")], { inputs: [{ name: "x", dims: ["batch", 10] }] });
  test.each<[ReturnType<typeof built>, FrameShape, string]>([
    [tiny, shape(8, 8, 1), "image takes frames of any size with 3 channels, it gets 8x8x1 float32"],
    [fixed, shape(8, 8, 3), "x takes frames of 8x10x3, it gets 8x8x3 float32"],
    [flat, shape(1, 1, 9), "x takes frames of 1x1x10, it gets 1x1x9 float32"],
    [flat, shape(2, 5, 1), "x takes frames of 1x1x10, it gets 2x5x1 float32"],
    [flat, shape(2, 1, 10), "x takes frames of 1x1x10, it gets 2x1x10 float32"],
  ])("%#", (of, frame, message) => {
    expect(() => new Part(of).sizedFor(frame)).toThrow(new RangeError(message));
  });

  test("that an operator within can't take", () => {
    const part = new Part(
      built([node("Relu", ["x"], "a"), node("Conv", ["a", "w"], "y")], {
        constants: [weight("w", [1, 3, 5, 5], new Float32Array(75))],
      }),
    );
    expect(() => part.sizedFor(shape(4, 9, 3))).toThrow(
      new RangeError("Conv y has a window of 5 and gets 4, padded to 4"),
    );
    expect(part.sizedFor(shape(5, 9, 3)).frame).toEqual(shape(1, 5, 1));
  });

  test("but not those of bytes where it takes numbers: they are 0..255", () => {
    expect(new Part(fixed).sizedFor(shape(8, 10, 3, "uint8")).frame).toEqual(shape(8, 10, 3));
  });
});
