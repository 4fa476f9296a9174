import { type Placement, placementOf } from "../compare/label.ts";
import type { Plan } from "../plan.ts";
import type { Profile } from "../profile.ts";
import type { Topology } from "../topology/topology.ts";
import { type Bound, type Capacity, capacityOf } from "./capacity.ts";
import { type Replicates, replicateUnder } from "./replicate.ts";
import { type Coordinates, coordinatesOf, pipelineAt, plansAt, pointCount, type Sweep, topologyAt } from "./sweep.ts";
import { planUnder, profileUnder } from "./what-if.ts";

/** The least that is predicted at a time: one candidate at one point. */
export interface Unit {
  readonly point: number;
  /** Index into the candidates at the point. */
  readonly candidate: number;
}

/** What the twin says of one candidate at one point; a line of a sweep's results. */
export interface UnitResult extends Unit, Replicates, Placement {
  /** False: a stage stands where the topology does not allow it; a baseline, never chosen. */
  readonly allowed: boolean;
}

/** All units of a sweep, in the order of its results. */
export function unitsOf(sweep: Sweep): Unit[] {
  return Array.from({ length: pointCount(sweep) }, (_, point) =>
    plansAt(sweep, coordinatesOf(sweep, point)).map((_, candidate) => ({ point, candidate })),
  ).flat();
}

/** Every n-th unit from the k-th on (k counts from 1): shard k of n. Shards differ by one unit at most. */
export function shardOf(units: readonly Unit[], { k, n }: { readonly k: number; readonly n: number }): Unit[] {
  return units.filter((_, index) => index % n === k - 1);
}

/** The profile at a point: one for all that is swept, or the one of the pipeline there. */
function profileAt(sweep: Sweep, profiles: readonly Profile[], coordinates: Coordinates): Profile {
  return profiles[profiles.length === 1 ? 0 : pipelineAt(sweep, coordinates)]!;
}

export interface PricedPlan {
  readonly plan: Plan;
  readonly profile: Profile;
  /** Of the first point where it is. */
  readonly coordinates: Coordinates;
}

/** Every plan of a sweep, once, with the profile that prices it. */
export function pricedPlans(sweep: Sweep, profiles: readonly Profile[]): readonly PricedPlan[] {
  const priced = new Map<Plan, PricedPlan>();
  for (let point = 0; point < pointCount(sweep); point++) {
    const coordinates = coordinatesOf(sweep, point);
    const plans = plansAt(sweep, coordinates);
    if (priced.has(plans[0]!)) continue;
    const profile = profileAt(sweep, profiles, coordinates);
    for (const plan of plans) priced.set(plan, { plan, profile, coordinates });
  }
  return [...priced.values()];
}

/** Predicts units of a sweep; keeps the profile of the last point, which the next unit most likely shares. */
export class Predictor {
  readonly #sweep: Sweep;
  readonly #profiles: readonly Profile[];
  #last: { readonly key: string; readonly topology: Topology; readonly profile: Profile } | undefined;

  /** @param profiles one for all that is swept, or one for each of its pipelines (`pipelinesOf`). */
  constructor(sweep: Sweep, profiles: readonly Profile[]) {
    this.#sweep = sweep;
    this.#profiles = profiles;
  }

  /** @throws ProfileError if the profile lacks a cost. */
  predict(unit: Unit): UnitResult {
    const coordinates = coordinatesOf(this.#sweep, unit.point);
    const plan = plansAt(this.#sweep, coordinates)[unit.candidate]!;
    const { split, grouping, compression, workers } = placementOf(plan);
    const placement = { split, grouping, compression, workers, allowed: plan.candidate };
    return { ...unit, ...placement, ...this.at(coordinates, unit.candidate) };
  }

  /** Replications of a candidate anywhere on the axes, between points too. */
  at(coordinates: Coordinates, candidate: number, replications = this.#sweep.replications): Replicates {
    const sweep = this.#sweep;
    const { topology, profile } = this.#under(coordinates);
    const plan = planUnder(plansAt(sweep, coordinates)[candidate]!, sweep.base, topology);
    return replicateUnder(topology.workload.loads[0]!, plan, profile, replications);
  }

  /** The highest rate at which a candidate keeps a bound, at a point of the axes; its load does not count. */
  capacity(unit: Unit, bound: Bound): Capacity {
    const sweep = this.#sweep;
    const coordinates = coordinatesOf(sweep, unit.point);
    const { topology, profile } = this.#under(coordinates);
    const plan = planUnder(plansAt(sweep, coordinates)[unit.candidate]!, sweep.base, topology);
    return capacityOf(plan, profile, bound, sweep.replications);
  }

  #under(coordinates: Coordinates) {
    const key = coordinates.join();
    if (this.#last?.key !== key) {
      const topology = topologyAt(this.#sweep, coordinates);
      const measured = profileAt(this.#sweep, this.#profiles, coordinates);
      const profile = profileUnder(measured, this.#sweep.base, topology);
      this.#last = { key, topology, profile };
    }
    return this.#last;
  }
}
