import type { CostName, Reading } from "../../sim/calibration/reading.ts";
import { RandomStream } from "../../sim/engine/random.ts";

/** A made-up cost of which everything is known. */
export interface Truth {
  readonly mean: number;
  /** Coefficients of variation between passes, and between frames of one. */
  readonly between: number;
  readonly within: number;
  /** Seconds that a visit takes. */
  readonly seconds?: number;
}

export const costOf = (of: string, more: Partial<CostName> = {}): CostName => ({
  kind: "compute",
  of,
  nodes: ["edge"],
  thread: "busy",
  at: 0,
  ...more,
});

const FRAMES = 20;

/** What a visit to a case finds: a pass has a mood of its own, frames scatter around it; `host` slows all of it. */
export function visit(name: string, round: number, truth: Truth, seed: number, host = 1): Reading {
  const random = new RandomStream(seed, "synthetic", name, round);
  const mood = random.lognormal(truth.mean * host, truth.between);
  const samples = Array.from({ length: FRAMES }, () => random.lognormal(mood, truth.within));
  const { seconds = 1 } = truth;
  return { batch: "pods", case: name, group: "1x1", round, seconds, costs: [{ name: costOf(name), samples }] };
}
