import type { RandomStream } from "../engine/random.ts";
import type { Interval } from "../prediction.ts";
import { quantile } from "./quantile.ts";

/**
 * A sample of the same size, drawn with replacement.
 * @throws RangeError if there are no values.
 */
export function resample(values: ArrayLike<number>, stream: RandomStream): Float64Array {
  const drawn = new Float64Array(values.length);
  if (values.length === 0) throw new RangeError("resample of no values (length 0)");
  for (let i = 0; i < drawn.length; i++) drawn[i] = stream.pick(values);
  return drawn;
}

/**
 * A statistic of many resamples, ascending: its bootstrap distribution (Efron & Tibshirani, An Introduction to the Bootstrap,
 * 1993, chapter 6).
 * @throws RangeError if there are no values or `resamples` is not a positive integer.
 */
export function bootstrap(
  values: ArrayLike<number>,
  statistic: (sample: Float64Array) => number,
  stream: RandomStream,
  resamples = 1000,
): Float64Array {
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`resamples(=${resamples}) should be an integer >= 1`);
  }
  const replicates = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) replicates[i] = statistic(resample(values, stream));
  return replicates.sort();
}

/**
 * Percentile interval of replicates, such as those of a bootstrap (Efron & Tibshirani, 1993, chapter 13). Its ends are at ranks
 * p (n + 1), between which one more replicate lies with this confidence, whatever the distribution (David & Nagaraja, Order
 * Statistics, 2003, section 7.2; type 6 of Hyndman & Fan, American Statistician 50, 1996): the smallest and the
 * largest where n is too small for that.
 * @param sorted Replicates in ascending order.
 * @param confidence 0..1
 * @throws RangeError if there are none.
 */
export function percentileInterval(sorted: ArrayLike<number>, confidence = 0.95): Interval {
  const n = sorted.length;
  // The share at which `quantile`, which counts from 0 to n - 1, finds that rank.
  const share = (p: number) => (n < 2 ? 0.5 : Math.min(1, Math.max(0, (p * (n + 1) - 1) / (n - 1))));
  return [quantile(sorted, share((1 - confidence) / 2)), quantile(sorted, share((1 + confidence) / 2))];
}
