import { z } from "zod";
import { bytesOf, type FrameShape, samplesOf } from "../../sim/frame.ts";
import type { KernelCatalogue, KernelDescriptor } from "../../sim/topology/catalogue.ts";

const cost = (_params: unknown, input: FrameShape) => ({ operations: samplesOf(input), bytes: 2 * bytesOf(input) });

const noise: KernelDescriptor<{ channels: number; element: "uint8" | "float32" }> = {
  name: "noise",
  role: "source",
  params: z.object({
    channels: z.int().min(1).default(1),
    element: z.enum(["uint8", "float32"]).default("uint8"),
  }),
  outputShape: ({ channels, element }, { height, width }) => ({ height, width, channels, element }),
  cost,
};

const blur: KernelDescriptor<{ size: number; channels?: number | undefined }> = {
  name: "blur",
  role: "transform",
  params: z.object({
    size: z
      .int()
      .min(1)
      .refine((size) => size % 2 === 1, "an odd number"),
    channels: z.int().min(1).optional(),
  }),
  outputShape({ size, channels }, input) {
    const [height, width] = [input.height - size + 1, input.width - size + 1];
    if (height < 1 || width < 1) {
      throw new RangeError(
        `blur of size ${size} needs frames of at least ${size}x${size}, got ${input.height}x${input.width}`,
      );
    }
    return { ...input, height, width, channels: channels ?? input.channels };
  },
  cost,
};

const relu: KernelDescriptor<Record<string, never>> = {
  name: "relu",
  role: "transform",
  params: z.object({}) as z.ZodType<Record<string, never>>,
  outputShape: (_params, input) => input,
  cost,
};

const pool: KernelDescriptor<{ size: number }> = {
  name: "pool",
  role: "transform",
  params: z.object({ size: z.int().min(1).default(2) }),
  outputShape({ size }, input) {
    const [height, width] = [Math.floor(input.height / size), Math.floor(input.width / size)];
    if (height < 1 || width < 1) throw new RangeError(`pool of size ${size} leaves nothing of a smaller frame`);
    return { ...input, height, width };
  },
  cost,
};

/** A small catalogue, so that these tests do not change when a kernel does. */
export const FAKE: KernelCatalogue = new Map([noise, blur, relu, pool].map((kernel) => [kernel.name, kernel]));
