import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { outputShape, type Positions, params, positions, type ResizeParams } from "./resize-params.ts";
import { simd } from "./simd/resize.ts";

/**
 * Bilinear interpolation between pixel centres, across, then down: a + (b - a) * weight, float32, each operation rounded by
 * itself; uint8 samples are rounded at the end, halves up. So all implementations give the same bytes. Where the output is
 * smaller than half the input, samples between are passed over (no antialiasing), as in OpenCV and PyTorch.
 */
export const resize: TransformKernel<ResizeParams> = {
  name: "resize",
  role: "transform",
  params,
  outputShape,
  /** Three interpolations of three operations each an output sample; reads the frame, writes the output. */
  cost(given, input) {
    const output = outputShape(given, input);
    return { operations: 9 * samplesOf(output), bytes: bytesOf(input) + bytesOf(output) };
  },
  implementations: { reference: { prepare: prepareReference }, simd },
};

function prepareReference(given: ResizeParams, input: FrameShape): PreparedTransform {
  const output = outputShape(given, input);
  const rows = positions(input.height, output.height);
  const columns = positions(input.width, output.width);
  // What is added to -0 and leaves it as it is, is -0.
  const rounding = output.element === "uint8" ? 0.5 : -0;
  return {
    output,
    run(from, to) {
      for (let c = 0; c < input.channels; c++) {
        for (let y = 0; y < output.height; y++) {
          const low = rows.low[y]!;
          const above = (c * input.height + low) * input.width;
          const below = (c * input.height + Math.min(low + 1, input.height - 1)) * input.width;
          const at = (c * output.height + y) * output.width;
          interpolate(from, above, below, input.width, rows.weight[y]!, columns, to, at, rounding);
        }
      }
    },
  };
}

/** One row of outputs. A sum that is stored in a uint8 sample is cut off after the point. */
function interpolate(
  from: Samples,
  above: number,
  below: number,
  width: number,
  down: number,
  { low, weight }: Positions,
  to: Samples,
  at: number,
  rounding: number,
): void {
  for (let x = 0; x < low.length; x++) {
    const left = low[x]!;
    const right = Math.min(left + 1, width - 1);
    const upper = between(from[above + left]!, from[above + right]!, weight[x]!);
    const lower = between(from[below + left]!, from[below + right]!, weight[x]!);
    to[at + x] = Math.fround(between(upper, lower, down) + rounding);
  }
}

function between(a: number, b: number, weight: number): number {
  return Math.fround(a + Math.fround(Math.fround(b - a) * weight));
}
