import type { FrameShape } from "../../sim/frame.ts";
import type { RowsTransform } from "../kernel.ts";
import { engine } from "./engine.ts";
import { onFrames, strides } from "./transform.ts";

/** relu of float32 by vectors, uint8 copied: the same bytes as the reference's. */
export const simd = onFrames((_params: unknown, input) => perSample(input, input.element === "float32" ? relu : copy));

/** A copy. */
export const copied = onFrames((_params: unknown, input) => perSample(input, copy));

function relu(from: number, to: number, bytes: number): void {
  engine("simd128").run.relu(from, to, bytes >> 2);
}

function copy(from: number, to: number, bytes: number): void {
  engine("simd128").run.copy(from, to, bytes);
}

/** What computes each sample from the one in its place. */
function perSample(shape: FrameShape, run: (from: number, to: number, bytes: number) => void): RowsTransform {
  const { row, plane } = strides(shape);
  return {
    output: shape,
    build: engine("simd128").build,
    inputRows: (from, to) => [from, to],
    run(input, inPlane, output, outPlane, from, to) {
      if (inPlane === plane && outPlane === plane && to - from === shape.height) {
        run(input, output, plane * shape.channels);
        return;
      }
      for (let c = 0; c < shape.channels; c++) {
        run(input + c * inPlane + from * row, output + c * outPlane + from * row, (to - from) * row);
      }
    },
    release() {},
  };
}
