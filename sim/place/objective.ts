/** What the best placement is best at. */
export const OBJECTIVES = ["throughput", "latency", "energy", "cost"] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** What is asked of a placement. */
export interface Wish {
  /**
   * - `throughput`: most frames per second, saturated.
   * - `latency`: least mean latency, of frames that come at `rate`, or, without one, of frames that find the line empty.
   * - `energy`: fewest joules per frame; `cost`: least money per frame; at `rate`, or, without one, saturated.
   */
  readonly objective: Objective;
  /** Frames per second that are offered and must be carried; `null`: none in particular. */
  readonly rate: number | null;
  /** Seconds that the 95th percentile of latency may reach, at `rate`, or, without one, of the load that the objective is about. */
  readonly latencyBound: number | null;
}
