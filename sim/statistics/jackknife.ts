import { mean } from "./moments.ts";

/**
 * What each of some blocks of data adds to a figure's error: numbers whose sum is 0 and whose squares add up to the jackknife's estimate
 * of the figure's variance (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11). Their sum with independent
 * standard normal weights has that variance.
 * @param leftOut The figure of all blocks but one, for each block.
 * @throws RangeError if there are fewer than 2.
 */
export function jackknifeShares(leftOut: readonly number[]): number[] {
  const count = leftOut.length;
  if (count < 2) throw new RangeError(`jackknifeShares of ${count} blocks: at least 2 are needed`);
  const centre = mean(leftOut);
  return leftOut.map((value) => (centre - value) * Math.sqrt((count - 1) / count));
}
