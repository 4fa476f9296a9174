import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../sim/plan.ts";
import type { Prediction } from "../../sim/prediction.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Summary } from "../../sim/summary.ts";
import type { JudgedPrediction } from "../../sim/verdict.ts";
import { readJson, writeJson } from "../artefacts.ts";
import type { Digests } from "./code-digest.ts";

/** A plan of a cell with what the twin says of it. */
export interface PreparedPlan {
  readonly plan: Plan;
  /** With what was measured before it was run. */
  readonly beforehand: JudgedPrediction;
  /** With all that was measured; until the cell is concluded, that is what was measured before. */
  readonly calibrated: JudgedPrediction;
  readonly uncalibrated: Prediction;
}

/** A cell, calibrated and predicted. */
export interface PreparedCell {
  /** Its runs are over, and what is measured after them is in it. */
  readonly concluded: boolean;
  readonly profile: Profile;
  /** In the order in which they are to run. */
  readonly plans: readonly PreparedPlan[];
}

/** A prepared cell as it is kept. */
interface KeptCell extends PreparedCell {
  /** What it was made of. */
  readonly digests: Digests;
}

/** What one plan's runs measured. */
interface KeptRuns {
  readonly plan: string;
  readonly summaries: readonly Summary[];
}

/**
 * The folder of a cell. Everything is there whole or not at all: the prepared cell before its first run, then each plan's runs
 * as soon as the last of them has ended.
 */
export class CellStore {
  readonly folder: string;

  /** @param runs folder of the matrix' results; @param cell its name. */
  constructor(runs: string, cell: string) {
    this.folder = join(runs, cell);
  }

  /** The prepared cell and what it was made of; `null` if it is not there. @throws ArtefactError if it can't be read. */
  prepared(): KeptCell | null {
    const path = this.#path("cell");
    return existsSync(path) ? readJson<KeptCell>(path) : null;
  }

  keep(prepared: PreparedCell, digests: Digests): void {
    writeJson(this.#path("cell"), { digests, ...prepared });
  }

  /** What was measured of a plan; `null` if it has not run to its end. */
  runs(plan: string): readonly Summary[] | null {
    const path = this.#path(join("plans", plan));
    return existsSync(path) ? readJson<KeptRuns>(path).summaries : null;
  }

  keepRuns(plan: string, summaries: readonly Summary[]): void {
    writeJson(this.#path(join("plans", plan)), { plan, summaries } satisfies KeptRuns);
  }

  /** Forgets the cell. */
  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}
