import { type Crossing, findCrossing } from "./crossing.ts";
import { isClear, leadOf } from "./decide.ts";
import type { FlipTask } from "./flips.ts";
import type { Samples } from "./replicate.ts";
import type { Predictor } from "./unit.ts";

export interface FoundFlip {
  readonly crossing: Crossing;
  /** A candidate that is clearly ahead of both where they cross; `null`: there is none. */
  readonly third: number | null;
}

/** Finds a flip between the points of its axis. */
export function searchFlip(task: FlipTask, predictor: Predictor): FoundFlip {
  const { axis, coordinates, from, to, figure, candidates } = task;
  const samples = (at: number, candidate: number): Samples =>
    predictor.at(coordinates.with(axis, at), candidate).samples;
  const crossing = findCrossing(task.known, (at) => leadOf(samples(at, from), samples(at, to), figure));
  const here = samples(crossing.at, from);
  const ahead = candidates
    .filter((candidate) => candidate !== from && candidate !== to)
    .map((candidate) => ({ candidate, lead: leadOf(samples(crossing.at, candidate), here, figure) }))
    .filter(({ lead }) => isClear(lead) && lead.mean > 0)
    .sort((a, b) => b.lead.mean - a.lead.mean);
  return { crossing, third: ahead[0]?.candidate ?? null };
}
