import { z } from "zod";
import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import { convWeights, NAMED_WEIGHTS } from "./conv2d-weights.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";

const odd = z
  .int()
  .min(1)
  .max(63)
  .refine((size) => size % 2 === 1, "an odd number");

const params = z.strictObject({
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
  weights: z
    .union([z.enum(NAMED_WEIGHTS), z.array(z.number())], `one of ${NAMED_WEIGHTS.join(", ")}, or a list of numbers`)
    .default("blur")
    .meta({ description: "a name, or filters x input channels x height x width numbers" }),
  seed: z.int().min(0).default(1).meta({ description: "of random weights" }),
  bias: z
    .union([z.number(), z.array(z.number())], "a number, or a list of one per filter")
    .default(0)
    .meta({ description: "added to every output: one number, or one per filter" }),
});

export type Conv2dParams = z.infer<typeof params>;

interface Geometry {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly output: FrameShape;
}

/** @throws RangeError if the kernel is larger than a frame without padding, or weights or bias are of the wrong number. */
function geometry({ size, stride, padding, filters, weights, bias }: Conv2dParams, input: FrameShape): Geometry {
  const [kernelHeight, kernelWidth] = typeof size === "number" ? [size, size] : size;
  const [lostRows, lostColumns] = padding === "none" ? [kernelHeight - 1, kernelWidth - 1] : [0, 0];
  const height = Math.floor((input.height - lostRows - 1) / stride) + 1;
  const width = Math.floor((input.width - lostColumns - 1) / stride) + 1;
  if (height < 1 || width < 1) {
    throw new RangeError(
      `a ${kernelHeight}x${kernelWidth} kernel without padding needs a frame at least that large, it gets ${input.height}x${input.width}`,
    );
  }
  const expected = filters * input.channels * kernelHeight * kernelWidth;
  if (Array.isArray(weights) && weights.length !== expected) {
    throw new RangeError(
      `weights has ${weights.length} numbers; ${filters} filters x ${input.channels} channels x ${kernelHeight} x ${kernelWidth} are ${expected}`,
    );
  }
  if (Array.isArray(bias) && bias.length !== filters) {
    throw new RangeError(`bias has ${bias.length} numbers; one per filter are ${filters}`);
  }
  return { kernelHeight, kernelWidth, output: { height, width, channels: filters, element: "float32" } };
}

/**
 * 2-D convolution as neural networks have it: cross-correlation, the kernel is not flipped.
 * out(f, y, x) = bias(f) + sum over c, j, i of w(f, c, j, i) * in(c, y * stride + j - top, x * stride + i - left),
 * with top, left = half the kernel, or 0 without padding (Goodfellow et al., Deep Learning, section 9.5).
 * Sums are formed in double precision in the order c, j, i and rounded once, so every machine gives the same bytes.
 */
export const conv2d: TransformKernel<Conv2dParams> = {
  name: "conv2d",
  role: "transform",
  params,
  outputShape: (given, input) => geometry(given, input).output,
  /** A multiply-add for each weight of a filter at each output sample; reads input and weights, writes the output. */
  cost(given, input) {
    const { kernelHeight, kernelWidth, output } = geometry(given, input);
    const taps = input.channels * kernelHeight * kernelWidth;
    return {
      operations: 2 * taps * samplesOf(output),
      bytes: bytesOf(input) + bytesOf(output) + 4 * taps * given.filters,
    };
  },
  implementations: { reference: { prepare: prepareReference } },
};

function prepareReference(given: Conv2dParams, input: FrameShape): PreparedTransform {
  const { kernelHeight, kernelWidth, output } = geometry(given, input);
  const { stride, padding, filters } = given;
  const { height, width, channels } = input;
  const weights = convWeights(given, channels, kernelHeight, kernelWidth);
  const bias = Array.from({ length: filters }, (_, f) => (Array.isArray(given.bias) ? given.bias[f]! : given.bias));
  const [top, left] = padding === "none" ? [0, 0] : [(kernelHeight - 1) / 2, (kernelWidth - 1) / 2];
  const replicate = padding === "replicate";
  const sums = new Float64Array(output.width);
  return {
    output,
    run(from, to) {
      let written = 0;
      for (let f = 0; f < filters; f++) {
        for (let y = 0; y < output.height; y++) {
          sums.fill(bias[f]!);
          let weight = f * channels * kernelHeight * kernelWidth;
          for (let c = 0; c < channels; c++) {
            for (let j = 0; j < kernelHeight; j++) {
              let row = y * stride + j - top;
              if (replicate) row = Math.min(height - 1, Math.max(0, row));
              if (row < 0 || row >= height) {
                weight += kernelWidth;
                continue;
              }
              const begin = (c * height + row) * width;
              addRow(sums, from, begin, width, stride, left, weights, weight, kernelWidth, replicate);
              weight += kernelWidth;
            }
          }
          to.set(sums, written);
          written += output.width;
        }
      }
    },
  };
}

/**
 * Adds the taps of one kernel row to every sum, in their order: weights[weight + i] * in(row, x * stride + i - left), x counting
 * outputs; the row has `width` samples from `begin` on.
 * A function of the module, not of `prepare`: V8 compiles a closure's loop anew for every closure that is made.
 */
function addRow(
  sums: Float64Array,
  samples: Samples,
  begin: number,
  width: number,
  stride: number,
  left: number,
  weights: Float32Array,
  weight: number,
  taps: number,
  replicate: boolean,
): void {
  // Outputs whose taps all lie within the row; those to the left and right of them see the padding.
  const first = Math.min(sums.length, Math.ceil(left / stride));
  const end = Math.max(first, Math.min(sums.length, Math.floor((width - taps + left) / stride) + 1));
  const origin = begin + first * stride - left;
  let tap = 0;
  // Three at a time: sums are read and written a third as often, and still added to in the same order.
  for (; tap + 3 <= taps; tap += 3) {
    const a = weights[weight + tap]!;
    const b = weights[weight + tap + 1]!;
    const c = weights[weight + tap + 2]!;
    for (let x = first, at = origin + tap; x < end; x++, at += stride) {
      sums[x] = sums[x]! + a * samples[at]! + b * samples[at + 1]! + c * samples[at + 2]!;
    }
  }
  for (; tap < taps; tap++) {
    const a = weights[weight + tap]!;
    for (let x = first, at = origin + tap; x < end; x++, at += stride) sums[x] = sums[x]! + a * samples[at]!;
  }
  // The rest: what is left of these outputs, then what is right of them.
  for (let x = first > 0 ? 0 : end; x < sums.length; x = x + 1 === first ? end : x + 1) {
    for (let i = 0; i < taps; i++) {
      const column = x * stride + i - left;
      const inside = Math.min(width - 1, Math.max(0, column));
      if (replicate || inside === column) sums[x] = sums[x]! + weights[weight + i]! * samples[begin + inside]!;
    }
  }
}
