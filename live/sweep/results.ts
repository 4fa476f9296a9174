import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { computeKey } from "../../sim/plan.ts";
import { type Unit, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import { ArtefactError, readJson, readText, WriteError, writeJson } from "../artefacts.ts";
import { modelVersion } from "./model-version.ts";
import type { WorkerInputs } from "./tasks.ts";

/** Names within a sweep's folder. */
export const SWEEP_FILES = {
  manifest: "manifest.json",
  inputs: "inputs.json.gz",
  results: "results.jsonl",
  csv: "results.csv",
  summary: "sweep.json",
  page: "sweep.html",
} as const;

/** `3/8`. */
export interface Shard {
  readonly k: number;
  readonly n: number;
}

/** What results are of: they are never mixed with those of anything else. */
export interface Manifest {
  /** Of all parts together; also that of a shard, whichever it is. */
  readonly digest: string;
  /** Digest of each part, to say which one differs. */
  readonly parts: Readonly<Record<Part, string>>;
  readonly topology: string;
  readonly version: string;
  readonly replications: number;
  readonly frames: number;
  readonly seed: number;
  readonly axes: readonly { readonly key: string; readonly values: number }[];
  /** Lines of results that there will be, shards together. */
  readonly units: number;
}

const PARTS = ["topology", "profile", "parameters", "seed", "version"] as const;
type Part = (typeof PARTS)[number];

export function manifestOf({ sweep, profiles }: WorkerInputs): Manifest {
  const { base, axes, plans, replications } = sweep;
  const { seed, frames, warmup, ...workload } = base.workload;
  const version = modelVersion();
  const parts: Record<Part, string> = {
    // Stages' keys hold what the files that they name hold.
    topology: digest([
      { ...base, workload },
      plans.flat().map(({ pods }) => pods.map(({ stages }) => computeKey(stages))),
    ]),
    profile: digest(profiles),
    parameters: digest([axes, replications, frames, warmup]),
    seed: digest(seed),
    version: digest(version),
  };
  return {
    digest: digest(parts),
    parts,
    topology: base.name,
    version,
    replications,
    frames,
    seed,
    axes: axes.map(({ key, values }) => ({ key, values: values.length })),
    units: unitsOf(sweep).length,
  };
}

/** Name of a sweep's folder, so that the same sweep goes on. */
export function folderOf({ topology, digest }: Manifest): string {
  return `sweep-${topology}-${digest.slice(0, 8)}`;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** What two manifests disagree on, in words; `null`: nothing. */
export function disagreement(of: Manifest, to: Manifest): string | null {
  const parts = PARTS.filter((part) => of.parts?.[part] !== to.parts[part]);
  return parts.length === 0 ? null : `another ${parts.join(", another ")}`;
}

/**
 * Makes a folder a sweep's: a new one, or one with results of the same sweep.
 * @throws ArtefactError if it holds anything else; WriteError if it can't be made.
 */
export function claim(folder: string, manifest: Manifest): void {
  const path = join(folder, SWEEP_FILES.manifest);
  if (existsSync(path)) {
    const differs = disagreement(readJson<Manifest>(path), manifest);
    if (differs === null) return;
    throw new ArtefactError(`${path}: holds results of other inputs (${differs}): choose another --name`);
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new WriteError(folder, error as NodeJS.ErrnoException);
  }
  if (readdirSync(folder).length > 0) {
    throw new ArtefactError(`${folder}: is not empty and holds no sweep: choose another --name`);
  }
  writeJson(path, manifest);
}

/**
 * Results of a sweep, or of a shard of one, in a folder: JSON Lines in the order of the units, so that what is there is always a
 * beginning of what there will be.
 */
export class Results {
  readonly path: string;
  readonly #units: readonly Unit[];
  readonly #done: UnitResult[];

  /**
   * Opens a folder, new or with a part of these results in it. A line that a kill or a full disk cut short is dropped.
   * @throws ArtefactError if it holds results of something else; WriteError if it can't be made.
   */
  constructor(folder: string, manifest: Manifest, units: readonly Unit[], shard: Shard | null) {
    this.#units = units;
    this.path = join(folder, resultsName(shard));
    claim(folder, manifest);
    this.#done = existsSync(this.path) ? resultsIn(this.path, units) : [];
  }

  get done(): readonly UnitResult[] {
    return this.#done;
  }

  /** Units that are still to be predicted. */
  get missing(): readonly Unit[] {
    return this.#units.slice(this.#done.length);
  }

  /** Adds the results of the next units. @throws WriteError, which may leave a line that is cut short. */
  append(results: readonly UnitResult[]): void {
    try {
      appendFileSync(this.path, linesOf(results));
    } catch (error) {
      throw new WriteError(this.path, error as NodeJS.ErrnoException);
    }
    this.#done.push(...results);
  }
}

export function linesOf(results: readonly UnitResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join("");
}

/** Inverse of {@link linesOf}; a last line that was cut short is passed over. @throws ArtefactError naming the line that can't be read. */
export function parseLines(text: string, path: string): UnitResult[] {
  const lines = wholeLines(text).split("\n");
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as UnitResult];
    } catch (error) {
      throw new ArtefactError(`${path}:${index + 1}: not readable as JSON: ${(error as Error).message}`);
    }
  });
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/**
 * The results in a file, which is cut after its last whole line.
 * @throws ArtefactError naming the line that is not the result of the unit whose place it has.
 */
function resultsIn(path: string, units: readonly Unit[]): UnitResult[] {
  const text = readText(path);
  const results = parseLines(text, path);
  const strange = results.findIndex(({ point, candidate }, i) => {
    return point !== units[i]?.point || candidate !== units[i].candidate;
  });
  if (strange !== -1) throw new ArtefactError(`${path}:${strange + 1}: is not the result that belongs there`);
  const whole = wholeLines(text);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return results;
}

export function resultsName(shard: Shard | null): string {
  return shard === null ? SWEEP_FILES.results : `results-${shard.k}-of-${shard.n}.jsonl`;
}
