import { compilePlan, planId } from "../compile.ts";
import type { Experiment } from "../experiment.ts";
import { splitsOf } from "../experiment.ts";
import { deepFreeze } from "../freeze.ts";
import { cut, type Grouping, isOnePodPerStage, onePodPerStage } from "../grouping.ts";
import { planLoad } from "../load.ts";
import { variantOf } from "../plan.ts";
import { isHomogeneous } from "../split.ts";
import type { KernelCatalogue } from "../topology/catalogue.ts";
import type { Load, Topology } from "../topology/topology.ts";

/** Above this share of its predicted capacity a plan runs only with a pod for each stage: that judges the verdict, not the latency. */
const HIGH_LOAD = 0.9;

/**
 * The experiments of a cell: every split in every grouping that puts no two nodes into a pod, one pod per stage among them, at
 * every size, under every load. (`compileAll` tries extra groupings on the server alone.)
 * @throws RangeError if the topology has not been checked.
 */
export function matrixExperiments(topology: Topology, catalogue: KernelCatalogue): Experiment[] {
  const experiments = new Map<string, Experiment>();
  for (const { split, grouping } of placementsOf(topology)) {
    for (const size of topology.workload.sizes) {
      const saturated = compilePlan(topology, catalogue, {
        split,
        grouping,
        size,
        load: planLoad({ kind: "saturated" }),
      });
      for (const load of topology.workload.loads) {
        if (isHigh(load) && !isOnePodPerStage(grouping)) continue;
        const id = planId(saturated.split, grouping, size, planLoad(load, 1), variantOf(saturated));
        if (!experiments.has(id)) experiments.set(id, deepFreeze({ id, saturated, load }));
      }
    }
  }
  return [...experiments.values()];
}

function isHigh(load: Load): boolean {
  return load.kind === "fraction" && load.fraction > HIGH_LOAD;
}

function placementsOf(topology: Topology): { split: string; grouping: Grouping }[] {
  const groupings = [onePodPerStage(topology.stages.length), ...topology.groupings];
  return splitsOf(topology).flatMap((split) =>
    groupings
      .filter((grouping) => cut([...split], grouping).every((pod) => isHomogeneous(pod.join(""))))
      .map((grouping) => ({ split, grouping })),
  );
}
