import { isOnePodPerStage, labelOf, placementOf, sameSize, sizesOf } from "../compare/label.ts";
import { log } from "../engine/elementary.ts";
import { type Experiment, planOf } from "../experiment.ts";
import { costsOf } from "../model/costs.ts";
import { computeKey, type Plan } from "../plan.ts";
import type { Profile } from "../profile.ts";
import { simulateSummary } from "../simulate.ts";
import { normalDensity, normalProbability } from "../statistics/normal.ts";
import { median } from "../statistics/quantile.ts";
import type { CommonMoods } from "./common-moods.ts";
import { perturbed } from "./perturb.ts";
import type { CostName } from "./reading.ts";

/** A cost whose doubt makes the decision doubtful. */
export interface CostShare {
  readonly name: CostName;
  /** Of what adds to the variance of the lead, 0..1: its covariance with the lead. */
  readonly share: number;
  /** Seconds of measuring more that would halve the cost's standard error: four times the passes. */
  readonly seconds: number;
}

/** How sure it is at one size which plan is best. */
export interface Doubt {
  readonly size: readonly [number, number];
  readonly objective: "throughput" | "latency";
  /** Labels of the best plan, and of the one after it; `null`: there is only one. */
  readonly best: string;
  readonly second: string | null;
  /** By how much the best leads, relative, and the standard error of that as far as the costs are not known. */
  readonly lead: number;
  readonly error: number;
  /** Probability that the second is better. */
  readonly wrong: number;
  /** Expected loss by taking the best now rather than knowing all costs, relative. */
  readonly regret: number;
  /** Largest share first; without those of less than a thousandth. */
  readonly costs: readonly CostShare[];
}

/** Enough as all predictions that are compared share their random numbers. */
const REPLICATIONS = 3;
/** Steps at which slopes are taken, relative: small ones would show the graininess of single runs. */
const LEAST_STEP = 0.02;
const LARGEST_STEP = 0.5;
const LEAST_SHARE = 1e-3;

/**
 * At each size, which costs make it doubtful that the best plan is the best: one cost after the other is moved by its standard
 * error, and the lead over the second plan changes (sigma-normalised derivatives: Saltelli et al., Global Sensitivity Analysis, 2008,
 * section 1.2; for measured inputs of simulations: Song & Nelson, IIE Transactions 47, 2015). Its variance is that of the sum of these changes, as far
 * as costs are off together (`CommonMoods`), and a cost's share follows from its covariance with that sum. All predictions have common random numbers. The expected loss is Raiffa & Schlaifer's expected value of
 * perfect information for two choices (Applied Statistical Decision Theory, 1961, section 5.3), the lead taken as normal.
 */
export function doubtsOf(experiments: readonly Experiment[], profile: Profile): Doubt[] {
  const saturated = experiments.some(({ load }) => load.kind === "saturated");
  const contenders = contendersOf(saturated ? experiments.map((one) => one.saturated) : lightest(experiments, profile));
  return sizesOf(contenders).map((size) =>
    doubtAt(
      size,
      contenders.filter((one) => sameSize(one.size, size)).map(({ plan }) => plan),
      profile,
    ),
  );
}

interface Contender {
  readonly plan: Plan;
  readonly size: readonly [number, number];
}

/** Medians of some runs with costs as they were measured: by how much those may be off is what is asked here. */
function expected(plan: Plan, profile: Profile): { throughput: number; p50: number } {
  const costs = costsOf(plan, profile, null);
  const runs = Array.from({ length: REPLICATIONS }, (_, i) => simulateSummary(plan, costs, i).summary);
  return {
    throughput: median(runs.map(({ throughput }) => throughput)),
    p50: median(runs.map(({ latency }) => latency.p50)),
  };
}

/** As decisions choose: candidates with one pod per stage; where there are none, what there is. */
function contendersOf(plans: readonly Plan[]): Contender[] {
  const all = [...new Map(plans.map((plan) => [plan.id, plan])).values()];
  const candidates = all.filter(({ candidate }) => candidate);
  const alone = candidates.filter((plan) => isOnePodPerStage(placementOf(plan)));
  const chosen = [alone, candidates, all].find(({ length }) => length > 0) ?? [];
  return chosen.map((plan) => ({ plan, size: [plan.size.height, plan.size.width] }));
}

/** The plans at the load that asks least of them. */
function lightest(experiments: readonly Experiment[], profile: Profile): Plan[] {
  const plans = experiments.map((one) => planOf(one, (saturated) => expected(saturated, profile).throughput));
  const byLoad = Map.groupBy(plans, ({ workload }) => workload.load.label);
  const rate = (group: readonly Plan[]) =>
    group.reduce((sum, { workload: { load } }) => sum + (load.kind === "rate" ? load.rate : 0), 0) / group.length;
  return [...byLoad.values()].reduce((least, group) => (rate(group) < rate(least) ? group : least));
}

function doubtAt(size: readonly [number, number], plans: readonly Plan[], profile: Profile): Doubt {
  const objective = plans[0]!.workload.load.kind === "saturated" ? "throughput" : "latency";
  /** Logarithm of what is to be large, so that differences are relative. */
  const merit = (plan: Plan, costs: Profile) => {
    const { throughput, p50 } = expected(plan, costs);
    return objective === "throughput" ? log(throughput) : -log(p50);
  };
  const ranked = plans.map((plan) => ({ plan, merit: merit(plan, profile) })).sort((a, b) => b.merit - a.merit);
  const [best, second] = [ranked[0]!, ranked[1]];
  const common = { size, objective, best: labelOf(placementOf(best.plan)) } as const;
  if (second === undefined) return { ...common, second: null, lead: 0, error: 0, wrong: 0, regret: 0, costs: [] };
  const lead = best.merit - second.merit;
  const changeOf = (name: CostName, step: number) => {
    const [longer, shorter] = [perturbed(profile, name, 1 + step), perturbed(profile, name, 1 - step)];
    const slopes = [best, second].map(({ plan }) =>
      isUsedBy(plan, name) ? (merit(plan, longer) - merit(plan, shorter)) / (2 * step) : 0,
    );
    return slopes[0]! - slopes[1]!;
  };
  const effects = profile.calibration.costs
    .filter(
      ({ name, error }) => (error?.relative ?? 0) > 0 && (isUsedBy(best.plan, name) || isUsedBy(second.plan, name)),
    )
    .map(({ name, case: measured, error: known, spent }): Effect => {
      const { relative: error, common } = known!;
      const step = Math.min(LARGEST_STEP, Math.max(LEAST_STEP, error));
      return { name, case: measured, change: changeOf(name, step) * error, common, seconds: 3 * spent };
    });
  const covariances = covariancesOf(effects);
  const variance = covariances.reduce((sum, covariance) => sum + covariance, 0);
  const error = Math.sqrt(Math.max(0, variance));
  // Costs that are off together may make up for one another.
  const adding = covariances.reduce((sum, covariance) => sum + Math.max(0, covariance), 0);
  // Of two that are equally good beyond doubt, either may be called the better.
  const z = error > 0 ? lead / error : lead > 0 ? Number.POSITIVE_INFINITY : 0;
  const wrong = 1 - normalProbability(z);
  return {
    ...common,
    second: labelOf(placementOf(second.plan)),
    lead,
    error,
    wrong,
    regret: error > 0 ? error * (normalDensity(z) - z * wrong) : 0,
    costs: effects
      .map(({ name, seconds }, i) => ({ name, share: adding > 0 ? covariances[i]! / adding : 0, seconds }))
      .filter(({ share }) => share >= LEAST_SHARE)
      .sort((a, b) => b.share - a.share),
  };
}

/** What one standard error of a cost does to the lead. */
interface Effect {
  readonly name: CostName;
  readonly case: string | null;
  readonly change: number;
  readonly common: CommonMoods;
  readonly seconds: number;
}

/** Of each effect with the sum of all: the host's part is the same for all of them, that of a case for all of the same one. */
function covariancesOf(effects: readonly Effect[]): number[] {
  const ofHost = ({ change, common }: Effect) => Math.sqrt(common.host) * change;
  const ofCase = ({ change, common }: Effect) => Math.sqrt(common.visit) * change;
  const host = effects.reduce((sum, one) => sum + ofHost(one), 0);
  const cases = new Map<string | null, number>();
  for (const one of effects) cases.set(one.case, (cases.get(one.case) ?? 0) + ofCase(one));
  return effects.map((one) => {
    const { host: hosts, visit } = one.common;
    const own = Math.max(0, 1 - hosts - visit) * one.change ** 2;
    const together = one.case === null ? ofCase(one) : cases.get(one.case)!;
    return own + ofHost(one) * host + ofCase(one) * together;
  });
}

/** Whether a plan's prediction can depend on a cost; of what compressed frames cost, what is measured for their size. */
function isUsedBy(plan: Plan, { kind, of, nodes, at }: CostName): boolean {
  const { pods, hops, workload, workers } = plan;
  const here = pods.some(({ node }) => nodes.includes(node));
  const across = hops.filter(({ link }) => link?.between.join() === nodes.join());
  const carries = (some: readonly Plan["hops"][number][]) =>
    some.some(({ bytes, compression }) => bytes === at || compression !== "none");
  switch (kind) {
    case "compute":
      return pods.some(({ node, stages }) => nodes.includes(node) && computeKey(stages) === of);
    case "receive":
    case "send":
    case "handover":
      return here && carries(hops);
    case "loopback":
      return here && hops.some(({ link, bytes }) => link === null && bytes === at);
    case "link":
      // One line is fitted through all sizes.
      return across.length > 0;
    case "link-receive":
    case "link-send":
      return carries(across);
    case "compress":
    case "decompress":
      return here && hops.some(({ compression }) => compression !== "none");
    case "wake-worker":
    case "wake-messages":
      return here && workers > 0;
    case "acknowledgement":
      return hops.length > 0;
    case "lateness":
      return workload.load.kind === "rate";
  }
}
