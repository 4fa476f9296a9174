import { compileAll } from "../experiment.ts";
import type { Plan } from "../plan.ts";
import type { KernelCatalogue } from "../topology/catalogue.ts";
import type { Load, Topology, Workload } from "../topology/topology.ts";
import type { Axis, StageAxis } from "./axis.ts";
import { changed } from "./change.ts";

/** Place in a sweep: an index into each axis' values; a fraction lies between two values of an axis that can be refined. */
export type Coordinates = readonly number[];

/**
 * Everything that a sweep predicts, as plain data: each candidate (a split with its grouping, compression and workers) at every
 * point of the axes.
 */
export interface Sweep {
  readonly base: Topology;
  readonly axes: readonly Axis[];
  /**
   * Saturated plans of the base topology by what they are made of: one list for each combination of values of the axes
   * {@link isStructural}, the last such axis fastest.
   */
  readonly plans: readonly (readonly Plan[])[];
  readonly replications: number;
}

/** Of these axes each value has plans of its own; all others change what the same plans cost. */
function isStructural({ kind }: Axis): boolean {
  return kind === "size" || kind === "compression" || kind === "workers" || kind === "stage";
}

/** @throws RangeError if the axes are not of the topology (`parseAxes` makes them). */
export function sweepOf(
  base: Topology,
  axes: readonly Axis[],
  replications: number,
  catalogue: KernelCatalogue,
): Sweep {
  const saturated: Topology = { ...base, workload: { ...base.workload, loads: [{ kind: "saturated" }] } };
  const plans = everyOf(saturated, axes.filter(isStructural)).map((topology) =>
    compileAll(topology, catalogue).map((experiment) => experiment.saturated),
  );
  return { base, axes, plans, replications };
}

/** A topology with each combination of the values of some axes, the last one fastest. */
function everyOf(topology: Topology, axes: readonly Axis[]): Topology[] {
  return combinations(axes.map(({ values }) => values.length)).map((indices) =>
    axes.reduce((one, axis, i) => changed(one, axis, indices[i]!), topology),
  );
}

/**
 * Topologies whose plans are those of every point as far as costs depend on them: all sizes, compressions and workers at once, and one
 * for each combination of stages' parameters, the last of those axes fastest. Profiles of them serve the whole sweep.
 */
export function pipelinesOf(topology: Topology, axes: readonly Axis[]): Topology[] {
  return everyOf(widened(topology, axes), axes.filter(isStage));
}

/** Which of {@link pipelinesOf} is at a point. */
export function pipelineAt({ axes }: Pick<Sweep, "axes">, coordinates: Coordinates): number {
  return placeAmong(axes, coordinates, isStage);
}

function isStage(axis: Axis): axis is StageAxis {
  return axis.kind === "stage";
}

function widened(topology: Topology, axes: readonly Axis[]): Topology {
  const workload: { -readonly [K in keyof Workload]: Workload[K] } = { ...topology.workload };
  for (const axis of axes) {
    if (axis.kind === "size") workload.sizes = axis.values;
    if (axis.kind === "compression") workload.compression = axis.values;
    if (axis.kind === "workers") workload.workers = axis.values;
  }
  return { ...topology, workload };
}

export function pointCount({ axes }: Pick<Sweep, "axes">): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/** Coordinates of the point of a number, the last axis fastest. */
export function coordinatesOf({ axes }: Pick<Sweep, "axes">, point: number): Coordinates {
  const coordinates: number[] = [];
  let rest = point;
  for (const { values } of axes.toReversed()) {
    coordinates.unshift(rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  return coordinates;
}

/** Inverse of {@link coordinatesOf}. */
export function pointOf({ axes }: Pick<Sweep, "axes">, coordinates: Coordinates): number {
  return placeAmong(axes, coordinates, () => true);
}

/** The candidates at a point. */
export function plansAt({ axes, plans }: Sweep, coordinates: Coordinates): readonly Plan[] {
  return plans[placeAmong(axes, coordinates, isStructural)]!;
}

/** Number of a combination of the values of those axes that count, the last of them fastest. */
function placeAmong(axes: readonly Axis[], coordinates: Coordinates, counts: (axis: Axis) => boolean): number {
  return axes.reduce((at, axis, i) => (counts(axis) ? at * axis.values.length + coordinates[i]! : at), 0);
}

/** The topology at a point, with one load. Its stages, sizes, compressions and workers are those of the plans there. */
export function topologyAt({ base, axes }: Pick<Sweep, "base" | "axes">, coordinates: Coordinates): Topology {
  const at = axes.map((axis, i) => ({ axis, coordinate: coordinates[i]! }));
  // A warm-up that is swept is as it is, however many frames there are.
  at.sort((a, b) => Number(a.axis.kind === "warmup") - Number(b.axis.kind === "warmup"));
  return at.reduce((topology, { axis, coordinate }) => changed(topology, axis, coordinate), base);
}

/** The load at a point. */
export function loadAt(sweep: Sweep, coordinates: Coordinates): Load {
  return topologyAt(sweep, coordinates).workload.loads[0]!;
}

/** Whether all points are run saturated, in which case throughput tells splits apart, and else latency. */
export function isSaturated(sweep: Sweep): boolean {
  const load = sweep.axes.find(({ kind }) => kind === "load" || kind === "rate");
  if (load === undefined) return sweep.base.workload.loads[0]!.kind === "saturated";
  return load.kind === "load" && load.values.every(({ kind }) => kind === "saturated");
}

function combinations(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (all, length) => all.flatMap((one) => Array.from({ length }, (_, i) => [...one, i])),
    [[]],
  );
}
