import { bytesOf, type FrameShape, samplesOf } from "../sim/frame.ts";
import { type Conv2dParams, geometry, params } from "./conv2d-params.ts";
import { convWeights } from "./conv2d-weights.ts";
import type { PreparedTransform, Samples, TransformKernel } from "./kernel.ts";
import { relaxed, simd } from "./simd/conv2d.ts";

export type { Conv2dParams };

/**
 * 2-D convolution as neural networks have it: cross-correlation, the kernel is not flipped.
 * out(f, y, x) = bias(f) + sum over c, j, i of w(f, c, j, i) * in(c, y * stride + j - top, x * stride + i - left),
 * with top, left = half the kernel, or 0 without padding (Goodfellow et al., Deep Learning, section 9.5), c over the channels
 * of the filter's group: as many groups as channels make it depthwise (Chollet 2017, section 3).
 * The reference forms sums in double precision in the order c, j, i and rounds once; `simd` adds in float32.
 */
export const conv2d: TransformKernel<Conv2dParams> = {
  name: "conv2d",
  role: "transform",
  params,
  outputShape: (given, input) => geometry(given, input).output,
  /**
   * A multiply-add for each weight of a filter at each output sample, the bias being where the sum begins; reads input, weights
   * and biases, writes the output.
   */
  cost(given, input) {
    const { kernelHeight, kernelWidth, channels, output } = geometry(given, input);
    const taps = channels * kernelHeight * kernelWidth;
    return {
      operations: 2 * taps * samplesOf(output),
      bytes: bytesOf(input) + bytesOf(output) + 4 * (taps + 1) * given.filters,
    };
  },
  implementations: { reference: { prepare: prepareReference }, simd, relaxed },
};

function prepareReference(given: Conv2dParams, input: FrameShape): PreparedTransform {
  const { kernelHeight, kernelWidth, channels, output } = geometry(given, input);
  const { stride, padding, filters } = given;
  const { height, width } = input;
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
        const firstChannel = Math.floor((f * given.groups) / filters) * channels;
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
              const begin = ((firstChannel + c) * height + row) * width;
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
