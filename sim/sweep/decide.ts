import type { Interval } from "../prediction.ts";
import { percentileInterval } from "../statistics/bootstrap.ts";
import { mean } from "../statistics/moments.ts";
import type { Figure, Samples } from "./replicate.ts";
import type { UnitResult } from "./unit.ts";

/** How far one candidate is ahead of another by a figure, replication by replication. */
export interface Lead {
  /** Mean of the differences, frames/s or seconds; positive: ahead. */
  readonly mean: number;
  /** The central 95 % of them: what runs of this length may show, and what the calibration leaves open. */
  readonly interval: Interval;
}

/** The best candidate at a point, and what comes close. */
export interface PointDecision {
  readonly point: number;
  /** Candidates in the order of the figure. */
  readonly best: UnitResult;
  /** `null`: there is no other. */
  readonly second: UnitResult | null;
  readonly lead: Lead | null;
  /** Candidates that can't be told apart from the best: the interval of the difference reaches 0. The second first. */
  readonly rivals: readonly UnitResult[];
}

/**
 * The best of the candidates at a point by the mean of a figure (the highest throughput, the lowest latency); equal ones by
 * median latency, then as listed. Candidates that the topology does not allow count only where it allows none.
 * @throws RangeError if there are no units.
 */
export function decidePoint(units: readonly UnitResult[], figure: Figure): PointDecision {
  const allowed = units.filter((unit) => unit.allowed);
  const pool = allowed.length > 0 ? allowed : units;
  const ranked = pool
    .map((unit) => ({ unit, value: mean(unit.samples[figure]), latency: mean(unit.samples.p50) }))
    .sort(
      (a, b) => signOf(figure) * (b.value - a.value) || a.latency - b.latency || a.unit.candidate - b.unit.candidate,
    )
    .map(({ unit }) => unit);
  const [best, second = null] = ranked;
  if (best === undefined) throw new RangeError("no units: a point should have at least one candidate");
  const rivals = ranked.slice(1).filter((unit) => !isClear(leadOf(best.samples, unit.samples, figure)));
  const lead = second && leadOf(best.samples, second.samples, figure);
  return { point: best.point, best, second, lead, rivals };
}

/** The lead of one plan over another by a figure. @throws RangeError if they have not as many replications each. */
export function leadOf(of: Samples, over: Samples, figure: Figure): Lead {
  const [a, b] = [of[figure], over[figure]];
  if (a.length !== b.length) throw new RangeError(`${a.length} replications, but ${b.length} of the other`);
  const differences = a.map((value, i) => signOf(figure) * (value - b[i]!));
  return { mean: mean(differences), interval: percentileInterval(differences.sort((x, y) => x - y)) };
}

/** The sign of a lead is beyond doubt. */
export function isClear({ interval: [low, high] }: Lead): boolean {
  return low > 0 || high < 0;
}

/** Decisions of all points, in their order. */
export function decisionsOf(results: readonly UnitResult[], figure: Figure): PointDecision[] {
  return [...Map.groupBy(results, ({ point }) => point)]
    .sort(([a], [b]) => a - b)
    .map(([, units]) => decidePoint(units, figure));
}

/** More is better: 1; less is better: -1. */
export function signOf(figure: Figure): 1 | -1 {
  return figure === "throughput" ? 1 : -1;
}
