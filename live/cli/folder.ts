import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FolderOptions } from "./options.ts";

/** The command line asks for something that can't be. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Folder for a new run: `<runs>/<name>`, by default named after the topology and the time.
 * @throws InputError if it exists and is not to be overwritten.
 */
export function newFolder(
  topology: string,
  { runs, name: given, overwrite }: FolderOptions,
): { name: string; folder: string } {
  const time = new Date().toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "").replace("T", "-");
  const name = given ?? `${topology}-${time}`;
  const folder = join(runs, name);
  if (existsSync(folder)) {
    if (!overwrite) throw new InputError(`${folder} exists already: choose another --name, or --overwrite it`);
    if (!existsSync(join(folder, "plan.json")))
      throw new InputError(`${folder} is not the folder of a run: it is not overwritten`);
    rmSync(folder, { recursive: true });
  }
  return { name, folder };
}

/**
 * Folder of a run that is there: a path, or the name of one in `runs`.
 * @throws InputError if there is none.
 */
export function existingFolder(run: string, runs: string): string {
  for (const folder of [run, join(runs, run)]) if (existsSync(join(folder, "plan.json"))) return folder;
  throw new InputError(`${run}: no run there, nor in ${runs}/ (a run's folder has a plan.json)`);
}
