import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Reading } from "../../sim/calibration/reading.ts";
import { type Fingerprint, PROFILE_VERSION } from "../../sim/profile.ts";
import { ArtefactError, readJson, writeJson, writeWhole } from "../artefacts.ts";
import { difference } from "./fingerprint.ts";

const START = "start.json";

interface Start {
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly fingerprint: Fingerprint;
}

/** Readings of a calibration, on disk as soon as they are there: one that is killed goes on where it stopped. */
export class Checkpoint {
  readonly #folder: string;
  /** What was measured so far. */
  readonly readings: readonly Reading[];
  /** Files that should be readings and can't be read: a power failure may leave such. They are gone. */
  readonly unreadable: readonly string[];
  #count: number;

  private constructor(folder: string, readings: readonly Reading[], count: number, unreadable: readonly string[] = []) {
    this.#folder = folder;
    this.readings = readings;
    this.#count = count;
    this.unreadable = unreadable;
  }

  /** When what is in a folder was begun, ISO 8601; `null` if nothing is. */
  static begun(folder: string): string | null {
    return startedIn(join(folder, START))?.created ?? null;
  }

  /**
   * The readings in a folder if they are of this machine and subject and not too old; else the folder is emptied.
   * @param age seconds that the oldest may be old; @param today when that is asked.
   */
  static open(folder: string, print: Fingerprint, age: number, today = new Date()): Checkpoint {
    const start = join(folder, START);
    const begun = startedIn(start);
    const old = begun === null ? 0 : (today.getTime() - Date.parse(begun.created)) / 1e3;
    const fits = begun !== null && begun.version === PROFILE_VERSION && difference(begun.fingerprint, print) === null;
    if (fits && old < age) {
      const names = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
      const paths = names.sort().map((name) => join(folder, name));
      const all = paths.map((path) => readableJson<Reading>(path));
      const unreadable = paths.filter((_, i) => all[i] === null);
      for (const path of unreadable) rmSync(path);
      const readings = all.filter((reading) => reading !== null);
      return new Checkpoint(folder, readings, Number.parseInt(names.at(-1) ?? "0", 10), unreadable);
    }
    return Checkpoint.anew(folder, print, today);
  }

  /** An empty one, whatever was there. */
  static anew(folder: string, fingerprint: Fingerprint, today = new Date()): Checkpoint {
    rmSync(folder, { recursive: true, force: true });
    writeJson(join(folder, START), {
      version: PROFILE_VERSION,
      created: today.toISOString(),
      fingerprint,
    } satisfies Start);
    return new Checkpoint(folder, [], 0);
  }

  /** @throws WriteError */
  add(reading: Reading): void {
    this.#count++;
    writeWhole(join(this.#folder, `${String(this.#count).padStart(6, "0")}.json`), JSON.stringify(reading));
  }
}

/** `null` if there is none, or none that can be read: then nothing can be built on it. */
function startedIn(path: string): Start | null {
  return existsSync(path) ? readableJson<Start>(path) : null;
}

/** `null` if it can't be read. */
function readableJson<T>(path: string): T | null {
  try {
    return readJson<T>(path);
  } catch (error) {
    if (error instanceof ArtefactError) return null;
    throw error;
  }
}
