import { RandomStream } from "../../sim/engine/random.ts";
import { model, node, weight } from "./build.ts";

const CLASSES = 10;
const SAME = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/** Weights of a layer, scaled so that its numbers neither grow nor vanish (He et al., 2015). */
function layer(name: string, outputs: number, inputs: number, ...kernel: readonly number[]) {
  const taps = kernel.reduce((product, size) => product * size, inputs);
  const stream = new RandomStream(1, "tiny.onnx", name);
  const normal = (count: number, deviation: number) =>
    Float32Array.from({ length: count }, () => stream.normal(0, deviation));
  return [
    weight(`${name}.w`, [outputs, inputs, ...kernel], normal(outputs * taps, Math.sqrt(2 / taps))),
    weight(`${name}.b`, [outputs], normal(outputs, 0.1)),
  ];
}

const conv = (name: string, input: string, more: object = {}) =>
  node("Conv", [input, `${name}.w`, `${name}.b`], name, { ...SAME, ...more });

/**
 * The file of `topologies/models/tiny.onnx`: a small network for colour images of any size, with a block that a way leads past.
 * Its weights are random.
 */
export function tinyModel(): Uint8Array {
  return model({
    nodes: [
      conv("conv1", "image", { strides: [2, 2] }),
      node("Relu", ["conv1"], "relu1"),
      node("MaxPool", ["relu1"], "pool1", { kernel_shape: [2, 2], strides: [2, 2] }),
      conv("conv2", "pool1"),
      node("Relu", ["conv2"], "relu2"),
      conv("conv3", "relu2"),
      node("Add", ["conv3", "pool1"], "sum3"),
      node("Relu", ["sum3"], "relu3"),
      conv("conv4", "relu3", { strides: [2, 2] }),
      node("Relu", ["conv4"], "relu4"),
      node("GlobalAveragePool", ["relu4"], "mean"),
      node("Flatten", ["mean"], "features"),
      node("Gemm", ["features", "classes.w", "classes.b"], "scores", { transB: 1 }),
      node("Softmax", ["scores"], "likely", { axis: 1 }),
    ],
    constants: [
      ...layer("conv1", 8, 3, 3, 3),
      ...layer("conv2", 8, 8, 3, 3),
      ...layer("conv3", 8, 8, 3, 3),
      ...layer("conv4", 16, 8, 3, 3),
      ...layer("classes", CLASSES, 16),
    ],
    inputs: [{ name: "image", dims: [1, 3, "height", "width"] }],
    outputs: [{ name: "likely", dims: [1, CLASSES] }],
  });
}
