import { withLoad } from "../compile.ts";
import { planLoad } from "../load.ts";
import { preparedCosts } from "../model/costs.ts";
import { type Plan, undisturbed } from "../plan.ts";
import { bottleneckOf, isSaturated } from "../predict.ts";
import type { Bottleneck } from "../prediction.ts";
import type { Profile } from "../profile.ts";
import { simulateSummary } from "../simulate.ts";
import { mean } from "../statistics/moments.ts";
import type { Load } from "../topology/topology.ts";

/** Figures by which plans are compared: frames per second, and seconds. */
export const FIGURES = ["throughput", "mean", "p50", "p95", "p99"] as const;
export type Figure = (typeof FIGURES)[number];

/** Figures of a plan, one value a replication. */
export type Samples = Readonly<Record<Figure, readonly number[]>>;

export interface Replicates {
  readonly samples: Samples;
  /** Frames per second offered; `null`: as many as the windows let through. */
  readonly rate: number | null;
  /** Share of frames that the source dropped, on average; left out: it drops none. */
  readonly dropped?: number;
  /** What limits the replication of median throughput. */
  readonly bottleneck: Bottleneck;
}

/**
 * Replications of a plan, each from costs resampled from the profile and with random streams of its own. Streams are keyed by
 * seed, replication, pod and cause, so replication r of two plans, or of one plan under two profiles, meets the same luck: common
 * random numbers (Law, Simulation Modeling and Analysis, section 11.2). Differences are taken replication by replication.
 */
export function replicate(plan: Plan, profile: Profile, replications: number): Replicates {
  const { load } = plan.workload;
  const costsIn = preparedCosts(plan, profile);
  const samples: Record<Figure, number[]> = { throughput: [], mean: [], p50: [], p95: [], p99: [] };
  const bottlenecks: Bottleneck[] = [];
  const drops: number[] = [];
  for (let replication = 0; replication < replications; replication++) {
    const { summary, resources, offered } = simulateSummary(plan, costsIn(replication), replication);
    const { throughput, latency, utilisation, dropped } = summary;
    if (dropped !== undefined) drops.push(dropped.share);
    samples.throughput.push(rounded(throughput));
    for (const key of ["mean", "p50", "p95", "p99"] as const) samples[key].push(rounded(latency[key]));
    // Of what came in this run, which is not the rate where frames come unevenly.
    const saturated = isSaturated(load, throughput, (rate) => offered ?? rate);
    bottlenecks.push(bottleneckOf(utilisation, resources, saturated));
  }
  const order = samples.throughput.map((_, i) => i).sort((a, b) => samples.throughput[a]! - samples.throughput[b]!);
  const rate = load.kind === "rate" ? load.rate : null;
  const dropped = drops.length === 0 ? {} : { dropped: rounded(mean(drops)) };
  return { samples, rate, ...dropped, bottleneck: bottlenecks[order[replications >> 1]!]! };
}

/** The same under a load; a fraction is of the plan's own capacity: its mean throughput when saturated and nothing happens. */
export function replicateUnder(load: Load, saturated: Plan, profile: Profile, replications: number): Replicates {
  if (load.kind === "saturated") return replicate(saturated, profile, replications);
  const capacity =
    load.kind === "fraction"
      ? mean(replicate(undisturbed(saturated), profile, replications).samples.throughput)
      : undefined;
  return replicate(withLoad(saturated, planLoad(load, capacity)), profile, replications);
}

/** What is kept of a figure: more digits than any measurement has, fewer than a file would be full of. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
