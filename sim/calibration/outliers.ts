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
  const { logs, centre, limit } = limitOf(samples);
  const far = logs.filter((value) => value > limit);
  return { count: far.length, worst: exp(far.reduce((a, b) => Math.max(a, b), centre) - centre) };
}

/** Of fewer samples the median is no level. */
const LEAST_FOR_LEVEL = 3;

/**
 * Samples by visit, outliers made as large as what just is none. What is one is judged by all visits' samples together, each as a multiple
 * of the median of its own visit: a visit that found the host slow has none for that.
 */
export function withoutOutliers(visits: readonly (readonly number[])[]): number[][] {
  const above = visits.map((samples) => samples.filter((value) => value > 0));
  const all = above.flat();
  if (all.length === 0) return visits.map((samples) => [...samples]);
  const common = median(all);
  const levels = above.map((samples) => (samples.length < LEAST_FOR_LEVEL ? common : median(samples)));
  const limit = exp(limitOf(above.flatMap((samples, i) => samples.map((value) => value / levels[i]!))).limit);
  return visits.map((samples, i) => samples.map((value) => Math.min(value, limit * levels[i]!)));
}

/** Logarithms of what is above 0, their median, and above which of them one lies far from the others. */
function limitOf(samples: readonly number[]): { logs: readonly number[]; centre: number; limit: number } {
  const logs = samples.filter((value) => value > 0).map(log);
  if (logs.length < 3) return { logs, centre: 0, limit: Number.POSITIVE_INFINITY };
  const centre = median(logs);
  const deviations = logs.map((value) => Math.abs(value - centre));
  const typical = median(deviations);
  const average = deviations.reduce((a, b) => a + b, 0) / deviations.length;
  // Both estimate the standard deviation of a normal distribution.
  const spread = typical > 0 ? typical / 0.6745 : average * 1.253314;
  return { logs, centre, limit: centre + LIMIT * spread };
}
