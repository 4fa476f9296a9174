import { join } from "node:path";
import { shardOf, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import type { ProfileOptions } from "../obtain-profile.ts";
import { withBar } from "../progress.ts";
import { type ConcludeSettings, conclude, Pool, type Swept } from "./conclude.ts";
import { isInputs, readInputs, writeInputs } from "./inputs.ts";
import { openSweep, prepare, REPLICATIONS } from "./open.ts";
import { folderOf, manifestOf, Results, type Shard, SWEEP_FILES } from "./results.ts";
import { predictMissing } from "./run.ts";
import type { WorkerInputs } from "./tasks.ts";

export interface SweepSettings extends ConcludeSettings, Omit<ProfileOptions, "progress"> {
  readonly overrides: Overrides;
  readonly set: readonly string[];
  readonly replications?: number;
  readonly shard?: Shard;
  readonly name?: string;
  readonly say: (line: string) => void;
}

/** A shard's results, and where they are. There is nothing to decide yet. */
export interface SweptShard {
  readonly digest: string;
  readonly results: readonly UnitResult[];
  readonly folder: string;
}

/**
 * Sweeps a topology, or what another machine's `inputs.json.gz` says: goes on where the same sweep stopped, then, but for a shard,
 * decides and finds the flips.
 */
export async function sweep(file: string, settings: SweepSettings): Promise<Swept | SweptShard> {
  const { shard = null, runs, signal, say } = settings;
  const inputs = isInputs(file) ? readInputs(file) : await inputsOf(file, settings);
  const { sweep } = inputs;
  const manifest = manifestOf(inputs);
  const folder = join(runs, settings.name ?? folderOf(manifest));
  const units = shard === null ? unitsOf(sweep) : shardOf(unitsOf(sweep), shard);
  const results = new Results(folder, manifest, units, shard);
  const { done, missing } = results;
  if (done.length > 0) say(`sweep: ${done.length} of ${units.length} predictions are in ${folder} already`);
  await using pool = new Pool(inputs, signal);
  const begin = performance.now();
  // They start while this thread writes.
  if (missing.length > 0) pool.workers();
  writeInputs(join(folder, SWEEP_FILES.inputs), inputs);
  if (missing.length > 0) {
    await withBar("predict", (bar) => predictMissing(sweep, results, pool.workers(), bar)).catch((error: unknown) => {
      const kept = `${results.done.length} of ${units.length} predictions are in ${folder}`;
      if (signal.aborted) say(`sweep: ${kept}; the same command goes on from there`);
      throw error;
    });
    const seconds = ((performance.now() - begin) / 1e3).toFixed(1);
    say(
      `sweep: ${missing.length} predictions of ${sweep.replications} replications in ${seconds} s, in ${results.path}`,
    );
  }
  if (shard !== null) return { digest: manifest.digest, results: results.done, folder };
  // Not before that is done the pool may go.
  return await conclude(inputs, results.done, settings, folder, pool);
}

/** Opens a topology and what is swept of it, and obtains the profile of all that. */
export async function inputsOf(file: string, settings: SweepSettings): Promise<WorkerInputs> {
  const { overrides, set, replications = REPLICATIONS } = settings;
  const opened = await openSweep(file, overrides, set);
  return withBar("calibrate", (progress) => prepare(opened, replications, { ...settings, progress }));
}
