import type { LatencySummary, Summary } from "./summary.ts";

/** Both ends of an interval, in the unit of what it is of. */
export type Interval = readonly [low: number, high: number];

/** What limits a plan's throughput. */
export interface Bottleneck {
  /** What it is; `window`: nothing is busy, frames wait for acknowledgements. */
  readonly kind: "pod" | "link" | "host" | "source" | "window";
  /** Of the pod, link or host. */
  readonly name: string;
  /** Its utilisation, 0..1. */
  readonly utilisation: number;
}

/** What disturbances do to a plan: medians over replications, or over runs of the testbed, with their central 95 %. */
export interface PredictedRecovery {
  /**
   * Seconds from the end of the last disturbance until latency is again within 10 % of what it is without: 0 if it never left that;
   * `null` where it does not come back within the run.
   */
  readonly seconds: number | null;
  readonly interval: readonly [low: number | null, high: number | null];
  /** Share of replications that came back within the run. */
  readonly recovered: number;
  /** Frames after warm-up that took more than 10 % longer than without. */
  readonly delayed: number;
  /** Frames that were due and not delivered, at most, since the first disturbance; and what that is without. */
  readonly backlog: number;
  readonly usualBacklog: number;
  /** False if the run ends before the first disturbance. */
  readonly reached: boolean;
}

/** What the twin says of a plan: means over replications, with 95 % intervals. */
export interface Prediction extends Summary {
  /** Id of the plan. */
  readonly plan: string;
  /** 95 % intervals of one run of this length: frames per second, seconds. */
  readonly interval: { readonly throughput: Interval } & {
    readonly latency: { readonly [K in keyof LatencySummary]: Interval };
  };
  /** The busiest of all, or the window. */
  readonly bottleneck: Bottleneck;
  /** Utilisation of hosts (share of their cores) and links (share of bandwidth), 0..1. */
  readonly resources: readonly { readonly kind: "host" | "link"; readonly name: string; readonly value: number }[];
  /** True when the offered load exceeds what the plan can carry, or the plan is run saturated. */
  readonly saturated: boolean;
  /** Runs that it is made from. */
  readonly replications: number;
  /** Of a plan with disturbances. */
  readonly recovery?: PredictedRecovery;
}
