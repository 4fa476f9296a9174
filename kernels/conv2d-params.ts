import { z } from "zod";
import type { FrameShape } from "../sim/frame.ts";
import { NAMED_WEIGHTS } from "./conv2d-weights.ts";

const odd = z
  .int()
  .min(1)
  .max(63)
  .refine((size) => size % 2 === 1, "an odd number");

export const params = z.strictObject({
  size: z
    .union([odd, z.tuple([odd, odd])], "an odd number up to 63, or two of them: [height, width]")
    .default(3)
    .meta({ description: "height and width of the kernel: an odd number, or [height, width]" }),
  stride: z.int().min(1).default(1).meta({ description: "samples between two outputs, down and across" }),
  padding: z
    .enum(["zero", "replicate", "none"])
    .default("zero")
    .meta({ description: "what lies beyond the border: 0, the nearest sample, or nothing (the output is smaller)" }),
  filters: z.int().min(1).default(1).meta({ description: "channels of the output" }),
  groups: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "channels and filters are cut into so many; a filter sees its group's channels only" }),
  weights: z
    .union([z.enum(NAMED_WEIGHTS), z.array(z.number())], `one of ${NAMED_WEIGHTS.join(", ")}, or a list of numbers`)
    .default("blur")
    .meta({ description: "a name, or filters x input channels / groups x height x width numbers" }),
  seed: z.int().min(0).default(1).meta({ description: "of random weights" }),
  bias: z
    .union([z.number(), z.array(z.number())], "a number, or a list of one per filter")
    .default(0)
    .meta({ description: "added to every output: one number, or one per filter" }),
});

export type Conv2dParams = z.infer<typeof params>;

export interface Geometry {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Channels that a filter sees. */
  readonly channels: number;
  readonly output: FrameShape;
}

/**
 * @throws RangeError if the kernel is larger than a frame without padding, groups divide channels or filters with a rest, or
 * weights or bias are of the wrong number.
 */
export function geometry(
  { size, stride, padding, filters, groups, weights, bias }: Conv2dParams,
  input: FrameShape,
): Geometry {
  const [kernelHeight, kernelWidth] = typeof size === "number" ? [size, size] : size;
  const [lostRows, lostColumns] = padding === "none" ? [kernelHeight - 1, kernelWidth - 1] : [0, 0];
  const height = Math.floor((input.height - lostRows - 1) / stride) + 1;
  const width = Math.floor((input.width - lostColumns - 1) / stride) + 1;
  if (height < 1 || width < 1) {
    throw new RangeError(
      `a ${kernelHeight}x${kernelWidth} kernel without padding needs a frame at least that large, it gets ${input.height}x${input.width}`,
    );
  }
  if (input.channels % groups !== 0 || filters % groups !== 0) {
    throw new RangeError(`${groups} groups don't divide ${input.channels} channels and ${filters} filters evenly`);
  }
  const channels = input.channels / groups;
  const expected = filters * channels * kernelHeight * kernelWidth;
  if (Array.isArray(weights) && weights.length !== expected) {
    throw new RangeError(
      `weights has ${weights.length} numbers; ${filters} filters x ${channels} channels x ${kernelHeight} x ${kernelWidth} are ${expected}`,
    );
  }
  if (Array.isArray(bias) && bias.length !== filters) {
    throw new RangeError(`bias has ${bias.length} numbers; one per filter are ${filters}`);
  }
  return { kernelHeight, kernelWidth, channels, output: { height, width, channels: filters, element: "float32" } };
}
