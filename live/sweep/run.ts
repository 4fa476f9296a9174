import { isRefinable } from "../../sim/sweep/axis.ts";
import { decisionsOf } from "../../sim/sweep/decide.ts";
import {
  betweenValues,
  type Flip,
  type FlipTask,
  flipOf,
  flipTasks,
  type Outcome,
  splitTask,
} from "../../sim/sweep/flips.ts";
import type { Figure } from "../../sim/sweep/replicate.ts";
import { coordinatesOf, plansAt, type Sweep } from "../../sim/sweep/sweep.ts";
import type { Unit, UnitResult } from "../../sim/sweep/unit.ts";
import type { Progress } from "../progress.ts";
import type { Results } from "./results.ts";
import type { Workers } from "./workers.ts";

/** Units of a task: so many that messages cost nothing, so few that a kill loses little and no core ends long before the others. */
const MOST_IN_CHUNK = 16;
const CHUNKS_PER_THREAD = 32;

/** Predicts what is missing of some results; every chunk is on the disk as soon as those before it are. */
export async function predictMissing(
  sweep: Sweep,
  results: Results,
  workers: Workers,
  progress: Progress,
): Promise<void> {
  const { missing } = results;
  const size = Math.ceil(missing.length / (workers.threads * CHUNKS_PER_THREAD));
  const chunks = chunked(missing, Math.min(MOST_IN_CHUNK, Math.max(1, size)));
  const total = results.done.length + missing.length;
  for await (const chunk of workers.inOrder("units", chunks)) {
    results.append(chunk);
    const { point, candidate } = chunk.at(-1)!;
    const plan = plansAt(sweep, coordinatesOf(sweep, point))[candidate]!;
    progress.update(results.done.length / total, plan.id);
  }
}

/** What a whole sweep says: the best candidates of all points. */
export function outcomeOf(sweep: Sweep, results: readonly UnitResult[], figure: Figure): Outcome {
  return { sweep, figure, units: Map.groupBy(results, ({ point }) => point), decisions: decisionsOf(results, figure) };
}

/** Where the best candidate changes, along each axis of several values, found between the points. */
export async function findFlips(outcome: Outcome, workers: () => Workers, progress: Progress): Promise<Flip[]> {
  const { axes } = outcome.sweep;
  const tasks = axes.flatMap((axis, index) => (axis.values.length > 1 ? flipTasks(outcome, index) : []));
  const listed = tasks.filter(({ axis }) => !isRefinable(axes[axis]!));
  const flips = listed.map((task) => flipOf(outcome, task, betweenValues(task)));
  let refined = tasks.filter(({ axis }) => isRefinable(axes[axis]!));
  // A flip that hides a third candidate is two, each of which is searched once more.
  for (let round = 0; refined.length > 0; round++) {
    const next: FlipTask[] = [];
    let done = 0;
    for await (const { crossing, third } of workers().inOrder("flip", refined)) {
      const task = refined[done++]!;
      progress.update(done / refined.length, `flips along ${axes[task.axis]!.key}`);
      const split = third === null || round > 1 ? [] : splitTask(outcome, task, third);
      if (split.length === 0) flips.push(flipOf(outcome, task, crossing));
      next.push(...split);
    }
    refined = next;
  }
  return flips.sort((a, b) => order(axes, a) - order(axes, b) || compare(a, b));
}

function order(axes: Sweep["axes"], { axis }: Flip): number {
  return axes.findIndex(({ key }) => key === axis);
}

function compare(a: Flip, b: Flip): number {
  const at = a.coordinates.findIndex((coordinate, i) => coordinate !== b.coordinates[i]);
  return at === -1 ? a.position - b.position : a.coordinates[at]! - b.coordinates[at]!;
}

export function chunked(units: readonly Unit[], size: number): Unit[][] {
  return Array.from({ length: Math.ceil(units.length / size) }, (_, i) => units.slice(i * size, (i + 1) * size));
}
