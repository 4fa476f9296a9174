import type { LatencySummary, Summary } from "./summary.ts";

/** Both ends of an interval, in the unit of what it is of. */
export type Interval = readonly [low: number, high: number];

/** What limits a plan's throughput. */
export interface Bottleneck {
  readonly kind: "pod" | "link" | "host" | "source" | "window";
  readonly name: string;
  /** Its utilisation, 0..1. */
  readonly utilisation: number;
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
}
