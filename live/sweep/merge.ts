import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import { ArtefactError, readJson, readText } from "../artefacts.ts";
import { type ConcludeSettings, concludeIn, type Swept } from "./conclude.ts";
import { readInputs } from "./inputs.ts";
import { disagreement, type Manifest, SWEEP_FILES } from "./results.ts";
import type { WorkerInputs } from "./tasks.ts";

export interface MergeSettings extends ConcludeSettings {
  readonly runs: string;
  readonly name?: string;
  readonly signal: AbortSignal;
}

/**
 * Puts the shards of one sweep together, and decides the whole.
 * @throws ArtefactError if they are not of the same sweep, or not all there.
 */
export async function merge(folders: readonly string[], settings: MergeSettings): Promise<Swept> {
  const inputs = readInputs(join(folders[0]!, SWEEP_FILES.inputs));
  const manifest = readJson<Manifest>(join(folders[0]!, SWEEP_FILES.manifest));
  for (const folder of folders.slice(1)) {
    const path = join(folder, SWEEP_FILES.manifest);
    const differs = disagreement(readJson<Manifest>(path), manifest);
    if (differs !== null) throw new ArtefactError(`${path}: is not of the sweep in ${folders[0]} (${differs})`);
  }
  const results = together(folders.flatMap(resultFiles), inputs);
  const { runs, name = `sweep-${manifest.topology}-${manifest.digest.slice(0, 8)}` } = settings;
  return concludeIn(join(runs, name), inputs, results, settings);
}

/** Files of results in a folder. @throws ArtefactError if there is none. */
function resultFiles(folder: string): string[] {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^results(-\d+-of-\d+)?\.jsonl$/.test(name))
    : [];
  if (names.length === 0) throw new ArtefactError(`${folder}: no results there`);
  return names.sort().map((name) => join(folder, name));
}

/** All results in files. */
function together(paths: readonly string[], { sweep }: Pick<WorkerInputs, "sweep">): UnitResult[] {
  return inOrder(
    paths.flatMap((path) => linesIn(readText(path), path)),
    sweep,
  );
}

/** @throws ArtefactError naming the line that can't be read; one that a kill cut short is passed over. */
export function linesIn(text: string, path: string): UnitResult[] {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as UnitResult];
    } catch (error) {
      throw new ArtefactError(`${path}:${index + 1}: not readable as JSON: ${(error as Error).message}`);
    }
  });
}

/** Results in the order of their sweep. @throws ArtefactError if some are missing. */
export function inOrder(results: readonly UnitResult[], sweep: WorkerInputs["sweep"]): UnitResult[] {
  const found = new Map(results.map((result) => [keyOf(result), result]));
  const units = unitsOf(sweep);
  const missing = units.filter((unit) => !found.has(keyOf(unit)));
  if (missing.length > 0) {
    const { point, candidate } = missing[0]!;
    throw new ArtefactError(
      `${missing.length} of ${units.length} predictions are missing, the first is of point ${point}, candidate ${candidate}: run the other shards, or the same again`,
    );
  }
  return units.map((unit) => found.get(keyOf(unit))!);
}

function keyOf({ point, candidate }: { readonly point: number; readonly candidate: number }): string {
  return `${point}/${candidate}`;
}
