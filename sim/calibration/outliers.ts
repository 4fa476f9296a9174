import { exp, log } from "../engine/elementary.ts";
import { median } from "../statistics/quantile.ts";

/** Iglewicz & Hoaglin's limit of the modified z-score. */
const LIMIT = 3.5;

/** Samples far above the others, and how far the worst is: times the median. */
export interface Outliers {
  readonly count: number;
  readonly worst: number;
}

/**
 * Samples of one block that took far longer than the others: stalls of the host, collections of garbage. By the modified z-score
 * 0.6745 (x - median) / MAD > 3.5, with the mean deviation for the MAD where that is 0 (Iglewicz & Hoaglin, How to Detect
 * and Handle Outliers, 1993), of logarithms, since times are skewed to the right by themselves.
 *
 * They are counted, not dropped: a thread's CPU time holds what the host took away from it unseen, and a time by the clock the
 * scheduler's doings, so no sample can be proved not to be the pod's; and real runs have stalls as well, which is what tails are made of.
 */
export function outliersIn(samples: readonly number[]): Outliers {
  const positive = samples.filter((value) => value > 0);
  if (positive.length < 3) return { count: 0, worst: 1 };
  const logs = positive.map(log);
  const centre = median(logs);
  const deviations = logs.map((value) => Math.abs(value - centre));
  const typical = median(deviations);
  const average = deviations.reduce((a, b) => a + b, 0) / deviations.length;
  // Both estimate the standard deviation of a normal distribution.
  const spread = typical > 0 ? typical / 0.6745 : average * 1.253314;
  const far = logs.filter((value) => value - centre > LIMIT * spread);
  return { count: far.length, worst: exp(far.reduce((a, b) => Math.max(a, b), centre) - centre) };
}
