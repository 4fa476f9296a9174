import type { Interval } from "../prediction.ts";
import { mean, sd } from "./moments.ts";

/** 97.5 % quantiles of Student's t for 1..30 degrees of freedom. */
const T975 = [
  12.7062047362, 4.30265272975, 3.18244630528, 2.7764451052, 2.57058183564, 2.44691185114, 2.36462425159, 2.3060041352,
  2.2621571628, 2.22813885199, 2.20098516009, 2.17881282967, 2.16036865646, 2.14478668792, 2.13144954556, 2.11990529922,
  2.10981557783, 2.10092204024, 2.09302405441, 2.08596344727, 2.07961384473, 2.0738730679, 2.06865761042, 2.06389856163,
  2.05953855275, 2.05552943864, 2.05183051648, 2.0484071418, 2.04522964213, 2.0422724563,
];

/**
 * Half-width of the 95 % interval of the mean of n samples, in standard errors (sd / sqrt(n)): the 97.5 % quantile of Student's
 * t with n - 1 degrees of freedom. A table up to 30 degrees, then the expansion of Abramowitz & Stegun, 26.7.5 (error below
 * 1e-7). Infinite for n = 1: one sample says nothing of the spread.
 * @throws RangeError unless n is a positive integer.
 */
export function studentT95(n: number): number {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`n(=${n}) should be an integer >= 1`);
  if (n === 1) return Number.POSITIVE_INFINITY;
  const degrees = n - 1;
  const tabled = T975[degrees - 1];
  if (tabled !== undefined) return tabled;
  const d = 1 / degrees;
  return (
    1.959963984540054 +
    d * (2.372271230298562 + d * (2.8224986157396112 + d * (2.555849679507722 + d * 1.5895340533938225)))
  );
}

/**
 * 95 % interval of the mean of independent samples, such as the results of replications; all the numbers there are for one
 * sample. Source: Law, Simulation Modeling and Analysis, section 4.5.
 * @throws RangeError if there are no samples.
 */
export function intervalOfMeans(samples: ArrayLike<number>): Interval {
  const centre = mean(samples);
  if (samples.length === 1) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const half = (studentT95(samples.length) * sd(samples)) / Math.sqrt(samples.length);
  return [centre - half, centre + half];
}
