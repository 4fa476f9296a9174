import type { Tolerance } from "../comparison.ts";

/** The project's own aim, where no tolerance was asked for. */
export const TOLERANCE: Tolerance = { throughput: 0.1, p50: 0.15 };

/** A share of throughput, and 1.5 times that of the median latency. */
export function toleranceOf(share: number | undefined): Tolerance {
  return share === undefined ? TOLERANCE : { throughput: share, p50: 1.5 * share };
}
