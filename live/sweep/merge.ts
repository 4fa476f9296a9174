import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Unit, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import { ArtefactError, readJson, readText } from "../artefacts.ts";
import { type ConcludeSettings, concludeIn, type Swept } from "./conclude.ts";
import { readInputs } from "./inputs.ts";
import { disagreement, folderOf, type Manifest, manifestOf, parseLines, SWEEP_FILES } from "./results.ts";
import type { WorkerInputs } from "./tasks.ts";

export interface MergeSettings extends ConcludeSettings {
  readonly runs: string;
  readonly name?: string;
  readonly signal: AbortSignal;
}

/**
 * Puts the shards of one sweep together, and decides the whole.
 * @throws ArtefactError with all that is wrong with the folders: they are not of the same sweep, not of this version, or not all there.
 */
export async function merge(folders: readonly string[], settings: MergeSettings): Promise<Swept> {
  const problems: string[] = [];
  const all = folders.map((folder) => collecting(problems, () => shardsIn(folder)));
  const [first] = all;
  const inputs = first && collecting(problems, () => readInputs(join(first.folder, SWEEP_FILES.inputs)));
  const manifest = inputs && manifestOf(inputs);
  for (const shards of manifest === undefined ? [] : all) {
    const differs = shards && disagreement(shards.manifest, manifest!);
    if (!differs) continue;
    const of =
      shards === first ? "the inputs beside it, as this edgetwin predicts from them" : `the sweep in ${first!.folder}`;
    problems.push(`${join(shards.folder, SWEEP_FILES.manifest)}: is not of ${of} (${differs})`);
  }
  if (problems.length > 0) throw new ArtefactError(problems.join("\n"));
  const found = all.flatMap((shards) => shards!.results);
  const results = inOrder(found, inputs!.sweep);
  const { runs, name = folderOf(manifest!) } = settings;
  return concludeIn(join(runs, name), inputs!, results, settings);
}

/** What a call gives; `undefined` if a file is not as it should be, with its problem added. */
function collecting<T>(problems: string[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ArtefactError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** A folder's results, of one shard or several. @throws ArtefactError if there are none. */
function shardsIn(folder: string) {
  const manifest = readJson<Manifest>(join(folder, SWEEP_FILES.manifest));
  const names = readdirSync(folder).filter((name) => /^results(-\d+-of-\d+)?\.jsonl$/.test(name));
  if (names.length === 0) throw new ArtefactError(`${folder}: no results there`);
  const paths = names.sort().map((name) => join(folder, name));
  return { folder, manifest, results: paths.flatMap((path) => parseLines(readText(path), path)) };
}

/** Results in the order of their sweep; those that are there more than once, once. @throws ArtefactError if some are missing, or differ. */
export function inOrder(results: readonly UnitResult[], sweep: WorkerInputs["sweep"]): UnitResult[] {
  const found = new Map<string, UnitResult>();
  for (const result of results) {
    const other = found.get(keyOf(result));
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(result)) {
      throw new ArtefactError(`two predictions of ${unitText(result)} differ: one of their files was changed`);
    }
    found.set(keyOf(result), result);
  }
  const units = unitsOf(sweep);
  const missing = units.filter((unit) => !found.has(keyOf(unit)));
  if (missing.length > 0) {
    throw new ArtefactError(
      `${missing.length} of ${units.length} predictions are missing, the first is of ${unitText(missing[0]!)}: run the other shards, or the same again`,
    );
  }
  return units.map((unit) => found.get(keyOf(unit))!);
}

function keyOf({ point, candidate }: Unit): string {
  return `${point}/${candidate}`;
}

function unitText({ point, candidate }: Unit): string {
  return `point ${point}, candidate ${candidate}`;
}
