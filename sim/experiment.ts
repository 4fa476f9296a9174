import { compilePlan, planId, withLoad } from "./compile.ts";
import { deepFreeze } from "./freeze.ts";
import { type Grouping, onePodPerStage, respects } from "./grouping.ts";
import { planLoad } from "./load.ts";
import { type Plan, variantOf } from "./plan.ts";
import { allSplits, isHomogeneous } from "./split.ts";
import type { KernelCatalogue } from "./topology/catalogue.ts";
import type { Load, Topology } from "./topology/topology.ts";

/**
 * A plan whose load may still be a fraction of a capacity that is not known yet. Experiments that differ only in their load
 * share one `saturated` object, so a caller can remember its capacity by identity.
 */
export interface Experiment {
  /** Id of the plan that it becomes. */
  readonly id: string;
  /** The plan run saturated: its throughput is the capacity that a fraction is of. */
  readonly saturated: Plan;
  readonly load: Load;
}

/**
 * Every experiment of a topology: all its splits with one pod per stage, the monolith on each node that has a split to
 * itself, and the extra groupings on the furthest such node (the server), at every size, with every compression (where frames cross a link),
 * with every number of workers, under every load (extra groupings saturated only, where that is a load), in this order. If
 * groupings were asked for on the command line: every split cut so, where that puts no pod on two nodes, and nothing else.
 *
 * @throws RangeError if the topology has not been checked.
 */
export function compileAll(topology: Topology, catalogue: KernelCatalogue): Experiment[] {
  const { sizes, loads, compression, workers } = topology.workload;
  const variants = sizes.flatMap((size) =>
    compression.flatMap((compression) => workers.map((workers) => ({ size, compression, workers }))),
  );
  const experiments = new Map<string, Experiment>();
  for (const { split, grouping, extra } of placementsOf(topology)) {
    for (const variant of variants) {
      const load = planLoad({ kind: "saturated" });
      const saturated = compilePlan(topology, catalogue, { split, grouping, load, ...variant });
      // Extra groupings are there for throughput against the number of pods; without a saturated load they take what there is.
      const throughput = loads.filter(({ kind }) => kind === "saturated");
      for (const load of extra && throughput.length > 0 ? throughput : loads) {
        const label = planLoad(load, 1);
        const id = planId(saturated.split, grouping, variant.size, label, variantOf(saturated));
        // A grouping of one pod is the monolith, which is there already; without a link to cross, so is the plan itself.
        if (!experiments.has(id)) experiments.set(id, deepFreeze({ id, saturated, load }));
      }
    }
  }
  return [...experiments.values()];
}

/**
 * The plan of an experiment.
 *
 * @param capacity Frames/s of the saturated plan, predicted or measured; called only if the load is a fraction.
 * @throws RangeError if the capacity is not a positive finite number.
 */
export function planOf({ saturated, load }: Experiment, capacity: (saturated: Plan) => number): Plan {
  if (load.kind === "saturated") return saturated;
  return withLoad(saturated, planLoad(load, load.kind === "fraction" ? capacity(saturated) : undefined));
}

/** Splits of a topology: those that it lists, or all that never go back. */
export function splitsOf(topology: Topology): readonly string[] {
  const letters = topology.nodes.map((node) => node.letter);
  return topology.splits ?? allSplits(letters, topology.stages.length);
}

interface Placement {
  readonly split: string;
  readonly grouping: Grouping;
  /** One of the topology's groupings, besides one pod per stage. */
  readonly extra?: boolean;
}

function placementsOf(topology: Topology): Placement[] {
  const stages = topology.stages.length;
  const splits = splitsOf(topology);
  const { onlyGroupings } = topology;
  if (onlyGroupings !== undefined) {
    return splits.flatMap((split) =>
      onlyGroupings.filter((grouping) => respects(grouping, split)).map((grouping) => ({ split, grouping })),
    );
  }
  const alone = splits.filter(isHomogeneous);
  const order = topology.nodes.map((node) => node.letter);
  const furthest = alone.toSorted((a, b) => order.indexOf(b[0]!) - order.indexOf(a[0]!)).slice(0, 1);
  return [
    ...splits.map((split) => ({ split, grouping: onePodPerStage(stages) })),
    ...alone.map((split) => ({ split, grouping: [stages] })),
    ...furthest.flatMap((split) => topology.groupings.map((grouping) => ({ split, grouping, extra: true }))),
  ];
}
