import { KEPT_UP } from "./load.ts";
import { preparedCosts } from "./model/costs.ts";
import { type Plan, type PlanLoad, undisturbed } from "./plan.ts";
import { medianRecovery } from "./predict-recovery.ts";
import type { Bottleneck, Interval, Prediction } from "./prediction.ts";
import type { Profile } from "./profile.ts";
import { type Recovery, recoveryOf } from "./recovery.ts";
import { type SimulatedSummary, simulate, simulateSummary } from "./simulate.ts";
import { percentileInterval } from "./statistics/bootstrap.ts";
import { mean } from "./statistics/moments.ts";
import { quantile } from "./statistics/quantile.ts";
import { checkMeasured, summarise } from "./summarise.ts";
import { type LatencySummary, medianDropped, type PodTerms, type Summary } from "./summary.ts";

/** Enough for an interval of 95 % to end inside the sample. */
export const REPLICATIONS = 40;
/** Below this utilisation a resource does not limit a saturated line; then the window does. */
const LIMITING = 0.85;

/**
 * Predicts a plan by replications of the simulation, each with costs as they may be by the profile (`preparedCosts`) and random
 * streams of its own. Figures are medians over replications; intervals hold 95 % of them: what one run of this length may show.
 */
export function predict(plan: Plan, profile: Profile, replications = REPLICATIONS): Prediction {
  const costsIn = preparedCosts(plan, profile);
  const runs: Omit<SimulatedSummary, "events">[] = [];
  const recoveries: Recovery[] = [];
  for (let replication = 0; replication < replications; replication++) {
    const costs = costsIn(replication);
    if (plan.disturbances === undefined) runs.push(simulateSummary(plan, costs, replication));
    else {
      checkMeasured(plan.id, plan.workload);
      const { trace, ...run } = simulate(plan, costs, replication);
      runs.push({ ...run, summary: summarise(trace) });
      recoveries.push(recoveryOf(plan, trace, simulate(undisturbed(plan), costs, replication).trace));
    }
  }
  const over = (figure: (summary: Summary) => number) =>
    Float64Array.from(runs, ({ summary }) => figure(summary)).sort();
  const latencyOf = <T>(of: (samples: Float64Array) => T): { [K in keyof LatencySummary]: T } => ({
    mean: of(over(({ latency }) => latency.mean)),
    p50: of(over(({ latency }) => latency.p50)),
    p95: of(over(({ latency }) => latency.p95)),
    p99: of(over(({ latency }) => latency.p99)),
  });
  const middle = (sorted: Float64Array) => quantile(sorted, 0.5);
  const interval = (sorted: Float64Array): Interval => percentileInterval(sorted);
  const throughput = middle(over((summary) => summary.throughput));
  const resources = runs[0]!.resources.map(({ kind, name }, i) => ({
    kind,
    name,
    value: mean(runs.map(({ resources }) => resources[i]!.value)),
  }));
  const utilisation = runs[0]!.summary.utilisation.map(({ pod }, i) => ({
    pod,
    value: mean(runs.map(({ summary }) => summary.utilisation[i]!.value)),
  }));
  const { load } = plan.workload;
  const offered = (rate: number) => middle(Float64Array.from(runs, (run) => run.offered ?? rate).sort());
  const dropped = medianDropped(runs.map(({ summary }) => summary));
  const saturated = isSaturated(load, throughput, offered);
  const latency = latencyOf(middle);
  return {
    plan: plan.id,
    throughput,
    latency,
    interval: { throughput: interval(over((summary) => summary.throughput)), latency: latencyOf(interval) },
    terms: termsOf(
      runs.map(({ summary }) => summary.terms),
      latency.mean,
    ),
    ccr: middle(over((summary) => summary.ccr)),
    utilisation,
    resources,
    bottleneck: bottleneckOf(utilisation, resources, saturated),
    saturated,
    replications,
    ...(dropped && { dropped }),
    ...(recoveries.length > 0 && { recovery: medianRecovery(recoveries) }),
  };
}

/** Means over replications, in proportion so that they add up to the latency, which is the median of means. */
function termsOf(all: readonly (readonly PodTerms[])[], latency: number): PodTerms[] {
  const sum = mean(
    all.map((terms) => terms.reduce((sum, one) => sum + one.link + one.decode + one.queue + one.compute + one.send, 0)),
  );
  const scale = sum > 0 ? latency / sum : 1;
  return all[0]!.map(({ pod, node }, i) => {
    const term = (name: "link" | "decode" | "queue" | "compute" | "send") =>
      scale * mean(all.map((terms) => terms[i]![name]));
    return {
      pod,
      node,
      link: term("link"),
      decode: term("decode"),
      queue: term("queue"),
      compute: term("compute"),
      send: term("send"),
    };
  });
}

/**
 * A plan that is run saturated, or is offered more than it delivers.
 * @param throughput frames per second that it delivers; @param offered that come, where it is not evenly that they do.
 */
export function isSaturated(load: PlanLoad, throughput: number, offered = (rate: number) => rate): boolean {
  return load.kind === "saturated" || throughput < KEPT_UP * offered(load.rate);
}

/** What limits a plan's throughput: the busiest of its pods, hosts and links, or none of them. */
export function bottleneckOf(
  utilisation: Prediction["utilisation"],
  resources: Prediction["resources"],
  saturated: boolean,
): Bottleneck {
  const all: Bottleneck[] = [
    ...utilisation.map(({ pod, value }) => ({ kind: "pod" as const, name: pod, utilisation: value })),
    ...resources.map(({ kind, name, value }) => ({ kind, name, utilisation: value })),
  ];
  const busiest = all.reduce((most, one) => (one.utilisation > most.utilisation ? one : most));
  return saturated && busiest.utilisation < LIMITING
    ? { kind: "window", name: "window", utilisation: busiest.utilisation }
    : busiest;
}
