import { mean } from "../statistics/moments.ts";
import { quantile } from "../statistics/quantile.ts";

/** What the twin takes from a cost's samples. */
export type Figure = "mean" | "lower quartile";

/**
 * Standard error of a figure of all samples together, in their unit, by the jackknife that leaves out one block at a time (Efron &
 * Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11; blocks of samples, as one at a time is wrong of quantiles:
 * section 11.7). Samples of one block share their moment, so what differs between blocks is what counts: of means of
 * equal blocks this is the standard error of the blocks' means.
 * @param blocks not empty each. @returns `Infinity` for one block, which says nothing of the spread.
 * @throws RangeError if there is none.
 */
export function blockError(blocks: readonly (readonly number[])[], figure: Figure): number {
  const count = blocks.length;
  if (count === 0) throw new RangeError("blockError of no blocks");
  if (count === 1) return Number.POSITIVE_INFINITY;
  const left = figure === "mean" ? meansWithoutOne(blocks) : quartilesWithoutOne(blocks);
  const centre = mean(left);
  const squares = left.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(((count - 1) / count) * squares);
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
