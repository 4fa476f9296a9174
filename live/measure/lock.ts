import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ArtefactError, WriteError } from "../artefacts.ts";

/** Others may take over what was left behind at the same time. */
const TRIES = 3;

/**
 * Holds a file with this process's id in it. One that a process left behind that is no more is taken over.
 * @param what the other process then does, as an error says it: `calibrates the same`.
 * @returns what lets go of it.
 * @throws ArtefactError if another process holds it; WriteError if it can't be written.
 */
export function lock(path: string, what: string): () => void {
  for (let tries = 0; tries < TRIES; tries++) {
    if (isTaken(path)) return () => rmSync(path, { force: true });
    const holder = holderOf(path);
    if (holder !== null && holder !== process.pid && isAlive(holder)) break;
    rmSync(path, { force: true });
  }
  throw new ArtefactError(
    `${path}: process ${holderOf(path)} ${what}: wait until it is done; if that is another program by now, delete the file`,
  );
}

/** Makes the file, if nobody has. */
function isTaken(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
}

/** `null` if nobody holds it any more. */
function holderOf(path: string): number | null {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
