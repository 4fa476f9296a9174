import { mean } from "../statistics/moments.ts";
import { quantile } from "../statistics/quantile.ts";

/** What the twin takes from a cost's samples. */
export type Figure = "mean" | "lower quartile";

/**
 * What each block says of a figure of all samples together: the pseudo-values of the jackknife that leaves out one block at a time, of
 * which the figure's standard error is their standard deviation over the root of their number (Efron & Tibshirani, An
 * Introduction to the Bootstrap, 1993, chapter 11; blocks of samples, as one at a time is wrong of quantiles: section 11.7). Samples of
 * one block share their moment, so what differs between blocks is what counts: of means of equal blocks these are the blocks' means.
 * @param blocks not empty each.
 */
export function pseudoValues(blocks: readonly (readonly number[])[], figure: Figure): number[] {
  const count = blocks.length;
  const all = figureOf(blocks.flat(), figure);
  if (count === 1) return [all];
  const left = figure === "mean" ? meansWithoutOne(blocks) : quartilesWithoutOne(blocks);
  return left.map((without) => count * all - (count - 1) * without);
}

export function figureOf(samples: readonly number[], figure: Figure): number {
  return figure === "mean" ? mean(samples) : quantile(Float64Array.from(samples).sort(), 0.25);
}

function meansWithoutOne(blocks: readonly (readonly number[])[]): number[] {
  const sums = blocks.map((block) => mean(block) * block.length);
  const total = sums.reduce((a, b) => a + b, 0);
  const samples = blocks.reduce((all, { length }) => all + length, 0);
  return blocks.map(({ length }, i) => (total - sums[i]!) / (samples - length));
}

function quartilesWithoutOne(blocks: readonly (readonly number[])[]): number[] {
  return blocks.map((_, out) =>
    figureOf(
      blocks.flatMap((block, i) => (i === out ? [] : block)),
      "lower quartile",
    ),
  );
}
