import { z } from "zod";
import type { FrameShape } from "../sim/frame.ts";

export const params = z.strictObject({});

export type GrayscaleParams = z.infer<typeof params>;

/** @throws RangeError unless the frame has three channels. */
export function outputShape(_params: GrayscaleParams, input: FrameShape): FrameShape {
  if (input.channels !== 3) {
    throw new RangeError(`grayscale needs 3 channels (red, green, blue), it gets ${input.channels}`);
  }
  return { ...input, channels: 1 };
}
