import { compileAll } from "../../sim/experiment.ts";
import { costsOf } from "../../sim/model/costs.ts";
import type { Profile } from "../../sim/profile.ts";
import { parseAxes, widened } from "../../sim/sweep/axes.ts";
import type { Axis } from "../../sim/sweep/axis.ts";
import { type Sweep, sweepOf } from "../../sim/sweep/sweep.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import { type Problem, TopologyError } from "../../sim/topology/problem.ts";
import { obtainProfile, type ProfileOptions } from "../obtain-profile.ts";
import { type Bench, openBench } from "../workbench.ts";

/** Frames of a prediction and its replications, unless the command line says otherwise: enough for intervals of a percent or so. */
export const FRAMES = 1000;
export const REPLICATIONS = 30;

/** A topology with the axes of a sweep over it. */
export interface SweepBench {
  readonly bench: Bench;
  readonly axes: readonly Axis[];
}

/**
 * Opens a topology and what is to be swept. Of a run's length it takes `frames` alone, not the file's, which is that of the testbed.
 * @throws TopologyError with every problem of the file, or of all flags and `--set` texts, at once.
 */
export async function openSweep(file: string, given: Overrides, sets: readonly string[]): Promise<SweepBench> {
  const frames = Number(given.frames ?? FRAMES);
  // Rates that are swept are a load for what happens at rates only.
  const loads = sets.some((set) => /^\s*(?:rate|load)\s*=/.test(set)) ? { loads: "100%" } : {};
  const rated = given.rate === undefined ? loads : {};
  const overrides = {
    warmup: Math.floor(frames / 10) || 0,
    ...rated,
    ...defined(given),
    frames: given.frames ?? FRAMES,
  };
  const problems: Problem[] = [];
  const kept = await collecting(problems, () => openBench(file, overrides));
  const bench = kept ?? (await openBench(file, {}));
  const axes = await collecting(problems, () => parseAxes(bench.topology, sets, bench.kernels));
  if (axes === undefined || problems.length > 0) throw new TopologyError(problems);
  return { bench, axes };
}

/** What a call gives; `undefined` if the command line is wrong, with its problems added. Those of a file are thrown. */
async function collecting<T>(problems: Problem[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TopologyError) || error.problems.some(({ file }) => file !== null)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** The profile of the whole sweep, measured once where none is kept, and its plans. @throws ProfileError if it lacks a cost. */
export async function prepare(
  { bench, axes }: SweepBench,
  replications: number,
  options: ProfileOptions,
): Promise<{ readonly sweep: Sweep; readonly profile: Profile }> {
  const topology = widened(bench.topology, axes);
  const profile = await obtainProfile(
    { ...bench, topology, experiments: compileAll(topology, bench.kernels) },
    options,
  );
  const sweep = sweepOf(bench.topology, axes, replications, bench.kernels);
  // Before any work: a worker's error would have lost its name on the way.
  for (const plan of sweep.plans.flat()) costsOf(plan, profile, null);
  return { sweep, profile };
}

function defined(overrides: Overrides): Overrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}
