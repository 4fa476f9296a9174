import { dirname, join } from "node:path";
import { samplesOf } from "../../../sim/frame.ts";
import { findPackage } from "./packages.ts";
import { clocked, type Find, type Task } from "./runner.ts";

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** What is used of tfjs-core. */
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(run: () => T): T;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  transpose(x: Tensor, order: readonly number[]): Tensor;
  conv2d(x: Tensor, w: Tensor, stride: number, pad: "same"): Tensor;
  depthwiseConv2d(x: Tensor, w: Tensor, stride: number, pad: "same"): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  softmax(x: Tensor): Tensor;
  readonly image: {
    resizeBilinear(x: Tensor, size: readonly number[], alignCorners: boolean, halfPixelCenters: boolean): Tensor;
  };
  maxPool(x: Tensor, size: number, stride: number, pad: "valid"): Tensor;
}

interface Backend {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}

/** @tensorflow/tfjs-backend-wasm on one thread, in its own layout (channels last). */
export const findTfjs: Find = async () => {
  const core = findPackage<Tf>("@tensorflow/tfjs-core");
  const backend = findPackage<Backend>("@tensorflow/tfjs-backend-wasm");
  if (core === null || backend === null) return "no packages @tensorflow/tfjs-core, @tensorflow/tfjs-backend-wasm";
  const tf = core.exports;
  backend.exports.setWasmPaths(join(dirname(backend.path), "/"));
  backend.exports.setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    name: "tfjs",
    prepare(task) {
      const { input, samples } = task;
      const x = tf.tidy(() =>
        tf.transpose(tf.tensor(samples, [1, input.channels, input.height, input.width]), [0, 2, 3, 1]),
      );
      const run = operators(tf, task);
      if (run === null) return null;
      return {
        time: (frames) => clocked(frames, () => run(x).dispose()),
        output() {
          const y = run(x);
          const { output } = task;
          const planar = tf.tidy(() => (output.channels === 1 ? y : tf.transpose(y, [0, 3, 1, 2])));
          const data = planar.dataSync().slice(0, samplesOf(output));
          y.dispose();
          planar.dispose();
          return data;
        },
        release: () => x.dispose(),
      };
    },
  };
};

function operators(tf: Tf, task: Task): ((x: Tensor) => Tensor) | null {
  const { name, filters } = task.case;
  if (filters === undefined) return withoutFilters(tf, task);
  const { weights } = task;
  const [count, each] = filters;
  const taps = count * each * 9;
  const w = tf.tidy(() => tf.transpose(tf.tensor(weights.slice(0, taps), [count, each, 3, 3]), [2, 3, 1, 0]));
  const b = tf.tensor(weights.slice(taps, taps + count), [count]);
  const conv = (x: Tensor) => tf.add(tf.conv2d(x, w, 1, "same"), b);
  switch (name) {
    case "conv1":
    case "conv8":
      return (x) => tf.tidy(() => conv(x));
    case "depthwise": {
      const deep = tf.tidy(() => tf.transpose(tf.tensor(weights.slice(0, taps), [count, 1, 3, 3]), [2, 3, 0, 1]));
      return (x) => tf.tidy(() => tf.add(tf.depthwiseConv2d(x, deep, 1, "same"), b));
    }
    case "fused":
      return (x) => tf.tidy(() => tf.maxPool(tf.relu(conv(x)), 2, 2, "valid"));
    default:
      return null;
  }
}

function withoutFilters(tf: Tf, { case: { name }, input, output, weights }: Task): ((x: Tensor) => Tensor) | null {
  switch (name) {
    case "relu":
      return (x) => tf.relu(x);
    case "maxpool":
      return (x) => tf.maxPool(x, 2, 2, "valid");
    case "grayscale": {
      const luma = tf.tensor(Float32Array.of(0.299, 0.587, 0.114), [1, 1, 3, 1]);
      return (x) => tf.conv2d(x, luma, 1, "same");
    }
    case "normalize": {
      const mean = tf.tensor(Float32Array.of(0.5), [1]);
      const scale = tf.tensor(Float32Array.of(4), [1]);
      return (x) => tf.tidy(() => tf.mul(tf.sub(x, mean), scale));
    }
    case "resize":
      return (x) => tf.image.resizeBilinear(x, [output.height, output.width], false, true);
    case "dense": {
      const count = output.channels;
      const taps = input.height * input.width;
      const w = tf.tidy(() => tf.transpose(tf.tensor(weights.slice(0, count * taps), [count, taps]), [1, 0]));
      const b = tf.tensor(weights.slice(count * taps), [count]);
      return (x) => tf.tidy(() => tf.reshape(tf.add(tf.matMul(tf.reshape(x, [1, taps]), w), b), [1, 1, 1, count]));
    }
    case "softmax":
      return (x) => tf.softmax(x);
    default:
      return null;
  }
}
