import { z } from "zod";
import type { FrameShape } from "../sim/frame.ts";

export const params = z.strictObject({
  size: z.int().min(1).default(2).meta({ description: "height and width of the window" }),
  stride: z.int().min(1).optional().meta({ description: "samples between two windows; left out: the size" }),
});

export type MaxpoolParams = z.infer<typeof params>;

/** @throws RangeError if the window is larger than the frame. */
export function outputShape({ size, stride = size }: MaxpoolParams, input: FrameShape): FrameShape {
  if (input.height < size || input.width < size) {
    throw new RangeError(
      `a window of ${size}x${size} needs a frame at least that large, it gets ${input.height}x${input.width}`,
    );
  }
  const height = Math.floor((input.height - size) / stride) + 1;
  const width = Math.floor((input.width - size) / stride) + 1;
  return { ...input, height, width };
}
