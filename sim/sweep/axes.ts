import type { KernelCatalogue } from "../topology/catalogue.ts";
import { type Problem, valueText as quoted, TopologyError } from "../topology/problem.ts";
import type { Topology } from "../topology/topology.ts";
import { loadUnits, type Units } from "../topology/units.ts";
import { type Axis, isNumeric, valueText } from "./axis.ts";
import { collide, type Parameter, parameterOf } from "./parameters.ts";
import { stageAxis } from "./stage-values.ts";
import { misfits } from "./unfit.ts";
import { arrivals, compressions, loads, numbers, overflows, type Refusal, sizes } from "./values.ts";

/** Points that a sweep may have. */
export const MOST_POINTS = 100_000;

/**
 * The axes of a sweep: what `--set` texts such as `link.bandwidth=10..1000Mbit/s:log:20` say, in their order, then the
 * topology's own sizes and loads where there are several.
 *
 * @throws TopologyError with every problem of every text.
 */
export async function parseAxes(
  topology: Topology,
  sets: readonly string[],
  catalogue: KernelCatalogue,
): Promise<readonly Axis[]> {
  const units = await loadUnits();
  const problems: Problem[] = [];
  const axes: Axis[] = [];
  const parameters: Parameter[] = [];
  for (const set of sets) {
    const [, key, text] = /^\s*([^=]*?)\s*=(.*)$/s.exec(set) ?? [];
    if (key === undefined || text === undefined || text.trim() === "") {
      problems.push(problem(set, set, `${quoted(set)} is not allowed`, "PARAMETER=VALUES, such as size=128,256"));
      continue;
    }
    const parameter = parameterOf(topology, catalogue, key);
    if ("allowed" in parameter) {
      problems.push(problem(key, key, `${quoted(key)} is not a parameter`, parameter.allowed));
      continue;
    }
    const other = parameters.find((one) => collide(one, parameter));
    if (other !== undefined) {
      problems.push(problem(key, text, `can't be given together with ${other.key}`, "one of them"));
      continue;
    }
    parameters.push(parameter);
    const refusals: Refusal[] = [];
    const axis = axisOf(parameter, text, { topology, catalogue, units }, refusals);
    refusals.push(...(refusals.length === 0 ? repeats(axis) : []));
    problems.push(...refusals.map(({ value, message, allowed }) => problem(key, value, message, allowed)));
    axes.push(axis);
  }
  if (problems.length === 0) {
    const many = tooMany(axes);
    const unfit = many.length > 0 ? many : misfits(topology, axes, catalogue);
    problems.push(...unfit.map(({ key, value, message, allowed }) => problem(key, value, message, allowed)));
  }
  if (problems.length > 0) throw new TopologyError(problems);
  return [...axes, ...ownAxes(topology, axes)];
}

interface Known {
  readonly topology: Topology;
  readonly catalogue: KernelCatalogue;
  readonly units: Units;
}

function axisOf({ key, kind, target }: Parameter, text: string, known: Known, refusals: Refusal[]): Axis {
  const { topology, catalogue, units } = known;
  switch (kind) {
    case "size":
      return { key, kind, values: sizes(text, units, refusals) };
    case "load":
      return { key, kind, values: loads(text, units, refusals) };
    case "compression":
      return { key, kind, values: compressions(text, units, refusals) };
    case "arrivals":
      return { key, kind, values: arrivals(text, units, refusals) };
    case "overflow":
      return { key, kind, values: overflows(text, units, refusals) };
    case "stage":
      return stageAxis(key, topology.stages.find(({ name }) => name === target)!, catalogue, text, refusals);
    default:
      return { key, kind, target, ...numbers(kind, text, units, refusals) };
  }
}

function repeats(axis: Axis): Refusal[] {
  const texts = axis.values.map((value, i) => (isNumeric(axis) ? String(value) : valueText(axis, i)));
  return texts.flatMap((text, i) =>
    texts.indexOf(text) < i ? [{ value: text, message: `${text} is already in the list`, allowed: "each once" }] : [],
  );
}

function tooMany(axes: readonly Axis[]) {
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  if (points <= MOST_POINTS) return [];
  const key = axes.map((axis) => axis.key).join(", ");
  return [{ key, value: points, message: `${points} points are too many`, allowed: `at most ${MOST_POINTS}` }];
}

/** Sizes and loads of the topology itself, where there are several and none is swept. */
function ownAxes({ workload }: Topology, axes: readonly Axis[]): Axis[] {
  const swept = (...kinds: Axis["kind"][]) => axes.some(({ kind }) => kinds.includes(kind));
  const { sizes, loads } = workload;
  return [
    ...(sizes.length > 1 && !swept("size") ? [{ key: "size", kind: "size" as const, values: sizes }] : []),
    ...(loads.length > 1 && !swept("load", "rate") ? [{ key: "load", kind: "load" as const, values: loads }] : []),
  ];
}

function problem(key: string, value: unknown, message: string, allowed: string | null): Problem {
  return { file: null, line: null, column: null, path: `--set ${key}`, value, message, allowed };
}
