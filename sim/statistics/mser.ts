/** Where a warm-up ends. */
export interface Truncation {
  /** Batches to leave out. */
  readonly truncated: number;
  /** Whether that is the least squares' true minimum rather than the end of the search. */
  readonly settled: boolean;
}

/**
 * Where the warm-up of a simulation ends, by the marginal standard error rule (White, "An Effective Truncation Heuristic for Bias
 * Reduction in Simulation Output", Simulation 69, 1997; with means of batches of five, MSER-5: Franklin & White, "Stationarity
 * Tests and MSER-5", WSC 2008): the truncation d that minimises the squared deviations of what is left over its length squared.
 * It is looked for in the first half; a minimum at its end says that the run is too short for its warm-up.
 * @param batches Means of consecutive batches.
 */
export function mser(batches: ArrayLike<number>): Truncation {
  const n = batches.length;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  // From the end, by Welford's recurrence: with one more batch at the beginning each time.
  let mean = 0;
  let squares = 0;
  for (let d = n - 1; d >= 0; d--) {
    const count = n - d;
    const deviation = batches[d]! - mean;
    mean += deviation / count;
    squares += deviation * (batches[d]! - mean);
    const statistic = squares / (count * count);
    if (d <= n / 2 && statistic <= least) {
      least = statistic;
      best = d;
    }
  }
  return { truncated: best, settled: n < 2 || best < Math.floor(n / 2) };
}
