import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { type MaxpoolParams, outputShape, params } from "./maxpool-params.ts";
import { simd } from "./simd/maxpool.ts";

export type { MaxpoolParams };

/**
 * The largest sample of each window, channel by channel. Windows lie wholly within the frame: rows and columns that are left
 * over at the bottom and right are dropped, as PyTorch's MaxPool2d does by default. NaN in a window is its maximum (as
 * in PyTorch); of 0 and -0 the first counts, column by column.
 */
export const maxpool: TransformKernel<MaxpoolParams> = {
  name: "maxpool",
  role: "transform",
  params,
  outputShape,
  /** size^2 - 1 comparisons an output sample; reads the frame, writes the output. */
  cost(given, input) {
    const output = outputShape(given, input);
    return { operations: (given.size ** 2 - 1) * samplesOf(output), bytes: bytesOf(input) + bytesOf(output) };
  },
  implementations: { reference: { prepare: prepareReference }, simd },
};

function prepareReference(given: MaxpoolParams, input: FrameShape): PreparedTransform {
  const { size, stride = size } = given;
  const output = outputShape(given, input);
  const plane = input.height * input.width;
  return {
    output,
    run(from, to) {
      let written = 0;
      for (let c = 0; c < input.channels; c++) {
        for (let y = 0; y < output.height; y++) {
          const corner = c * plane + y * stride * input.width;
          poolRow(from, corner, input.width, to, written, output.width, size, stride);
          written += output.width;
        }
      }
    },
  };
}

/** One row of outputs; `corner` is the upper left sample of the first window, `width` the input's samples per row. */
function poolRow(
  from: Samples,
  corner: number,
  width: number,
  to: Samples,
  written: number,
  count: number,
  size: number,
  stride: number,
): void {
  for (let x = 0; x < count; x++, corner += stride) {
    let largest = from[corner]!;
    for (let column = corner; column < corner + size; column++) {
      for (let j = 0, at = column; j < size; j++, at += width) {
        const sample = from[at]!;
        // biome-ignore lint/suspicious/noSelfCompare: NaN, and faster than Number.isNaN
        if (sample > largest || sample !== sample) largest = sample;
      }
    }
    to[written + x] = largest;
  }
}
