import type { Plan } from "../plan.ts";
import { predict } from "../predict.ts";
import type { Profile } from "../profile.ts";
import { percentileInterval } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import { replicate } from "../sweep/replicate.ts";
import type { Candidate } from "./judge.ts";

/** What is to be best: frames per second of a saturated pipeline; else a latency. */
export const AIMS = ["throughput", "p50", "p95"] as const;
export type Aim = (typeof AIMS)[number];

/** Frames of a simulated run, in windows: filling and emptying them does not count for much. */
const WINDOWS = 30;
const LEAST_FRAMES = 60;

/** A plan's figure, smaller is better, one value a replication: seconds of latency, or seconds per frame. */
export function outlook(plan: Plan, profile: Profile, aim: Aim, replications: number): readonly number[] {
  const { samples } = replicate(brief(plan), profile, replications);
  // The source of a plan that can't carry its load falls behind: so its latency is all the worse.
  return aim === "throughput" ? samples.throughput.map((rate) => 1 / rate) : samples[aim];
}

/** How much better one plan is than another, replication by replication, as these have common random numbers. */
export function gainOf(here: readonly number[], there: readonly number[]): Pick<Candidate, "gain" | "interval"> {
  const gains = Float64Array.from(here, (seconds, i) => seconds / there[i]! - 1).sort();
  return { gain: quantile(gains, 0.5), interval: percentileInterval(gains) };
}

/** Seconds that a line takes to bring its first frame: the pause of a switch to it is no longer. */
export function fillingTime(plan: Plan, profile: Profile): number {
  const { terms } = predict(brief(plan), profile, 1);
  return terms.reduce((sum, { link, decode, compute, send }) => sum + link + decode + compute + send, 0);
}

/** The same plan in a run that is just long enough. */
function brief(plan: Plan): Plan {
  const window = Math.max(1, ...plan.hops.map((hop) => hop.window));
  const warmup = 4 * window;
  return { ...plan, workload: { ...plan.workload, warmup, frames: warmup + Math.max(LEAST_FRAMES, WINDOWS * window) } };
}
