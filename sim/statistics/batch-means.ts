import { cbrt } from "../engine/elementary.ts";
import type { Interval } from "../prediction.ts";
import { studentT95 } from "./interval.ts";

/** The quotient of two sums over batches, with its 95 % interval. */
export interface Estimate {
  /** The quotient. */
  readonly value: number;
  /** 95 %. */
  readonly interval: Interval;
}

/** Batches from which an interval is worth something. */
const LEAST = 10;

/**
 * 95 % interval of a steady-state mean from one run that is cut into batches: of the quotient of sums over batches, such as
 * sojourns over jobs or busy time over time. The quotient is linearised (Cochran, Sampling Techniques, 1977, chapter 6); the
 * correlation that is left between batches and the skewness of their distribution are allowed for as in N-Skart (Tafazzoli,
 * Steiger & Wilson, "N-Skart: A Nonsequential Skewness- and Autoregression-Adjusted Batch-Means Procedure for Simulation
 * Analysis", IEEE Trans. Automatic Control 56(2), 2011). All the numbers there are if there are fewer than 10 batches.
 * @param numerators Sums per batch, in order.
 * @param denominators Sums per batch, each > 0: ones for means of equal batches.
 * @throws RangeError if the lengths differ or are 0.
 */
export function batchMeans(numerators: ArrayLike<number>, denominators: ArrayLike<number>): Estimate {
  const k = numerators.length;
  if (k !== denominators.length)
    throw new RangeError(`batchMeans: ${k} numerators, but ${denominators.length} denominators`);
  if (k === 0) throw new RangeError("batchMeans of no batches (length 0)");
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < k; i++) {
    numerator += numerators[i]!;
    denominator += denominators[i]!;
  }
  const value = numerator / denominator;
  if (k < LEAST) return { value, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] };
  // The quotient's error is the mean of these, to first order.
  const errors = Float64Array.from(
    { length: k },
    (_, i) => ((numerators[i]! - value * denominators[i]!) * k) / denominator,
  );
  let squares = 0;
  let cubes = 0;
  let lagged = 0;
  errors.forEach((error, i) => {
    squares += error * error;
    cubes += error * error * error;
    if (i > 0) lagged += error * errors[i - 1]!;
  });
  if (squares === 0) return { value, interval: [value, value] };
  // Noise of the estimate makes it narrower as often as wider: a correlation below 0 is not believed.
  const correlation = Math.min(Math.max(lagged / squares, 0), 0.9);
  const variance = squares / (k - 1);
  const skewness = ((cubes / k) * (k * k)) / ((k - 1) * (k - 2)) / (variance * Math.sqrt(variance));
  const error = Math.sqrt((((1 + correlation) / (1 - correlation)) * variance) / k);
  const t = studentT95(k);
  const skew = skewness / (6 * Math.sqrt(k));
  return { value, interval: [value - adjusted(t, skew) * error, value - adjusted(-t, skew) * error] };
}

/** Student's quantile where the sample is skewed (Willink, Communications in Statistics - Theory and Methods 34, 2005). */
function adjusted(t: number, skew: number): number {
  if (Math.abs(skew) < 1e-6) return t;
  return (cbrt(1 + 6 * skew * (t - skew)) - 1) / (2 * skew);
}
