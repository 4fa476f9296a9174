/** `npm run bench sweep [REPEATS]`: how long `edgetwin sweep` takes for 16 splits and groupings at 5 sizes, 30 replications of 1,000 frames. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SILENT } from "../../live/progress.ts";
import { openSweep, prepare } from "../../live/sweep/open.ts";
import { manifestOf, Results } from "../../live/sweep/results.ts";
import { predictMissing } from "../../live/sweep/run.ts";
import type { WorkerInputs } from "../../live/sweep/tasks.ts";
import { Workers } from "../../live/sweep/workers.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import type { Profile } from "../../sim/profile.ts";
import { median } from "../../sim/statistics/quantile.ts";
import { unitsOf } from "../../sim/sweep/unit.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TOPOLOGY = join(ROOT, "topologies/local.yaml");
const FLAGS = {
  splits: "ESSS,EESS,EEES,EEEE",
  groupings: "4,3+1,2+1+1,1+2+1,1+1+2,1+1+1+1",
  loads: "saturated",
};
const SIZES = "size=128,192,256,320,512";
const REPLICATIONS = 30;
const WORKERS = 2;
/** Of a cost: as many as a calibration of a minute has, or more. */
const SAMPLES = 200;
const REPEATS = 5;

export async function bench([repeats = String(REPEATS)]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-bench-"));
  try {
    const inputs = await inputsOf();
    const profile = join(folder, "profile.json");
    writeFileSync(profile, JSON.stringify(inputs.profiles[0]));
    const units = unitsOf(inputs.sweep).length;
    const frames = units * REPLICATIONS * inputs.sweep.base.workload.frames;
    process.stdout.write(
      `${units} predictions of ${REPLICATIONS} replications, ${frames} frames; medians of ${repeats}\n\n`,
    );
    const rows: { command: number; many: number; one: number }[] = [];
    for (let i = 0; i < Number(repeats); i++) {
      rows.push({
        command: timed(() => command(profile, join(folder, `command-${i}`))),
        many: await predicted(inputs, WORKERS, join(folder, `many-${i}`)),
        one: await predicted(inputs, 1, join(folder, `one-${i}`)),
      });
    }
    const of = (key: "command" | "many" | "one") => median(rows.map((row) => row[key]));
    process.stdout.write("| | seconds | frames/s |\n|---|---|---|\n");
    const line = (what: string, seconds: number) =>
      process.stdout.write(`| ${what} | ${seconds.toFixed(2)} | ${Math.round(frames / seconds)} |\n`);
    line("edgetwin sweep, as it is typed", of("command"));
    line(`predictions, ${WORKERS} workers and their start`, of("many"));
    line("predictions, 1 worker", of("one"));
    process.stdout.write(`\n${WORKERS} workers are ${(of("one") / of("many")).toFixed(2)} times as fast as one\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the command's workers get, with a profile whose costs vary as measured ones do. */
async function inputsOf(): Promise<WorkerInputs> {
  const opened = await openSweep(TOPOLOGY, FLAGS, [SIZES]);
  const signal = new AbortController().signal;
  const progress = SILENT;
  const options = { runs: "", uncalibrated: true, signal, progress, say: () => {}, command: [] };
  const { sweep, profiles } = await prepare(opened, REPLICATIONS, options);
  return { sweep, profiles: profiles.map(varied) };
}

/** Every cost with samples around it, from -10 % on and with a tail. */
function varied(profile: Profile): Profile {
  const random = new RandomStream(1, "bench");
  const some = (values: readonly number[]) =>
    values.length === 1 ? Array.from({ length: SAMPLES }, () => values[0]! * (0.9 + random.exponential(0.1))) : values;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.every((one) => typeof one === "number") ? some(value) : value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
  };
  return walk(profile) as Profile;
}

/** Seconds of all predictions, as the command makes them, in so many threads. */
async function predicted(inputs: WorkerInputs, threads: number, folder: string): Promise<number> {
  const begin = performance.now();
  await using workers = new Workers(inputs, new AbortController().signal, threads);
  const results = new Results(folder, manifestOf(inputs), unitsOf(inputs.sweep), null);
  await predictMissing(inputs.sweep, results, workers, SILENT);
  return (performance.now() - begin) / 1e3;
}

function command(profile: string, runs: string): void {
  const flags = Object.entries(FLAGS).flatMap(([flag, value]) => [`--${flag}`, value]);
  const words = ["sweep", TOPOLOGY, "--profile", profile, "--runs", runs, "--set", SIZES, ...flags];
  execFileSync(process.execPath, [join(ROOT, "live/cli/edgetwin.js"), ...words], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1e3;
}
