import { compilePlan } from "../compile.ts";
import { planLoad } from "../load.ts";
import { compressionOf, type Plan } from "../plan.ts";
import type { Profile } from "../profile.ts";
import type { FrameSize, KernelCatalogue } from "../topology/catalogue.ts";
import type { Topology } from "../topology/topology.ts";
import { costTable } from "./cost-table.ts";
import type { Screened } from "./front.ts";
import type { Candidate } from "./search.ts";
import { Segments } from "./segments.ts";
import { groupingOf, type Placement, type Space, splitOf } from "./space.ts";
import { toGo } from "./to-go.ts";
import type { Trial } from "./trial.ts";

/** A candidate as a plan, with what prices it and what simulations of it have shown so far. */
export interface Contender extends Candidate {
  readonly plan: Plan;
  readonly profile: Profile;
  /** Pods whose stages were not measured together: their costs are added up. */
  readonly summed: readonly string[];
  readonly trials: Trial[];
}

/**
 * Prices the space of every variant (compression, workers) that the workload lists.
 * @returns the prices for latencies in an empty line, or (false) for any load. Each is made when it is first asked for.
 */
export function screenOf(
  topology: Topology,
  catalogue: KernelCatalogue,
  profile: Profile,
  space: Space,
  size: FrameSize,
): (empty: boolean) => Screened<Contender>[] {
  const { compression: compressions, workers: numbers, window } = topology.workload;
  const load = planLoad({ kind: "saturated" });
  const variants = compressions.flatMap((compression) => numbers.map((workers) => ({ compression, workers })));
  const screened = (empty: boolean, variant: (typeof variants)[number]): Screened<Contender> => {
    const planOf = (placement: Placement) => {
      const [split, grouping] = [splitOf(space.nodes, placement), groupingOf(placement)];
      return compilePlan(topology, catalogue, { split, grouping, size, load, ...variant });
    };
    const plan = planOf([{ from: 0, to: space.stages, node: 0 }]);
    const stages = plan.pods.flatMap((pod) => pod.stages);
    const segments = new Segments(stages, profile);
    const { compression } = variant;
    const table = costTable(space, segments, profile, { plan, links: topology.links, window, compression, empty });
    const name = (candidate: Candidate): Contender | null => {
      const { placement } = candidate;
      const plan = planOf(placement);
      // Where nothing crosses a link, compression makes no other plan.
      if (compression !== compressionOf(plan) && compressions.includes("none")) return null;
      const summed = plan.pods.filter(
        ({ node }, i) => !segments.isMeasured(placement[i]!.from, placement[i]!.to, node),
      );
      return {
        ...candidate,
        plan,
        profile: segments.profileFor(plan),
        summed: summed.map((pod) => pod.name),
        trials: [],
      };
    };
    return { table, rest: toGo(table), name };
  };
  const made = new Map<boolean, Screened<Contender>[]>();
  return (empty) => {
    const known = made.get(empty) ?? variants.map((variant) => screened(empty, variant));
    made.set(empty, known);
    return known;
  };
}
