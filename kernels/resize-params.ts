import { z } from "zod";
import type { FrameShape } from "../sim/frame.ts";

const side = z.int().min(1).max(65_535);

export const params = z
  .strictObject({
    to: z
      .tuple([side, side], "two whole numbers from 1 on: [height, width]")
      .optional()
      .meta({ description: "height and width of the output" }),
    factor: z
      .number()
      .positive()
      .optional()
      .meta({ description: "or output samples per input sample, down and across" }),
  })
  .refine(({ to, factor }) => (to === undefined) !== (factor === undefined), "either to or factor is needed, not both");

export type ResizeParams = z.infer<typeof params>;

/** A side times the factor is rounded, and is 1 at least. */
export function outputShape({ to, factor }: ResizeParams, input: FrameShape): FrameShape {
  const [height, width] = to ?? [input.height, input.width].map((length) => Math.max(1, Math.round(length * factor!)));
  return { ...input, height: height!, width: width! };
}

/** For each output position the input position before it, and the weight of the next one, a float32 number. */
export interface Positions {
  readonly low: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Pixel centres of the output in the input: (i + 1/2) * from / to - 1/2, beyond the outermost centres the outermost one
 * (Burger & Burge, Digital Image Processing, section 22.5.3).
 */
export function positions(from: number, to: number): Positions {
  const low = new Int32Array(to);
  const weight = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    low[i] = Math.floor(centre);
    weight[i] = centre - low[i]!;
  }
  return { low, weight };
}
