import { z } from "zod";
import type { FrameShape } from "../sim/frame.ts";

const perChannel = z.union([z.number(), z.array(z.number())], "a number, or a list of one per channel");

export const params = z.strictObject({
  mean: perChannel.default(0).meta({ description: "subtracted from every sample: one number, or one per channel" }),
  scale: perChannel.default(1).meta({ description: "multiplies what is left: one number, or one per channel" }),
});

export type NormalizeParams = z.infer<typeof params>;

/** @throws RangeError if a list has not one number per channel. */
export function outputShape(given: NormalizeParams, input: FrameShape): FrameShape {
  for (const name of ["mean", "scale"] as const) {
    const value = given[name];
    if (Array.isArray(value) && value.length !== input.channels) {
      throw new RangeError(`${name} has ${value.length} numbers; one per channel are ${input.channels}`);
    }
  }
  return { ...input, element: "float32" };
}

/** Mean and scale of a channel, as float32. */
export function ofChannel({ mean, scale }: NormalizeParams, c: number): { mean: number; scale: number } {
  const pick = (value: number | number[]) => Math.fround(Array.isArray(value) ? value[c]! : value);
  return { mean: pick(mean), scale: pick(scale) };
}
