import { z } from "zod";
import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";

const params = z.strictObject({
  size: z.int().min(1).default(2).meta({ description: "height and width of the window" }),
  stride: z.int().min(1).optional().meta({ description: "samples between two windows; left out: the size" }),
});

export type MaxpoolParams = z.infer<typeof params>;

/** @throws RangeError if the window is larger than the frame. */
function outputShape({ size, stride = size }: MaxpoolParams, input: FrameShape): FrameShape {
  if (input.height < size || input.width < size) {
    throw new RangeError(
      `a window of ${size}x${size} needs a frame at least that large, it gets ${input.height}x${input.width}`,
    );
  }
  const height = Math.floor((input.height - size) / stride) + 1;
  const width = Math.floor((input.width - size) / stride) + 1;
  return { ...input, height, width };
}

/**
 * The largest sample of each window, channel by channel. Windows lie wholly within the frame: rows and columns that are left
 * over at the bottom and right are dropped, as PyTorch's MaxPool2d does by default.
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
  implementations: { reference: { prepare: prepareReference } },
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
    for (let j = 0, row = corner; j < size; j++, row += width) {
      for (let at = row; at < row + size; at++) {
        const sample = from[at]!;
        if (sample > largest) largest = sample;
      }
    }
    to[written + x] = largest;
  }
}
