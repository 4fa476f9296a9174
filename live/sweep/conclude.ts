import { join } from "node:path";
import { sweepCsv } from "../../sim/report/sweep-csv.ts";
import { sweepSummary } from "../../sim/report/sweep-summary.ts";
import type { Flip, Outcome } from "../../sim/sweep/flips.ts";
import type { Figure } from "../../sim/sweep/replicate.ts";
import { isSaturated } from "../../sim/sweep/sweep.ts";
import type { UnitResult } from "../../sim/sweep/unit.ts";
import { writeJson, writeWhole } from "../artefacts.ts";
import { withBar } from "../progress.ts";
import { writeInputs } from "./inputs.ts";
import { claim, linesOf, manifestOf, SWEEP_FILES } from "./results.ts";
import { findFlips, outcomeOf } from "./run.ts";
import type { WorkerInputs } from "./tasks.ts";
import { Workers } from "./workers.ts";

export interface Swept {
  readonly outcome: Outcome;
  readonly flips: readonly Flip[];
  readonly folder: string;
}

export interface ConcludeSettings {
  /** Left out: throughput where every load is saturated, else median latency. */
  readonly objective?: Figure;
  /** As it was typed, for the page. */
  readonly command: readonly string[];
}

/** Decides a whole sweep, finds its flips, and writes what is to be read into its folder. */
export async function conclude(
  { sweep, profiles }: WorkerInputs,
  results: readonly UnitResult[],
  { objective, command }: ConcludeSettings,
  folder: string,
  pool: Pool,
): Promise<Swept> {
  const outcome = outcomeOf(sweep, results, objective ?? (isSaturated(sweep) ? "throughput" : "p50"));
  const flips = await withBar("flips", (bar) => findFlips(outcome, () => pool.workers(), bar));
  writeWhole(join(folder, SWEEP_FILES.csv), sweepCsv(outcome));
  writeJson(join(folder, SWEEP_FILES.summary), sweepSummary(outcome, flips));
  if (sweep.axes.some(({ values }) => values.length > 1)) {
    const { renderSweep } = await import("../report/sweep-page.ts");
    writeWhole(join(folder, SWEEP_FILES.page), await renderSweep(outcome, flips, profiles[0]!, command));
  }
  return { outcome, flips, folder };
}

/** Workers that are started when there is something to do. */
export class Pool implements AsyncDisposable {
  readonly #make: () => Workers;
  #workers: Workers | undefined;

  constructor(inputs: WorkerInputs, signal: AbortSignal) {
    this.#make = () => new Workers(inputs, signal);
  }

  workers(): Workers {
    this.#workers ??= this.#make();
    return this.#workers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers?.[Symbol.asyncDispose]();
  }
}

/** Writes a whole sweep's folder, whatever of it is there. @throws ArtefactError if something else is there. */
export async function concludeIn(
  folder: string,
  inputs: WorkerInputs,
  results: readonly UnitResult[],
  settings: ConcludeSettings & { readonly signal: AbortSignal },
): Promise<Swept> {
  claim(folder, manifestOf(inputs));
  writeInputs(join(folder, SWEEP_FILES.inputs), inputs);
  writeWhole(join(folder, SWEEP_FILES.results), linesOf(results));
  await using pool = new Pool(inputs, settings.signal);
  return await conclude(inputs, results, settings, folder, pool);
}
