import type { LatencySummary, Summary } from "./summary.ts";

export type Interval = readonly [low: number, high: number];

/** What limits a plan's throughput. */
export interface Bottleneck {
  readonly kind: "pod" | "link" | "host" | "source" | "window";
  readonly name: string;
  /** Its utilisation, 0..1. */
  readonly utilisation: number;
}

/** What disturbances do to a plan: medians over replications, with their central 95 %. */
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
  readonly plan: string;
  readonly interval: { readonly throughput: Interval } & {
    readonly latency: { readonly [K in keyof LatencySummary]: Interval };
  };
  readonly bottleneck: Bottleneck;
  /** Utilisation of hosts (share of their cores) and links (share of bandwidth), 0..1. */
  readonly resources: readonly { readonly kind: "host" | "link"; readonly name: string; readonly value: number }[];
  /** True when the offered load exceeds what the plan can carry, or the plan is run saturated. */
  readonly saturated: boolean;
  readonly replications: number;
  /** Of a plan with disturbances. */
  readonly recovery?: PredictedRecovery;
}
