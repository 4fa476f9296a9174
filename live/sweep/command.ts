import { join } from "node:path";
import type { Profile } from "../../sim/profile.ts";
import { sweepCsv } from "../../sim/report/sweep-csv.ts";
import { sweepSummary } from "../../sim/report/sweep-summary.ts";
import type { Flip, Outcome } from "../../sim/sweep/flips.ts";
import type { Figure } from "../../sim/sweep/replicate.ts";
import { isSaturated, type Sweep } from "../../sim/sweep/sweep.ts";
import { shardOf, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import { writeJson, writeWhole } from "../artefacts.ts";
import { type Progress, progress } from "../progress.ts";
import { openSweep, prepare, REPLICATIONS } from "./open.ts";
import { manifestOf, Results, type Shard, SWEEP_FILES } from "./results.ts";
import { findFlips, outcomeOf, predictMissing } from "./run.ts";
import { Workers } from "./workers.ts";

export interface SweepSettings {
  readonly overrides: Overrides;
  readonly set: readonly string[];
  readonly replications?: number;
  readonly objective?: Figure;
  readonly shard?: Shard;
  readonly name?: string;
  readonly runs: string;
  readonly fresh?: boolean;
  readonly profile?: string;
  /** As it was typed, for the page. */
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Swept {
  readonly outcome: Outcome;
  readonly flips: readonly Flip[];
  readonly folder: string;
}

/**
 * Sweeps a topology: goes on where the same sweep stopped, then decides and finds the flips.
 * @returns `null` for a shard, of which there is nothing to decide yet.
 */
export async function sweep(file: string, settings: SweepSettings): Promise<Swept | null> {
  const { overrides, set, replications = REPLICATIONS, shard = null, runs, signal, say } = settings;
  const opened = await openSweep(file, overrides, set);
  const { sweep, profile } = await withBar("calibrate", (bar) => {
    const { fresh = false, profile } = settings;
    const options = { runs, fresh, signal, progress: bar, say, ...(profile === undefined ? {} : { profile }) };
    return prepare(opened, replications, options);
  });
  const manifest = manifestOf(sweep, profile);
  const folder = join(runs, settings.name ?? `sweep-${manifest.topology}-${manifest.digest.slice(0, 8)}`);
  const units = shard === null ? unitsOf(sweep) : shardOf(unitsOf(sweep), shard);
  const results = new Results(folder, manifest, units, shard);
  const { done, missing } = results;
  if (done.length > 0) say(`sweep: ${done.length} of ${units.length} predictions are in ${folder} already`);
  await using pool = new Pool(sweep, profile, signal);
  const begin = performance.now();
  if (missing.length > 0) {
    await withBar("predict", (bar) => predictMissing(sweep, results, pool.workers(), bar));
    const seconds = ((performance.now() - begin) / 1e3).toFixed(1);
    say(`sweep: ${missing.length} predictions of ${replications} replications in ${seconds} s, in ${results.path}`);
  }
  if (shard !== null) return null;
  // Not before that is done the pool may go.
  return await conclude({ sweep, profile }, results.done, settings, folder, pool);
}

/** Decides a whole sweep, finds its flips, and writes what is to be read into its folder. */
export async function conclude(
  { sweep, profile }: { readonly sweep: Sweep; readonly profile: Profile },
  results: readonly UnitResult[],
  { objective, command }: Pick<SweepSettings, "objective" | "command">,
  folder: string,
  pool: Pool,
): Promise<Swept> {
  const outcome = outcomeOf(sweep, results, objective ?? (isSaturated(sweep) ? "throughput" : "p50"));
  const flips = await withBar("flips", (bar) => findFlips(outcome, () => pool.workers(), bar));
  writeWhole(join(folder, SWEEP_FILES.csv), sweepCsv(outcome));
  writeJson(join(folder, SWEEP_FILES.summary), sweepSummary(outcome, flips));
  if (sweep.axes.some(({ values }) => values.length > 1)) {
    const { renderSweep } = await import("../report/sweep-page.ts");
    writeWhole(join(folder, SWEEP_FILES.page), await renderSweep(outcome, flips, profile, command));
  }
  return { outcome, flips, folder };
}

/** Workers that are started when there is something to do. */
export class Pool implements AsyncDisposable {
  readonly #make: () => Workers;
  #workers: Workers | undefined;

  constructor(sweep: Sweep, profile: Profile, signal: AbortSignal) {
    this.#make = () => new Workers({ sweep, profile }, signal);
  }

  workers(): Workers {
    this.#workers ??= this.#make();
    return this.#workers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers?.[Symbol.asyncDispose]();
  }
}

export async function withBar<T>(title: string, work: (bar: Progress) => Promise<T>): Promise<T> {
  const bar = progress(title);
  return work(bar).finally(bar.stop);
}
