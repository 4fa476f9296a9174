import { describe } from "vitest";
import { OnnxFile } from "../../kernels/onnx/file.ts";
import type { OnnxRuntime } from "../../kernels/onnx/kernel.ts";
import { loadOnnxRuntime, onnxRuntimeVersion } from "../../live/stage/onnx-runtime.ts";

/** `null` where onnxruntime-node is not installed, which it is for those who ask for it only. */
export const runtime: OnnxRuntime | null = onnxRuntimeVersion() === null ? null : loadOnnxRuntime();

/** Tests that compute: skipped, saying so, where there is nothing to compute with. */
export function describeComputed(name: string, tests: (runtime: OnnxRuntime) => void): void {
  const why = runtime === null ? " (skipped: onnxruntime-node is not installed)" : "";
  describe.skipIf(runtime === null)(`${name}${why}`, () => {
    if (runtime !== null) tests(runtime);
  });
}

export const fileOf = (bytes: Uint8Array, digest = "0"): OnnxFile => new OnnxFile(bytes, digest);
