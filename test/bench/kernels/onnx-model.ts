import protobuf from "protobufjs";
import type { Task } from "./runner.ts";

const { Writer } = protobuf;
type Writer = protobuf.Writer;

const FLOAT = 1;
const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Record<string, number | string | number[]> = {},
) => ({
  op,
  inputs,
  output,
  attributes,
});
type Node = ReturnType<typeof node>;

/** Operators of each case; constants by name, with their dimensions. */
function graphOf({ case: { name, filters, outputs }, input: { height, width }, weights }: Task): {
  nodes: Node[];
  constants: Record<string, [number[], Float32Array]>;
} {
  const constants: Record<string, [number[], Float32Array]> = {};
  if (filters !== undefined) {
    const [count, each] = filters;
    constants.w = [[count, each, 3, 3], weights.subarray(0, count * each * 9)];
    constants.b = [[count], weights.subarray(count * each * 9)];
  }
  const pads = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  switch (name) {
    case "conv1":
    case "conv8":
      return { nodes: [node("Conv", ["x", "w", "b"], "y", pads)], constants };
    case "depthwise":
      return { nodes: [node("Conv", ["x", "w", "b"], "y", { ...pads, group: 3 })], constants };
    case "relu":
      return { nodes: [node("Relu", ["x"], "y")], constants };
    case "maxpool":
      return { nodes: [node("MaxPool", ["x"], "y", pool)], constants };
    case "fused":
      return {
        nodes: [node("Conv", ["x", "w", "b"], "c", pads), node("Relu", ["c"], "r"), node("MaxPool", ["r"], "y", pool)],
        constants,
      };
    case "grayscale":
      constants.w = [[1, 3, 1, 1], Float32Array.of(0.299, 0.587, 0.114)];
      return { nodes: [node("Conv", ["x", "w"], "y")], constants };
    case "normalize":
      constants.mean = [[1], Float32Array.of(0.5)];
      constants.scale = [[1], Float32Array.of(4)];
      return { nodes: [node("Sub", ["x", "mean"], "d"), node("Mul", ["d", "scale"], "y")], constants };
    case "resize":
      constants.scales = [[4], Float32Array.of(1, 1, 0.5, 0.5)];
      return { nodes: [node("Resize", ["x", "", "scales"], "y", { mode: "linear" })], constants };
    case "dense": {
      const taps = height * width;
      constants.w = [[outputs!, taps], weights.subarray(0, outputs! * taps)];
      constants.b = [[outputs!], weights.subarray(outputs! * taps)];
      return { nodes: [node("Flatten", ["x"], "f"), node("Gemm", ["f", "w", "b"], "y", { transB: 1 })], constants };
    }
    case "softmax":
      return { nodes: [node("Softmax", ["x"], "y", { axis: 1 })], constants };
  }
}

/** An ONNX model (opset 13) from x to y, float32, 1 x channels x height x width. */
export function onnxModel(task: Task): Uint8Array {
  const graph = graphOf(task);
  const { height, width, channels } = task.input;
  const out = Writer.create();
  out.uint32(field(1, 0)).int64(8);
  message(out, 7, (to) => {
    for (const { op, inputs, output, attributes } of graph.nodes) {
      message(to, 1, (w) => {
        for (const input of inputs) w.uint32(field(1, 2)).string(input);
        w.uint32(field(2, 2)).string(output);
        w.uint32(field(4, 2)).string(op);
        for (const [name, value] of Object.entries(attributes)) {
          message(w, 5, (a) => {
            a.uint32(field(1, 2)).string(name);
            if (typeof value === "number") a.uint32(field(3, 0)).int64(value).uint32(field(20, 0)).int32(2);
            else if (typeof value === "string") {
              a.uint32(field(4, 2)).string(value).uint32(field(20, 0)).int32(3);
            } else {
              for (const each of value) a.uint32(field(8, 0)).int64(each);
              a.uint32(field(20, 0)).int32(7);
            }
          });
        }
      });
    }
    to.uint32(field(2, 2)).string("bench");
    for (const [name, [dims, data]] of Object.entries(graph.constants)) {
      message(to, 5, (t) => {
        for (const dim of dims) t.uint32(field(1, 0)).int64(dim);
        t.uint32(field(2, 0)).int32(FLOAT);
        t.uint32(field(8, 2)).string(name);
        t.uint32(field(9, 2)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      });
    }
    value(to, 11, "x", [1, channels, height, width]);
    value(to, 12, "y", []);
  });
  message(out, 8, (to) => to.uint32(field(2, 0)).int64(13));
  return out.finish();
}

/** A tensor of the graph; without dimensions they are left open. */
function value(to: Writer, number: number, name: string, dims: readonly number[]): void {
  message(to, number, (v) => {
    v.uint32(field(1, 2)).string(name);
    message(v, 2, (type) =>
      message(type, 1, (tensor) => {
        tensor.uint32(field(1, 0)).int32(FLOAT);
        if (dims.length === 0) return;
        message(tensor, 2, (shape) => {
          for (const dim of dims) message(shape, 1, (d) => d.uint32(field(1, 0)).int64(dim));
        });
      }),
    );
  });
}

const field = (number: number, wire: number) => number * 8 + wire;

function message(to: Writer, number: number, write: (to: Writer) => void): void {
  to.uint32(field(number, 2)).fork();
  write(to);
  to.ldelim();
}
