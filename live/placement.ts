import { setImmediate as turn } from "node:timers/promises";
import { compilePlan } from "../sim/compile.ts";
import type { Experiment } from "../sim/experiment.ts";
import { planLoad } from "../sim/load.ts";
import { cover } from "../sim/place/cover.ts";
import { type PlaceRequest, place } from "../sim/place/place.ts";
import type { PlaceResult } from "../sim/place/result.ts";
import { groupingOf, spaceOf, splitOf } from "../sim/place/space.ts";
import type { Profile } from "../sim/profile.ts";
import type { Progress } from "./progress.ts";
import type { Bench } from "./workbench.ts";

/** The bench with other experiments: the plans that calibration has to know of to price every placement. */
export function coveringBench(bench: Bench): Bench {
  const { topology, kernels } = bench;
  const { sizes, compression, workers } = topology.workload;
  const space = spaceOf(topology);
  const load = { kind: "saturated" } as const;
  const experiments = new Map<string, Experiment>();
  for (const placement of cover(space)) {
    const [split, grouping] = [splitOf(space.nodes, placement), groupingOf(placement)];
    for (const size of sizes) {
      for (const variant of compression.flatMap((one) =>
        workers.map((count) => ({ compression: one, workers: count })),
      )) {
        const saturated = compilePlan(topology, kernels, { split, grouping, size, load: planLoad(load), ...variant });
        experiments.set(saturated.id, { id: saturated.id, saturated, load });
      }
    }
  }
  return { ...bench, experiments: [...experiments.values()] };
}

/** Finds the best placement at every size of a bench. @throws Interrupted between two simulations if the signal says so. */
export async function placeAll(
  { topology, kernels }: Bench,
  profile: Profile,
  request: Omit<PlaceRequest, "size">,
  signal: AbortSignal,
  progress: Progress,
): Promise<PlaceResult[]> {
  const { sizes } = topology.workload;
  const results: PlaceResult[] = [];
  for (const [i, size] of sizes.entries()) {
    const placing = place(topology, kernels, profile, { ...request, size });
    let step = placing.next();
    for (; !step.done; step = placing.next()) {
      progress.update((i + step.value.done) / sizes.length, step.value.what);
      // Between two simulations ctrl-C is heard.
      await turn();
      signal.throwIfAborted();
    }
    results.push(step.value);
  }
  return results;
}
