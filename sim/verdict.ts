import { withLoad } from "./compile.ts";
import type { Plan } from "./plan.ts";
import { predict, REPLICATIONS } from "./predict.ts";
import type { Interval, Prediction } from "./prediction.ts";
import type { Profile } from "./profile.ts";

/**
 * What an offered load does to a plan by the twin's account: up to 90 % of the capacity the queues are as long as predicted;
 * near capacity a small error of the capacity is a large one of the queues, so that the capacity is the thing to look at;
 * saturated, all that is offered can't be carried.
 */
export type LoadVerdict = "stable" | "near capacity" | "saturated";

/** From this share of the predicted capacity on, a load is near it. */
export const NEAR_CAPACITY = 0.9;
/** By so much a predicted capacity may be off, whatever its interval says: the bound that its validation holds the model to. */
export const CAPACITY_DOUBT = 0.03;

export interface JudgedPrediction extends Prediction {
  /** On the offered load. */
  readonly verdict: LoadVerdict;
  /** Frames/s of the plan when it is run saturated. */
  readonly capacity: { readonly throughput: number; readonly interval: Interval };
}

/** @param rate offered, frames/s; @param capacity frames/s. */
export function verdictAt(rate: number, capacity: number): LoadVerdict {
  return rate >= capacity ? "saturated" : rate > NEAR_CAPACITY * capacity ? "near capacity" : "stable";
}

/** The prediction of a plan that is run saturated, which is its own capacity. */
export function judgedSaturated(saturated: Prediction): JudgedPrediction {
  const { throughput, interval } = saturated;
  return { ...saturated, verdict: "saturated", capacity: { throughput, interval: interval.throughput } };
}

/**
 * Predicts a plan under an open load, with a verdict. Above 90 % of the capacity the latency's interval is that of the
 * prediction together with those at the loads which the plan would have if its capacity were as low, or as high, as it may
 * be: its 95 % interval, or 3 % to either side if that is wider.
 * @param saturated prediction of the same plan run saturated.
 * @throws RangeError if the plan is saturated itself; ProfileError as `predict` does.
 */
export function predictLoaded(
  plan: Plan,
  profile: Profile,
  saturated: Prediction,
  replications = REPLICATIONS,
): JudgedPrediction {
  const { load } = plan.workload;
  if (load.kind === "saturated") throw new RangeError(`plan ${plan.id} is saturated: it should have a rate`);
  const capacity = { throughput: saturated.throughput, interval: saturated.interval.throughput };
  const verdict = verdictAt(load.rate, capacity.throughput);
  const prediction = predict(plan, profile, replications);
  if (verdict === "stable") return { ...prediction, verdict, capacity };
  const extremes = doubtful(capacity).map((possible) => {
    const rate = (load.rate * capacity.throughput) / possible;
    return predict(withLoad(plan, { ...load, rate }), profile, replications).interval.latency;
  });
  const around = [prediction.interval.latency, ...extremes];
  const latency = {
    mean: hull(around.map(({ mean }) => mean)),
    p50: hull(around.map(({ p50 }) => p50)),
    p95: hull(around.map(({ p95 }) => p95)),
    p99: hull(around.map(({ p99 }) => p99)),
  };
  return { ...prediction, interval: { ...prediction.interval, latency }, verdict, capacity };
}

/** Lowest and highest that a capacity may be. */
function doubtful({ throughput, interval: [low, high] }: JudgedPrediction["capacity"]): Interval {
  return [Math.min(low, throughput * (1 - CAPACITY_DOUBT)), Math.max(high, throughput * (1 + CAPACITY_DOUBT))];
}

function hull(intervals: readonly Interval[]): Interval {
  return [Math.min(...intervals.map(([low]) => low)), Math.max(...intervals.map(([, high]) => high))];
}
