import { groupingOf } from "../compare/label.ts";
import { type Plan, type PlanLoad, type Variant, variantOf } from "../plan.ts";
import type { Bottleneck, Interval } from "../prediction.ts";
import { intervalOfMeans } from "../statistics/interval.ts";
import { mean } from "../statistics/moments.ts";
import type { Wish } from "./objective.ts";
import type { Candidate } from "./search.ts";
import { type Difference, NEGLIGIBLE } from "./select.ts";
import type { Trial } from "./trial.ts";

/** Mean over replications, with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly interval: Interval;
}

/** A placement that was simulated. */
export interface RankedPlacement extends Variant {
  readonly plan: string;
  readonly split: string;
  readonly grouping: string;
  readonly pods: readonly { readonly name: string; readonly node: string; readonly stages: readonly string[] }[];
  /** Bounds of the screen: frames per second saturated, seconds of latency in an empty line; none is beaten in the long run. */
  readonly bound: { readonly throughput: number; readonly latency: number };
  readonly replications: number;
  /** Frames per second, saturated. */
  readonly throughput: Estimate;
  /** Seconds, under the result's `load`. */
  readonly latency: { readonly mean: Estimate; readonly p50: Estimate; readonly p95: Estimate };
  /** Joules per frame; `null` if no node has a power. */
  readonly energy: Estimate | null;
  /** Money per frame; `null` if no node has a price. */
  readonly cost: Estimate | null;
  /** Share of frames that the source drops under the result's `load`, of those that are kept all other figures but `throughput` are; left out: it drops none. */
  readonly dropped?: Estimate;
  readonly bottleneck: Bottleneck;
  /** By how much the objective's figure is worse than the best one's; `null` of the best. */
  readonly difference: Difference | null;
  /** `tie`: the 95 % interval of the difference does not exclude that there is none to speak of (`NEGLIGIBLE`). */
  readonly verdict: "best" | "tie" | "worse";
  /** Pods whose stages were not measured together: their costs are those of their parts, added up. */
  readonly summed: readonly string[];
}

/** A point of the front: throughput saturated, latency of an empty line. */
export interface FrontPoint extends Variant {
  readonly plan: string;
  readonly split: string;
  readonly grouping: string;
  readonly throughput: Estimate;
  readonly latency: Estimate;
}

export interface PlaceResult {
  readonly topology: string;
  /** Height and width. */
  readonly size: readonly [number, number];
  readonly wish: Wish;
  /** Of latency, energy and cost. */
  readonly load: PlanLoad;
  /** How many there are; how many were simulated; how many of those do not do what is wished. */
  readonly placements: number;
  readonly simulated: number;
  readonly unable: number;
  /** Share of the best figure below which placements are as good as each other. */
  readonly indifference: number;
  /** The selection ended: with 95 % confidence no simulated placement is better than the first by more than `indifference`. */
  readonly sure: boolean;
  /** What others can reach at best, in the objective's figure (seconds, joules or money per frame, seconds of latency); `null`: there are none. */
  readonly others: number | null;
  /** The search looked at all of them: where others may be better, to simulate more would tell. */
  readonly exact: boolean;
  /** Best first. Empty if nothing does what is wished. */
  readonly ranked: readonly RankedPlacement[];
  /** Of the placements that none dominates by the screen's bounds those that, simulated, do what is wished and none dominates; least latency first. */
  readonly front?: readonly FrontPoint[];
  /** By the bounds there are no more points than those that were simulated. */
  readonly frontExact?: boolean;
}

interface Simulated extends Candidate {
  readonly plan: Plan;
  readonly summed: readonly string[];
  readonly trials: readonly Trial[];
}

/** @param capacities frames per second, saturated, by replication. */
export function rankedOf(
  { plan, cycle, score, summed, trials }: Simulated,
  difference: Difference | null,
  capacities: readonly number[],
): RankedPlacement {
  const over = (figure: (one: Trial) => number) => estimate(trials.map(figure));
  const told = (what: "power" | "price") => plan.nodes.some((node) => node[what] !== undefined);
  return {
    ...placementOf(plan),
    pods: plan.pods.map(({ name, node, stages }) => ({ name, node, stages: stages.map((stage) => stage.name) })),
    bound: { throughput: 1 / cycle, latency: score.latency },
    replications: trials.length,
    throughput: estimate(capacities),
    latency: {
      mean: over(({ latency }) => latency.mean),
      p50: over(({ latency }) => latency.p50),
      p95: over(({ latency }) => latency.p95),
    },
    energy: told("power") ? over(({ energy }) => energy) : null,
    cost: told("price") ? over(({ cost }) => cost) : null,
    ...(trials.some(({ dropped }) => dropped !== undefined) && { dropped: over(({ dropped = 0 }) => dropped) }),
    bottleneck: commonest(trials.map(({ bottleneck }) => bottleneck)),
    difference,
    verdict: difference === null ? "best" : difference.share - difference.within > NEGLIGIBLE ? "worse" : "tie",
    summed,
  };
}

export function frontPointOf({ plan }: Pick<Simulated, "plan">, trials: readonly Trial[]): FrontPoint {
  return {
    ...placementOf(plan),
    throughput: estimate(trials.map(({ capacity }) => capacity)),
    latency: estimate(trials.map(({ latency }) => latency.mean)),
  };
}

/** Points that no other is at least as good as in both, and better in one; least latency first. */
export function undominated<T extends Pick<FrontPoint, "throughput" | "latency">>(points: readonly T[]): T[] {
  const sorted = points.toSorted((a, b) => a.latency.mean - b.latency.mean || b.throughput.mean - a.throughput.mean);
  let fastest = 0;
  return sorted.filter(({ throughput }) => {
    if (throughput.mean <= fastest) return false;
    fastest = throughput.mean;
    return true;
  });
}

function placementOf(plan: Plan) {
  return { plan: plan.id, split: plan.split, grouping: groupingOf(plan), ...variantOf(plan) };
}

function estimate(samples: readonly number[]): Estimate {
  return { mean: mean(samples), interval: intervalOfMeans(samples) };
}

function commonest(all: readonly Bottleneck[]): Bottleneck {
  const id = ({ kind, name }: Bottleneck) => `${kind} ${name}`;
  const counts = new Map<string, number>();
  for (const one of all) counts.set(id(one), (counts.get(id(one)) ?? 0) + 1);
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1])[0]!;
  const same = all.filter((one) => id(one) === most);
  return { ...same[0]!, utilisation: mean(same.map(({ utilisation }) => utilisation)) };
}
