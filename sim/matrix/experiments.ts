import { compileAll, type Experiment } from "../experiment.ts";
import { onePodPerStage } from "../grouping.ts";
import type { KernelCatalogue } from "../topology/catalogue.ts";
import type { Topology } from "../topology/topology.ts";

/** Above this share of its predicted capacity a plan runs in the finest grouping only: that judges the verdict, not the latency. */
const HIGH_LOAD = 0.9;
/** A pipeline of more stages has no pod for each of them: one machine takes longer to start those than to run them. */
const MOST_PODS = 8;

/**
 * The experiments of a cell: those of `compileAll` for every split in every grouping that puts no two nodes into a pod, one pod per
 * stage among them for a pipeline of up to 8 stages.
 * @throws RangeError if the topology has not been checked.
 */
export function matrixExperiments(topology: Topology, catalogue: KernelCatalogue): Experiment[] {
  const { stages, groupings } = topology;
  const all = stages.length > MOST_PODS ? groupings : [onePodPerStage(stages.length), ...groupings];
  const finest = Math.max(...all.map(({ length }) => length));
  return compileAll({ ...topology, onlyGroupings: all }, catalogue).filter(
    ({ saturated, load }) => saturated.pods.length === finest || load.kind !== "fraction" || load.fraction <= HIGH_LOAD,
  );
}
