import { compileAll } from "../experiment.ts";
import type { Plan } from "../plan.ts";
import type { KernelCatalogue } from "../topology/catalogue.ts";
import type { Link, Load, Topology } from "../topology/topology.ts";
import { widened } from "./axes.ts";
import { type Axis, between, isNumeric, type NumericAxis } from "./axis.ts";
import { linkName } from "./parameters.ts";

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
  return kind === "size" || kind === "compression" || kind === "workers";
}

/** @throws RangeError if the axes are not of the topology (`parseAxes` makes them). */
export function sweepOf(
  base: Topology,
  axes: readonly Axis[],
  replications: number,
  catalogue: KernelCatalogue,
): Sweep {
  const structural = axes.filter(isStructural);
  const saturated: Topology = { ...base, workload: { ...base.workload, loads: [{ kind: "saturated" }] } };
  const plans = combinations(structural.map(({ values }) => values.length)).map((indices) => {
    const one = structural.map((axis, i) => ({ ...axis, values: [axis.values[indices[i]!]] }) as Axis);
    return compileAll(widened(saturated, one), catalogue).map((experiment) => experiment.saturated);
  });
  return { base, axes, plans, replications };
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
  return axes.reduce((point, { values }, i) => point * values.length + coordinates[i]!, 0);
}

/** The candidates at a point. */
export function plansAt({ axes, plans }: Sweep, coordinates: Coordinates): readonly Plan[] {
  const index = axes.reduce((at, axis, i) => {
    return isStructural(axis) ? at * axis.values.length + coordinates[i]! : at;
  }, 0);
  return plans[index]!;
}

/** The number of a numeric axis at a coordinate, between its values if that is a fraction. */
export function numberAt(axis: NumericAxis, coordinate: number): number {
  const index = Math.floor(coordinate);
  const low = axis.values[index]!;
  return coordinate === index ? low : between(axis, low, axis.values[index + 1]!, coordinate - index);
}

/** The topology at a point, with one load. Its sizes, compressions and workers are in the plans. */
export function topologyAt({ base, axes }: Sweep, coordinates: Coordinates): Topology {
  return axes.reduce((topology, axis, i) => changed(topology, axis, coordinates[i]!), base);
}

function changed(topology: Topology, axis: Axis, coordinate: number): Topology {
  if (axis.kind === "load") return withLoad(topology, axis.values[coordinate]!);
  if (!isNumeric(axis)) return topology;
  const { kind, target } = axis;
  const value = numberAt(axis, coordinate);
  const links = (change: (link: Link) => Link) =>
    topology.links.map((link) => (target === null || linkName(link.between) === target ? change(link) : link));
  switch (kind) {
    case "bandwidth":
      return { ...topology, links: links((link) => ({ ...link, bandwidth: value })) };
    case "delay":
      return { ...topology, links: links((link) => ({ ...link, delay: value })) };
    case "speed": {
      const nodes = topology.nodes.map((node) => (node.name === target ? { ...node, speed: value } : node));
      return { ...topology, nodes };
    }
    case "cores": {
      const hosts = topology.hosts.map((host) => (host.name === target ? { ...host, cores: value } : host));
      return { ...topology, hosts };
    }
    case "window":
      return { ...topology, workload: { ...topology.workload, window: value } };
    case "rate":
      return withLoad(topology, { kind: "rate", rate: value });
    case "workers":
      return topology;
  }
}

function withLoad(topology: Topology, load: Load): Topology {
  return { ...topology, workload: { ...topology.workload, loads: [load] } };
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
