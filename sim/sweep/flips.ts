import { labelOf } from "../compare/label.ts";
import { isRefinable, numberText, valueText } from "./axis.ts";
import { numberAt } from "./change.ts";
import type { Crossing, LeadAt } from "./crossing.ts";
import { isClear, leadOf, type PointDecision } from "./decide.ts";
import type { Figure } from "./replicate.ts";
import { type Coordinates, coordinatesOf, pointOf, type Sweep } from "./sweep.ts";
import type { UnitResult } from "./unit.ts";

/** A change of the best candidate along an axis, to be found more exactly. */
export interface FlipTask {
  /** Index of the axis; the coordinates' value on it does not count. */
  readonly axis: number;
  readonly coordinates: Coordinates;
  /** Indices of the candidates. */
  readonly from: number;
  readonly to: number;
  readonly figure: Figure;
  /** The lead of one over the other at the points of the axis. */
  readonly known: readonly LeadAt[];
  /** All that may be chosen, for one that is ahead of both where they cross. */
  readonly candidates: readonly number[];
}

/** Where the best candidate changes, on a line along one axis. */
export interface Flip {
  readonly axis: string;
  /** Values of the other axes, as texts. */
  readonly where: Readonly<Record<string, string>>;
  readonly from: string;
  readonly to: string;
  /** In the axis' SI unit; `null`: somewhere between the neighbours, as only their values were measured. */
  readonly value: number | null;
  /** 95 %; an end that is `null` lies beyond the axis. */
  readonly interval: readonly [low: number | null, high: number | null] | null;
  /** Texts of the values on either side. */
  readonly between: readonly [string, string];
  readonly text: string;
  /** Coordinates on the axis, for pictures. */
  readonly position: number;
  readonly positions: readonly [low: number | null, high: number | null];
  /** Coordinates of the line, with that on the axis left at the point before. */
  readonly coordinates: Coordinates;
}

/** Results and decisions of a whole sweep, by point. */
export interface Outcome {
  readonly sweep: Sweep;
  readonly figure: Figure;
  readonly units: ReadonlyMap<number, readonly UnitResult[]>;
  readonly decisions: readonly PointDecision[];
}

/**
 * Changes of the best candidate along one axis, on every line of points. A change counts once the candidate before it is clearly
 * behind, so that two which can't be told apart don't flip to and fro; at the end of a line it counts even if it isn't clear.
 */
export function flipTasks(outcome: Outcome, axis: number): FlipTask[] {
  const { sweep, decisions, figure } = outcome;
  const count = sweep.axes[axis]!.values.length;
  return linesAlong(sweep, axis).flatMap((line) => {
    const tasks: FlipTask[] = [];
    const at = (index: number) => decisions[pointOf(sweep, line.with(axis, index))]!;
    let current = at(0).best.candidate;
    let since = 0;
    for (let index = 1; index < count; index++) {
      const { best, rivals } = at(index);
      if (best.candidate === current) continue;
      const close = rivals.some(({ candidate }) => candidate === current);
      if (close && index < count - 1) continue;
      const known = leadsAlong(outcome, axis, line, current, best.candidate).slice(since);
      if (changesSign(known)) {
        const candidates = outcome.units.get(best.point)!.filter(({ allowed }) => allowed || !best.allowed);
        tasks.push({
          axis,
          coordinates: line,
          from: current,
          to: best.candidate,
          figure,
          known,
          candidates: candidates.map(({ candidate }) => candidate),
        });
      }
      current = best.candidate;
      since = index;
    }
    return tasks;
  });
}

/** A flip of two candidates that a third is ahead of where they cross: one to it, and one from it. */
export function splitTask(outcome: Outcome, task: FlipTask, third: number): FlipTask[] {
  const { axis, coordinates, from, to } = task;
  return [[from, third] as const, [third, to] as const].flatMap(([from, to]) => {
    const known = leadsAlong(outcome, axis, coordinates, from, to);
    return changesSign(known) ? [{ ...task, from, to, known }] : [];
  });
}

/** A flip along an axis of which only its values can be predicted: between the two where the lead changes its sign. */
export function betweenValues({ known }: FlipTask): Crossing {
  const index = known.findIndex(({ lead }, i) => lead.mean >= 0 && (known[i + 1]?.lead.mean ?? 0) < 0);
  const before = known.slice(0, index + 1).findLast(({ lead }) => isClear(lead) && lead.mean > 0);
  const after = known.slice(index + 1).find(({ lead }) => isClear(lead) && lead.mean < 0);
  return { at: known[index]!.at + 0.5, interval: [before?.at ?? null, after?.at ?? null] };
}

/** The flip that a crossing is, in words and units. */
export function flipOf({ sweep, units }: Outcome, task: FlipTask, crossing: Crossing): Flip {
  const { axis: index, coordinates } = task;
  const axis = sweep.axes[index]!;
  const low = Math.min(Math.floor(crossing.at), axis.values.length - 2);
  const point = coordinates.with(index, low);
  const name = (candidate: number) => labelOf(units.get(pointOf(sweep, point))![candidate]!);
  const others = sweep.axes.flatMap((other, i) =>
    i === index || other.values.length < 2 ? [] : [[other.key, valueText(other, coordinates[i]!)] as const],
  );
  const refined = isRefinable(axis);
  const value = (at: number | null) => (at === null || !refined ? null : numberAt(axis, at));
  const between = [valueText(axis, low), valueText(axis, low + 1)] as const;
  return {
    axis: axis.key,
    where: Object.fromEntries(others),
    from: name(task.from),
    to: name(task.to),
    value: value(crossing.at),
    interval: refined ? [value(crossing.interval[0]), value(crossing.interval[1])] : null,
    between,
    text: refined ? numberText(axis.kind, numberAt(axis, crossing.at)) : between.join(" to "),
    position: crossing.at,
    positions: crossing.interval,
    coordinates: point,
  };
}

/** Coordinates of the first point of every line of points along an axis. */
function linesAlong(sweep: Sweep, axis: number): Coordinates[] {
  const points = sweep.axes.reduce((product, { values }) => product * values.length, 1);
  return Array.from({ length: points }, (_, point) => coordinatesOf(sweep, point)).filter(
    (coordinates) => coordinates[axis] === 0,
  );
}

function leadsAlong(
  { sweep, units, figure }: Outcome,
  axis: number,
  line: Coordinates,
  from: number,
  to: number,
): LeadAt[] {
  return sweep.axes[axis]!.values.map((_, at) => {
    const here = units.get(pointOf(sweep, line.with(axis, at)))!;
    return { at, lead: leadOf(here[from]!.samples, here[to]!.samples, figure) };
  });
}

function changesSign(known: readonly LeadAt[]): boolean {
  return known.some(({ lead }, i) => lead.mean >= 0 && (known[i + 1]?.lead.mean ?? 0) < 0);
}
