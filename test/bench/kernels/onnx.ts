import { samplesOf } from "../../../sim/frame.ts";
import { onnxModel } from "./onnx-model.ts";
import { findPackage } from "./packages.ts";
import type { Find } from "./runner.ts";

interface Tensor {
  readonly data: Float32Array;
  dispose(): void;
}

/** What is used of onnxruntime-node. */
interface Ort {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object, fetches?: object): Promise<{ readonly y: Tensor }>; release(): Promise<void> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

/** onnxruntime-node on one thread. */
export const findOnnx: Find = async () => {
  const found = findPackage<Ort>("onnxruntime-node");
  if (found === null) return "no package onnxruntime-node";
  const { InferenceSession, Tensor } = found.exports;
  return {
    name: "ort",
    async prepare(task) {
      const options = {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      };
      const session = await InferenceSession.create(onnxModel(task), options);
      const { channels, height, width } = task.input;
      const { name } = task.case;
      const feeds = { x: new Tensor("float32", task.samples, [1, channels, height, width]) };
      // The output lies where it lay before: memory that is new for every frame costs more than most kernels.
      const { output } = task;
      const dims = name === "dense" ? [1, output.channels] : [1, output.channels, output.height, output.width];
      const fetches = { y: new Tensor("float32", new Float32Array(samplesOf(output)), dims) };
      return {
        async time(frames) {
          const begin = performance.now();
          for (let i = 0; i < frames; i++) await session.run(feeds, fetches);
          return performance.now() - begin;
        },
        output: async () => (await session.run(feeds, fetches)).y.data.subarray(0, samplesOf(task.output)),
        release: () => void session.release(),
      };
    },
  };
};
