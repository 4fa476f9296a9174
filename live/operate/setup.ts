import { compilePlan } from "../../sim/compile.ts";
import { splitsOf } from "../../sim/experiment.ts";
import { type Grouping, groupingText, onePodPerStage, respects } from "../../sim/grouping.ts";
import { loadLabel, planLoad } from "../../sim/load.ts";
import type { Plan } from "../../sim/plan.ts";
import { monolithLetter } from "../../sim/split.ts";
import { sizeText } from "../../sim/topology/size.ts";
import type { Bench } from "../workbench.ts";
import type { MoveRequest } from "./control.ts";
import { placeOf } from "./placement.ts";

/** What is asked for can't be operated: a line for each problem. */
export class OperateInputError extends Error {
  override readonly name = "InputError";
}

/**
 * The plan of a placement of a bench's pipeline at its one size, in its one variant, under its one load.
 * @throws OperateInputError if there is none.
 */
export function planAt({ topology, kernels }: Bench, { to, grouping }: Omit<MoveRequest, "image">): Plan {
  const { sizes, compression, workers, loads } = topology.workload;
  const [load] = loads;
  const alone = monolithLetter(to);
  const split = alone === null ? to : alone.repeat(topology.stages.length);
  try {
    if (grouping !== undefined && grouping.reduce((sum, count) => sum + count, 0) !== topology.stages.length)
      throw new RangeError(
        `grouping ${groupingText(grouping)} has ${grouping.reduce((sum, count) => sum + count, 0)} stages, the pipeline has ${topology.stages.length}`,
      );
    return compilePlan(topology, kernels, {
      split,
      grouping: grouping ?? onePodPerStage(topology.stages.length),
      size: sizes[0]!,
      load: planLoad(load!),
      compression: compression[0]!,
      workers: workers[0]!,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OperateInputError(`${to}: ${error.message}`);
  }
}

/** Where the pipeline may be: every split that the topology lists (or all), cut as given, or one pod a stage. */
export function placesOf(bench: Bench, groupings: readonly Grouping[] | undefined): Plan[] {
  const { topology } = bench;
  const cuts = groupings ?? [onePodPerStage(topology.stages.length)];
  const plans = splitsOf(topology).flatMap((to) =>
    cuts.filter((grouping) => respects(grouping, to)).map((grouping) => planAt(bench, { to, grouping })),
  );
  return [...new Map(plans.filter(({ candidate }) => candidate).map((plan) => [placeOf(plan), plan])).values()];
}

/** A bench of one size, one variant and one load: the first that is listed. */
export function single(bench: Bench): { readonly bench: Bench; readonly said: string[] } {
  const { workload } = bench.topology;
  const { sizes, compression, workers, loads } = workload;
  const rate = loads.find(({ kind }) => kind === "rate");
  const load = rate ?? ({ kind: "saturated" } as const);
  const said: string[] = [];
  if (sizes.length > 1) said.push(`frames of ${sizeText(sizes[0]!)}, the first of ${sizes.length} sizes (--sizes)`);
  if (compression.length > 1)
    said.push(`compression ${compression[0]}, the first of ${compression.length} (--compression)`);
  if (workers.length > 1) said.push(`workers: ${workers[0]}, the first of ${workers.length} (--workers)`);
  if (loads.length > 1 || loads[0]!.kind !== load.kind) said.push(`load: ${loadLabel(load)} (--rate)`);
  const one = { sizes: [sizes[0]!], compression: [compression[0]!], workers: [workers[0]!], loads: [load] };
  return { bench: { ...bench, topology: { ...bench.topology, workload: { ...workload, ...one } } }, said };
}
