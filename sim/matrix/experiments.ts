import { compilePlan, planId } from "../compile.ts";
import { type Experiment, splitsOf } from "../experiment.ts";
import { deepFreeze } from "../freeze.ts";
import { cut, type Grouping, onePodPerStage } from "../grouping.ts";
import { planLoad } from "../load.ts";
import { variantOf } from "../plan.ts";
import { isHomogeneous } from "../split.ts";
import type { KernelCatalogue } from "../topology/catalogue.ts";
import type { Load, Topology } from "../topology/topology.ts";

/** Above this share of its predicted capacity a plan runs in the finest grouping only: that judges the verdict, not the latency. */
const HIGH_LOAD = 0.9;
/** A pipeline of more stages has no pod for each of them: one machine takes longer to start those than to run them. */
const MOST_PODS = 8;

/**
 * The experiments of a cell: every split in every grouping that puts no two nodes into a pod, one pod per stage among them
 * for a pipeline of up to 8 stages, at every size, under every load. (`compileAll` tries groupings on the server alone.)
 * @throws RangeError if the topology has not been checked.
 */
export function matrixExperiments(topology: Topology, catalogue: KernelCatalogue): Experiment[] {
  const finest = Math.max(...groupingsOf(topology).map(({ length }) => length));
  return placementsOf(topology).flatMap(({ split, grouping }) =>
    topology.workload.sizes.flatMap((size) => {
      const load = planLoad({ kind: "saturated" });
      const saturated = compilePlan(topology, catalogue, { split, grouping, size, load });
      return topology.workload.loads.flatMap((load): Experiment[] => {
        if (isHigh(load) && grouping.length < finest) return [];
        const id = planId(saturated.split, grouping, size, planLoad(load, 1), variantOf(saturated));
        return [deepFreeze({ id, saturated, load })];
      });
    }),
  );
}

function isHigh(load: Load): boolean {
  return load.kind === "fraction" && load.fraction > HIGH_LOAD;
}

function placementsOf(topology: Topology): { split: string; grouping: Grouping }[] {
  return splitsOf(topology).flatMap((split) =>
    groupingsOf(topology)
      .filter((grouping) => cut([...split], grouping).every((pod) => isHomogeneous(pod.join(""))))
      .map((grouping) => ({ split, grouping })),
  );
}

function groupingsOf({ stages, groupings }: Topology): readonly Grouping[] {
  return stages.length > MOST_PODS ? groupings : [onePodPerStage(stages.length), ...groupings];
}
