import { withLoad } from "./compile.ts";
import type { Plan } from "./plan.ts";
import { predict, REPLICATIONS } from "./predict.ts";
import type { Interval, Prediction } from "./prediction.ts";
import type { Profile } from "./profile.ts";
import type { LatencySummary } from "./summary.ts";

/**
 * What an offered load does to a plan by the twin's account: up to 90 % of the capacity the queues are as long as predicted;
 * near capacity a small error of the capacity is a large one of the queues, so that the capacity is the thing to look at;
 * saturated, all that is offered can't be carried.
 */
export type LoadVerdict = "stable" | "near capacity" | "saturated";

/** From this share of the predicted capacity on, a load is near it. */
export const NEAR_CAPACITY = 0.9;
/** By so much the model may be off, whatever the intervals of its costs say: the bound that its validation holds its capacities to. */
export const MODEL_DOUBT = 0.03;

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
 * Predicts a plan under an open load, with a verdict. The latency's interval is that of the prediction together with those of
 * a model that is off: all that the plan does may take 3 % longer, or be done in 3 % less, which makes latencies as much longer, and
 * its load as much higher. Above 90 % of the capacity that may also be as much as the capacity's own 95 % interval has it.
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
  const extremes = doubtful(capacity, verdict).map((possible) => {
    const longer = capacity.throughput / possible;
    const loaded = withLoad(plan, { ...load, rate: load.rate * longer });
    return { longer, latency: predict(loaded, profile, replications).interval.latency };
  });
  const around = (figure: keyof LatencySummary): Interval =>
    hull([
      prediction.interval.latency[figure],
      ...extremes.map(({ longer, latency }) => times(latency[figure], longer)),
    ]);
  const latency = { mean: around("mean"), p50: around("p50"), p95: around("p95"), p99: around("p99") };
  return { ...prediction, interval: { ...prediction.interval, latency }, verdict, capacity };
}

/** Lowest and highest that a capacity may be. */
function doubtful({ throughput, interval }: JudgedPrediction["capacity"], verdict: LoadVerdict): Interval {
  const model = [throughput * (1 - MODEL_DOUBT), throughput * (1 + MODEL_DOUBT)] as const;
  // Far from it, what costs may be is in the prediction's own interval, and the queues are as long as it says.
  return verdict === "stable" ? model : hull([model, interval]);
}

function times([low, high]: Interval, factor: number): Interval {
  return [low * factor, high * factor];
}

function hull(intervals: readonly Interval[]): Interval {
  return [Math.min(...intervals.map(([low]) => low)), Math.max(...intervals.map(([, high]) => high))];
}
