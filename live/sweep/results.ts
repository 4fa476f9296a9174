import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { computeKey } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Sweep } from "../../sim/sweep/sweep.ts";
import { type Unit, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import { ArtefactError, readJson, readText, writeJson } from "../artefacts.ts";

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

const VERSION = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** The version, and a digest of the model's code: another model gives other results. */
function versionText(): string {
  const hash = createHash("sha256");
  const url = new URL("../../sim/", import.meta.url);
  const files = readdirSync(url, { recursive: true, encoding: "utf8" }).filter((path) => /\.[jt]s$/.test(path));
  for (const path of files.sort()) hash.update(path).update(readFileSync(new URL(path, url)));
  return `${VERSION}+${hash.digest("hex").slice(0, 12)}`;
}

export function manifestOf(sweep: Sweep, profile: Profile): Manifest {
  const { base, axes, plans, replications } = sweep;
  const { seed, frames, warmup, ...workload } = base.workload;
  const version = versionText();
  const parts: Record<Part, string> = {
    // Stages' keys hold what the files that they name hold.
    topology: digest([
      { ...base, workload },
      plans.flat().map(({ pods }) => pods.map(({ stages }) => computeKey(stages))),
    ]),
    profile: digest(profile),
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

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** What two manifests disagree on, in words; `null`: nothing. */
export function disagreement(of: Manifest, to: Manifest): string | null {
  const parts = PARTS.filter((part) => of.parts?.[part] !== to.parts[part]);
  return parts.length === 0 ? null : `another ${parts.join(", another ")}`;
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
   * Opens a folder, new or with a part of these results in it. A line that a kill cut short is dropped.
   * @throws ArtefactError if it holds results of something else.
   */
  constructor(folder: string, manifest: Manifest, units: readonly Unit[], shard: Shard | null) {
    this.#units = units;
    this.path = join(folder, resultsName(shard));
    const path = join(folder, SWEEP_FILES.manifest);
    mkdirSync(folder, { recursive: true });
    if (existsSync(path)) refuseOther(path, manifest);
    else if (readdirSync(folder).length > 0) {
      throw new ArtefactError(`${folder}: is not empty and holds no sweep: choose another --name`);
    } else writeJson(path, manifest);
    this.#done = existsSync(this.path) ? readWhole(this.path, units) : [];
  }

  get done(): readonly UnitResult[] {
    return this.#done;
  }

  /** Units that are still to be predicted. */
  get missing(): readonly Unit[] {
    return this.#units.slice(this.#done.length);
  }

  /** Adds the results of the next units. @throws ArtefactError if they can't be written. */
  append(results: readonly UnitResult[]): void {
    try {
      appendFileSync(this.path, linesOf(results));
    } catch (error) {
      throw new ArtefactError(`${this.path}: can't be written: ${(error as Error).message}`);
    }
    this.#done.push(...results);
  }
}

export function linesOf(results: readonly UnitResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join("");
}

function refuseOther(path: string, manifest: Manifest): void {
  const differs = disagreement(readJson<Manifest>(path), manifest);
  if (differs === null) return;
  throw new ArtefactError(`${path}: holds results of other inputs (${differs}): choose another --name`);
}

/** The whole lines of a file, which is cut after them. */
function readWhole(path: string, units: readonly Unit[]): UnitResult[] {
  const text = readText(path);
  const end = text.lastIndexOf("\n") + 1;
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)));
  return parseResults(text.slice(0, end), path, units);
}

/** @throws ArtefactError naming the line that is not the result of the unit whose place it has. */
export function parseResults(text: string, path: string, units: readonly Unit[]): UnitResult[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, index) => {
    const result = parsed(line);
    const unit = units[index];
    if (result === null || unit === undefined || result.point !== unit.point || result.candidate !== unit.candidate) {
      throw new ArtefactError(`${path}:${index + 1}: is not the result that belongs there`);
    }
    return result;
  });
}

function parsed(line: string): UnitResult | null {
  try {
    return JSON.parse(line) as UnitResult;
  } catch {
    return null;
  }
}

export function resultsName(shard: Shard | null): string {
  return shard === null ? SWEEP_FILES.results : `results-${shard.k}-of-${shard.n}.jsonl`;
}
