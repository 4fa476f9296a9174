import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { OnnxRuntime } from "../../kernels/onnx/kernel.ts";
import type { NamedTensor } from "../../kernels/onnx/part.ts";

const PACKAGE = "onnxruntime-node";
const require = createRequire(import.meta.url);

interface OrtTensor {
  readonly data: Uint8Array | Float32Array;
}

type Tensors = Readonly<Record<string, OrtTensor>>;

/** What is used of onnxruntime-node. */
interface Ort {
  readonly Tensor: new (type: "float32" | "uint8", data: OrtTensor["data"], dims: readonly number[]) => OrtTensor;
}

/**
 * Its binding (`dist/binding.d.ts`), "a simple synchronized inference session": the public `run` calls just that a turn of the
 * event loop later. A pod computes a frame within one turn, so that no message comes in between and counts as its work.
 */
interface Binding {
  initOrt(): void;
  readonly binding: {
    readonly InferenceSession: new () => {
      loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
      /** Writes the outputs into the tensors that it is given for them. */
      run(feeds: Tensors, fetches: Tensors, options: object): Tensors;
      dispose(): void;
    };
  };
}

/** The model's arithmetic is the pod's work: on its thread, as the twin has it. Warnings on models are not the run's. */
const OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
};
const FLOAT = 1;

/** onnxruntime-node is not there, or not as it should be. */
export class OnnxRuntimeError extends Error {
  override readonly name = "OnnxRuntimeError";
}

/**
 * How to get it. As it is an optional peer, npm leaves it out unless it is told to take it as what it is not (`--save-prod`). Its
 * own install script only fetches CUDA libraries, which nothing here uses.
 */
function installCommand(): string {
  const { peerDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    peerDependencies: Record<string, string>;
  };
  return `npm install --no-save --save-prod --ignore-scripts ${PACKAGE}@${peerDependencies[PACKAGE]}`;
}

/** Version of onnxruntime-node; `null` if it is not installed. */
export function onnxRuntimeVersion(): string | null {
  try {
    return (require(`${PACKAGE}/package.json`) as { version: string }).version;
  } catch {
    return null;
  }
}

/** Loads onnxruntime-node. @throws OnnxRuntimeError that says how to install it. */
export function loadOnnxRuntime(): OnnxRuntime {
  const version = onnxRuntimeVersion();
  if (version === null)
    throw new OnnxRuntimeError(`kernel onnx computes with ${PACKAGE}, which is not installed: ${installCommand()}`);
  let ort: Ort;
  let native: Binding;
  try {
    ort = require(PACKAGE) as Ort;
    native = require(`${PACKAGE}/dist/binding.js`) as Binding;
    native.initOrt();
  } catch (error) {
    throw new OnnxRuntimeError(`${PACKAGE} ${version} can't be loaded: ${(error as Error).message}`);
  }
  const tensorOf = ({ type, dims }: NamedTensor): OrtTensor => {
    const count = dims.reduce((product, size) => product * size, 1);
    return type === FLOAT
      ? new ort.Tensor("float32", new Float32Array(count), dims)
      : new ort.Tensor("uint8", new Uint8Array(count), dims);
  };
  return {
    name: `onnxruntime ${version}`,
    open(model, input, output) {
      const session = new native.binding.InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, OPTIONS);
      const [taken, given] = [tensorOf(input), tensorOf(output)];
      const feeds = { [input.name]: taken };
      const fetches = { [output.name]: given };
      return {
        run(from, to) {
          taken.data.set(from);
          session.run(feeds, fetches, {});
          to.set(given.data);
        },
        release: () => session.dispose(),
      };
    },
  };
}
