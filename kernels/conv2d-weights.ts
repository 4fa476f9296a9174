import { RandomStream } from "../sim/engine/random.ts";
import type { Conv2dParams } from "./conv2d-params.ts";

export const NAMED_WEIGHTS = ["blur", "sharpen", "edges", "random"] as const;

/**
 * Weights in the order filter, channel, row, column, as float32 values.
 * `blur`: a binomial kernel of sum 1 (the discrete Gaussian), averaged over channels; `sharpen`: twice the sample less the
 * blur; `edges`: the sample less the blur, of sum 0 (a difference of Gaussians, which approximates the Laplacian); `random`:
 * normal with variance 2 / taps (He et al. 2015), which keeps a network's activations in range.
 */
export function convWeights(
  { weights, filters, seed }: Pick<Conv2dParams, "weights" | "filters" | "seed">,
  channels: number,
  height: number,
  width: number,
): Float32Array {
  if (Array.isArray(weights)) return Float32Array.from(weights);
  const taps = channels * height * width;
  const all = new Float32Array(filters * taps);
  if (weights === "random") {
    const stream = new RandomStream(seed, "conv2d weights");
    const deviation = Math.sqrt(2 / taps);
    return all.map(() => stream.normal(0, deviation));
  }
  const rows = binomial(height);
  const columns = binomial(width);
  const centre = ((height - 1) / 2) * width + (width - 1) / 2;
  const [identity, blur] = weights === "blur" ? [0, 1] : weights === "sharpen" ? [2, -1] : [1, -1];
  return all.map((_, index) => {
    const tap = index % (height * width);
    const smooth = rows[Math.floor(tap / width)]! * columns[tap % width]!;
    return ((tap === centre ? identity : 0) + blur * smooth) / channels;
  });
}

/** Row of Pascal's triangle with `length` entries, scaled to sum 1. */
function binomial(length: number): number[] {
  let row = [1];
  while (row.length < length) row = [...row, 0].map((value, i) => (value + (row[i - 1] ?? 0)) / 2);
  return row;
}
