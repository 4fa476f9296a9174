import { planLoad } from "../load.ts";
import { preparedCosts } from "../model/costs.ts";
import { type Plan, type PlanLoad, undisturbed } from "../plan.ts";
import { bottleneckOf, isSaturated } from "../predict.ts";
import type { Bottleneck } from "../prediction.ts";
import type { Profile } from "../profile.ts";
import { simulateSummary } from "../simulate.ts";
import type { LatencySummary, Summary } from "../summary.ts";
import type { Wish } from "./objective.ts";

/** Frames of a simulated run: so many windows, that filling and emptying them does not count for much, or the workload's. */
const WINDOWS = 40;

/** What one replication showed of a placement. */
export interface Trial {
  /** Frames per second, saturated; NaN where that was not run. */
  readonly capacity: number;
  /** Seconds, under the load that the wish is about. */
  readonly latency: LatencySummary;
  /** Frames per second under that load, and whether it is more than the placement carries. */
  readonly throughput: number;
  readonly overloaded: boolean;
  /** Share of frames that the source dropped under that load; left out: it drops none. */
  readonly dropped?: number;
  /** Joules per frame, and money per frame. */
  readonly energy: number;
  readonly cost: number;
  readonly bottleneck: Bottleneck;
}

/** The figure that is minimised, of a trial: seconds per frame, mean latency, joules or money per frame. */
export function figureOf({ objective }: Wish, trial: Trial): number {
  switch (objective) {
    case "throughput":
      return 1 / trial.capacity;
    case "latency":
      return trial.latency.mean;
    case "energy":
      return trial.energy;
    case "cost":
      return trial.cost;
  }
}

/** The load, with the topology's arrivals, drops and disturbances if it is a rate that was asked for, that latency, energy and cost are told of. @param empty rate at which frames find the line empty. */
export function serviceLoad({ objective, rate }: Wish, empty: number): PlanLoad {
  if (rate !== null) return planLoad({ kind: "rate", rate });
  return objective === "latency" ? { kind: "rate", rate: empty, label: EMPTY } : planLoad({ kind: "saturated" });
}

const EMPTY = "empty";

/**
 * Simulates a placement, one replication at a time. All that is random follows from the plan's seed and the replication, by pod and
 * cause, so the same replication of two placements has common random numbers as far as they have pods in common, and what two
 * in turn, 2i and 2i + 1, take the calibration to be off by is opposite (`Luck`).
 * @param capacity it is to be run saturated, besides the load of `service`.
 * @throws ProfileError if something was not measured.
 */
export function trialsOf(
  plan: Plan,
  profile: Profile,
  service: PlanLoad,
  capacity: boolean,
): (replication: number) => Trial {
  const serve = runs(plan, profile, service);
  const saturate = capacity && service.kind !== "saturated" ? runs(plan, profile, SATURATED) : null;
  return (replication) => {
    const served = serve(replication);
    const saturated = service.kind === "saturated" ? served : saturate?.(replication);
    const { latency, throughput, dropped } = served.summary;
    return {
      capacity: saturated?.summary.throughput ?? Number.NaN,
      latency,
      throughput,
      overloaded: service.kind === "rate" && served.saturated,
      ...(dropped && { dropped: dropped.share }),
      energy: watts(plan, served.summary, profile) / throughput,
      cost: pricePerSecond(plan) / throughput,
      bottleneck: (saturated ?? served).bottleneck,
    };
  };
}

const SATURATED = planLoad({ kind: "saturated" });

interface Run {
  readonly summary: Summary;
  /** As `isSaturated` has it. */
  readonly saturated: boolean;
  readonly bottleneck: Bottleneck;
}

/** Runs of a plan under a load, by replication. */
function runs(plan: Plan, profile: Profile, load: PlanLoad): (replication: number) => Run {
  const { frames, warmup, seed, arrivals, buffer } = plan.workload;
  // As for `predict`: what it carries and what an empty line takes is told of a line to which nothing happens.
  const isOffered = load.kind === "rate" && load.label !== EMPTY;
  const window = Math.max(1, ...plan.hops.map((hop) => hop.window));
  const filling = Math.max(warmup, 4 * window);
  const workload = {
    frames: Math.max(frames, filling + WINDOWS * window),
    warmup: filling,
    load,
    ...(isOffered && arrivals && { arrivals }),
    ...(isOffered && buffer !== undefined && { buffer }),
    seed,
  };
  const run = { ...(isOffered ? plan : undisturbed(plan)), workload };
  const costsIn = preparedCosts(run, profile);
  return (replication) => {
    const { summary, resources, offered } = simulateSummary(run, costsIn(replication), replication);
    const saturated = isSaturated(load, summary.throughput, (rate) => offered ?? rate);
    return { summary, saturated, bottleneck: bottleneckOf(summary.utilisation, resources, saturated) };
  };
}

/** Nodes that hold a stage, by the share of their cores that their pods keep busy: as `withPod` of score.ts says. */
function watts(plan: Plan, { utilisation }: Summary, profile: Profile): number {
  return used(plan).reduce((sum, { name, host, power }) => {
    if (power === undefined) return sum;
    const cores =
      plan.hosts.find((one) => one.name === host)?.cores ?? profile.hosts.find((one) => one.host === host)?.cores;
    const busy = plan.pods.reduce((all, pod, i) => (pod.node === name ? all + utilisation[i]!.value : all), 0);
    const share = Math.min(1, (busy * Math.max(1, plan.workers)) / (cores ?? Number.POSITIVE_INFINITY));
    return sum + power.idle + (power.busy - power.idle) * share;
  }, 0);
}

function pricePerSecond(plan: Plan): number {
  return used(plan).reduce((sum, { price = 0 }) => sum + price / 3600, 0);
}

function used({ nodes, pods }: Plan) {
  return nodes.filter(({ name }) => pods.some(({ node }) => node === name));
}
