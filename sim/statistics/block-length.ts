import { cbrt, log } from "../engine/elementary.ts";
import { mean } from "./moments.ts";

/** Standard errors of a correlation within which it counts as none: of the paper, as are all other constants here. */
const INSIGNIFICANT = 2;

/**
 * How many consecutive values the circular block bootstrap should draw together, so that what they have to do with each other is kept:
 * the length that makes the error of the mean's estimated variance least (Politis & White, "Automatic Block-Length Selection for the
 * Dependent Bootstrap", Econometric Reviews 23(1), 2004, with the correction of Patton, Politis & White, 28(4), 2009). Values of
 * different runs are not taken as neighbours, and no block is longer than the mean run; but deviations are from the mean of all, so
 * that runs which differ in level are long correlations. About 1 where values are independent.
 * @param runs Values as they followed each other.
 * @returns An integer of at least 1.
 */
export function blockLength(runs: readonly ArrayLike<number>[]): number {
  const n = runs.reduce((sum, { length }) => sum + length, 0);
  const longest = runs.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest < 3) return 1;
  const centre = mean(runs.flatMap((run) => Array.from(run)));
  const covariance = (lag: number) => {
    let sum = 0;
    for (const run of runs) for (let i = lag; i < run.length; i++) sum += (run[i]! - centre) * (run[i - lag]! - centre);
    return sum / n;
  };
  const variance = covariance(0);
  if (!(variance > 0)) return 1;
  const decimals = log(n) / Math.LN10;
  const quiet = Math.max(5, Math.ceil(Math.sqrt(decimals)));
  const last = Math.min(longest - 1, Math.ceil(Math.sqrt(n)) + quiet);
  const covariances = Array.from({ length: last + 1 }, (_, lag) => covariance(lag));
  // The lag behind which none of so many is significant; the last that is, where there is no such.
  let reach = 0;
  for (let lag = 1; lag <= last && lag - reach <= quiet; lag++)
    if (Math.abs(covariances[lag]! / variance) >= INSIGNIFICANT * Math.sqrt(decimals / n)) reach = lag;
  const width = Math.min(2 * Math.max(reach, 1), last);
  let spectrum = variance;
  let slope = 0;
  for (let lag = 1; lag <= width; lag++) {
    // Flat-top window of Politis & Romano: 1 up to the half, then straight down to 0.
    const weight = Math.min(1, 2 * (1 - lag / width));
    spectrum += 2 * weight * covariances[lag]!;
    slope += 2 * weight * lag * covariances[lag]!;
  }
  if (!(spectrum > 0)) return 1;
  const best = cbrt(((2 * slope * slope) / ((4 / 3) * spectrum * spectrum)) * n);
  const most = Math.min(3 * Math.sqrt(n), n / 3, n / runs.length);
  return Math.max(1, Math.round(Math.min(best, most)));
}
