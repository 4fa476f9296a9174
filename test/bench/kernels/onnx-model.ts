import { model, node, weight } from "../../onnx/build.ts";
import type { Task } from "./runner.ts";

/** An ONNX model (opset 13) of a case from x to y, float32, 1 x channels x height x width. */
export function onnxModel(task: Task): Uint8Array {
  const { height, width, channels } = task.input;
  const { nodes, constants = [] } = graphOf(task);
  return model({
    nodes,
    constants,
    inputs: [{ name: "x", dims: [1, channels, height, width] }],
    outputs: [{ name: "y", dims: null }],
  });
}

function graphOf({
  case: { name, filters, outputs },
  input: { height, width },
  weights,
}: Task): Pick<Parameters<typeof model>[0], "nodes" | "constants"> {
  const pads = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const [count = 0, each = 0] = filters ?? [];
  const taps = filters === undefined ? height * width : each * 9;
  const rows = outputs ?? count;
  const constants = [
    weight("w", filters === undefined ? [rows, taps] : [count, each, 3, 3], weights.subarray(0, rows * taps)),
    weight("b", [rows], weights.subarray(rows * taps)),
  ];
  switch (name) {
    case "conv1":
    case "conv8":
      return { nodes: [node("Conv", ["x", "w", "b"], "y", pads)], constants };
    case "depthwise":
      return { nodes: [node("Conv", ["x", "w", "b"], "y", { ...pads, group: 3 })], constants };
    case "relu":
      return { nodes: [node("Relu", ["x"], "y")] };
    case "maxpool":
      return { nodes: [node("MaxPool", ["x"], "y", pool)] };
    case "fused":
      return {
        nodes: [node("Conv", ["x", "w", "b"], "c", pads), node("Relu", ["c"], "r"), node("MaxPool", ["r"], "y", pool)],
        constants,
      };
    case "grayscale":
      return {
        nodes: [node("Conv", ["x", "luma"], "y")],
        constants: [weight("luma", [1, 3, 1, 1], Float32Array.of(0.299, 0.587, 0.114))],
      };
    case "normalize":
      return {
        nodes: [node("Sub", ["x", "mean"], "d"), node("Mul", ["d", "scale"], "y")],
        constants: [weight("mean", [1], Float32Array.of(0.5)), weight("scale", [1], Float32Array.of(4))],
      };
    case "resize":
      return {
        nodes: [node("Resize", ["x", "", "scales"], "y", { mode: "linear" })],
        constants: [weight("scales", [4], Float32Array.of(1, 1, 0.5, 0.5))],
      };
    case "dense":
      return {
        nodes: [node("Flatten", ["x"], "f"), node("Gemm", ["f", "w", "b"], "y", { transB: 1 })],
        constants,
      };
    case "softmax":
      return { nodes: [node("Softmax", ["x"], "y", { axis: 1 })] };
  }
}
