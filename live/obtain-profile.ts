import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isKnown } from "../sim/calibration/knowledge.ts";
import { nominalProfile } from "../sim/nominal-profile.ts";
import { PROFILE_VERSION, type Profile } from "../sim/profile.ts";
import { ArtefactError, readJson, writeJson } from "./artefacts.ts";
import type { Cluster } from "./clusters/cluster.ts";
import { processes } from "./clusters/processes.ts";
import { calibrate } from "./measure/calibrate.ts";
import { Checkpoint } from "./measure/checkpoint.ts";
import { PRECISION } from "./measure/default-effort.ts";
import { difference, fingerprint } from "./measure/fingerprint.ts";
import { lock } from "./measure/lock.ts";
import { subjectOf } from "./measure/subject.ts";
import type { Progress } from "./progress.ts";
import { type Bench, requireRuntime, saturatedPlans, usedNodes } from "./workbench.ts";

/** A profile is used again for so long after its first measurement, and a calibration that was cut off goes on, seconds. */
const FRESH_SECONDS = 24 * 3600;

export interface ProfileOptions {
  /** Where it is measured; left out: as local processes. */
  readonly cluster?: Cluster;
  /** Folder of all runs; profiles are kept in it. */
  readonly runs: string;
  /** Measure even if a kept profile would do. */
  readonly fresh?: boolean;
  /** Use this file, whatever machine it is from. */
  readonly profile?: string;
  /** Measure nothing: formulas and nominal rates price everything (`nominalProfile`). */
  readonly uncalibrated?: boolean;
  /** Seconds that measuring may take; left out: what the number of cases asks for. */
  readonly budget?: number;
  /** Of these, what is to be used now, as the rest comes later; left out: all. */
  readonly share?: number;
  /** Relative half-width of each cost's interval to be reached; left out: 1 %. */
  readonly precision?: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

/**
 * The kept profile if it is fresh and of this machine and these stages, else a new one, which is kept. Measuring that was cut off
 * goes on where it stopped, and so does a kept profile's when a budget is asked for that it has not had.
 */
export async function obtainProfile(bench: Bench, options: ProfileOptions): Promise<Profile> {
  const {
    cluster = processes,
    runs,
    fresh = false,
    budget,
    share = 1,
    precision = PRECISION,
    signal,
    progress,
    say,
  } = options;
  const { topology, baseDirectory } = bench;
  if (options.profile !== undefined) return givenProfile(options.profile);
  const plans = saturatedPlans(bench);
  if (options.uncalibrated === true) {
    say("profile: none, --uncalibrated: formulas and nominal rates price all, and predictions have no width");
    return nominalProfile(topology, plans, { cores: availableParallelism() });
  }
  const logs = join(runs, "profiles", "logs");
  const { digest } = subjectOf(topology, plans, baseDirectory, cluster.real);
  const print = fingerprint(digest, await cluster.surroundings(usedNodes(bench), logs, signal));
  const where = cluster.name === "processes" ? "" : `-${print.cluster.replaceAll(" ", "-")}`;
  const path = join(runs, "profiles", `${topology.name}${where}-${digest}.json`);
  const folder = path.replace(/\.json$/, ".readings");
  let stalls: Profile["stalls"] = null;
  const kept = fresh ? null : keptProfile(path, say);
  if (kept !== null) {
    // One that was begun anew since, and cut off, is another.
    const begun = Math.min(Date.parse(kept.created), Date.parse(Checkpoint.begun(folder) ?? kept.created));
    const age = (Date.now() - begun) / 1e3;
    const differs = otherFormat(kept) ?? difference(kept.fingerprint, print);
    const fits = differs === null && age < FRESH_SECONDS;
    if (fits && !asksForMore(kept, { budget, share, precision })) {
      say(`profile: ${path}, measured ${Math.round(age / 60)} min ago (--fresh measures anew)`);
      return kept;
    }
    if (fits) stalls = kept.stalls;
    else say(`profile: ${path} does not fit: ${differs ?? `it is ${Math.round(age / 3600)} h old`}`);
  }
  await requireRuntime(bench);
  const measured = async (): Promise<Profile> => {
    const checkpoint = fresh ? Checkpoint.anew(folder, print) : Checkpoint.open(folder, print, FRESH_SECONDS);
    const { readings, unreadable } = checkpoint;
    if (unreadable.length > 0) say(`profile: left out, as they can't be read: ${unreadable.join(", ")}`);
    if (readings.length > 0)
      say(`profile: goes on after ${readings.length} measurements in ${folder} (--fresh begins anew)`);
    const begin = performance.now();
    const profile = await calibrate(topology, plans, {
      cluster,
      logs,
      fingerprint: print,
      baseDirectory,
      signal,
      precision,
      budget: budget ?? null,
      share,
      known: { readings, stalls: readings.length === 0 ? null : stalls },
      onReading: (reading) => checkpoint.add(reading),
      onProgress: progress.update,
    });
    writeJson(path, profile);
    const { costs } = profile.calibration;
    const reached = costs.filter((cost) => cost.reached).length;
    say(
      `profile: measured in ${((performance.now() - begin) / 1e3).toFixed(0)} s, kept in ${path}; ${reached} of ${costs.length} costs within ${precision * 100} % (edgetwin profile shows them)`,
    );
    return profile;
  };
  const release = lock(`${folder}.pid`, "calibrates the same");
  try {
    return await measured();
  } finally {
    release();
  }
}

/**
 * What a calibration is to have by its second, third ... part when parts come before, amid and after runs: as much as before them for
 * each, or half of that where the first took longer than it should, as everything has to be measured twice before a plan can be predicted.
 * @returns `null` for a profile that is whole: its parts are not measured again.
 */
export function untilPart(
  { calibration: { budget, seconds, share } }: Profile,
  part: number,
  parts: number,
): Pick<ProfileOptions, "budget" | "share"> | null {
  if (share === undefined) return null;
  const whole = Math.max(budget / share, seconds * (1 + (parts - 1) / 2));
  if (part === parts) return { budget: whole };
  const until = seconds + ((whole - seconds) * (part - 1)) / (parts - 1);
  return { budget: whole, share: until / whole };
}

/**
 * Whether a kept profile is to be measured further: the rest of its time or, for what it has not reached, more time than it had, or
 * a better precision than it was to have.
 */
export function asksForMore(
  { calibration }: Pick<Profile, "calibration">,
  { budget, share, precision }: Required<Pick<ProfileOptions, "share" | "precision">> & Pick<ProfileOptions, "budget">,
): boolean {
  if ((calibration.share ?? 1) < share) return true;
  if (calibration.costs.every((cost) => isKnown(cost, precision))) return false;
  if (precision < calibration.precision) return true;
  const asked = budget === undefined ? 0 : budget * (calibration.share === undefined ? 1 : share);
  return asked > Math.max(calibration.budget, calibration.seconds);
}

/** `null` if there is none, or none that can be read. */
function keptProfile(path: string, say: (line: string) => void): Profile | null {
  if (!existsSync(path)) return null;
  try {
    return readJson<Profile>(path);
  } catch (error) {
    if (!(error instanceof ArtefactError)) throw error;
    say(`profile: does not fit: ${error.message}`);
    return null;
  }
}

/** What no profile is without. */
const REQUIRED = [
  "fingerprint",
  "hosts",
  "gaps",
  "computes",
  "messages",
  "handovers",
  "loopbacks",
  "links",
  "compressions",
  "calibration",
] as const;

/** @throws ArtefactError if it is of another format. */
function givenProfile(path: string): Profile {
  const profile = readJson<Profile>(path);
  if (typeof profile !== "object" || profile === null) throw new ArtefactError(`${path}: is no profile`);
  const differs = otherFormat(profile);
  if (differs !== null) throw new ArtefactError(`${path}: ${differs}: measure anew with edgetwin profile`);
  const missing = REQUIRED.filter((part) => profile[part] === undefined);
  if (missing.length > 0) throw new ArtefactError(`${path}: is no profile: ${missing.join(", ")} missing`);
  return profile;
}

/** In what a profile's format differs from today's; `null` if it does not. */
function otherFormat({ version }: Profile): string | null {
  return version === PROFILE_VERSION
    ? null
    : `it is of version ${version}, this edgetwin's profiles of ${PROFILE_VERSION}`;
}
