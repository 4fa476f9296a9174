import { compileAll } from "../../sim/experiment.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { ProfileError } from "../../sim/model/profile-error.ts";
import { computeKey, type Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { parseAxes } from "../../sim/sweep/axes.ts";
import { type Axis, valueText } from "../../sim/sweep/axis.ts";
import { pipelinesOf, sweepOf } from "../../sim/sweep/sweep.ts";
import { pricedPlans } from "../../sim/sweep/unit.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";
import { type Problem, TopologyError } from "../../sim/topology/problem.ts";
import { sizeText } from "../../sim/topology/size.ts";
import { commandText } from "../exec.ts";
import { obtainProfile, type ProfileOptions } from "../obtain-profile.ts";
import { type Bench, openBench } from "../workbench.ts";
import type { WorkerInputs } from "./tasks.ts";

/** Frames of a prediction and its replications, unless the command line says otherwise: enough for intervals of a percent or so. */
export const FRAMES = 1000;
export const REPLICATIONS = 30;

/** A topology with the axes of a sweep over it. */
export interface SweepBench {
  readonly bench: Bench;
  readonly axes: readonly Axis[];
}

/**
 * Opens a topology and what is to be swept. Of a run's length it takes `frames` alone, not the file's, which is that of the testbed.
 * @throws TopologyError with every problem of the file, or of all flags and `--set` texts, at once.
 */
export async function openSweep(file: string, given: Overrides, sets: readonly string[]): Promise<SweepBench> {
  const frames = Number(given.frames ?? FRAMES);
  // Rates that are swept are a load for what happens at rates only.
  const loads = sets.some((set) => /^\s*(?:rate|load)\s*=/.test(set)) ? { loads: "100%" } : {};
  const rated = given.rate === undefined ? loads : {};
  const overrides = {
    warmup: Math.floor(frames / 10) || 0,
    ...rated,
    ...defined(given),
    frames: given.frames ?? FRAMES,
  };
  const problems: Problem[] = [];
  const kept = await collecting(problems, () => openBench(file, overrides));
  const bench = kept ?? (await openBench(file, {}));
  const axes = await collecting(problems, () => parseAxes(bench.topology, sets, bench.kernels));
  if (axes === undefined || problems.length > 0) throw new TopologyError(problems);
  return { bench, axes };
}

/** What a call gives; `undefined` if the command line is wrong, with its problems added. Those of a file are thrown. */
async function collecting<T>(problems: Problem[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TopologyError) || error.problems.some(({ file }) => file !== null)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

export interface PrepareOptions extends ProfileOptions {
  /** As it was typed, for what is to be typed instead. */
  readonly command: readonly string[];
}

/**
 * The plans of a whole sweep and the profiles that price them: those that are kept, or measured once, one for each of the pipelines that
 * stages' parameters make.
 * @throws ProfileError with all the costs that a given profile lacks, and the command that measures them.
 */
export async function prepare(
  { bench, axes }: SweepBench,
  replications: number,
  { command, ...options }: PrepareOptions,
): Promise<WorkerInputs> {
  const { kernels } = bench;
  const sweep = sweepOf(bench.topology, axes, replications, kernels);
  const pipelines = pipelinesOf(bench.topology, axes).map((topology) => {
    return { ...bench, topology, experiments: compileAll(topology, kernels) };
  });
  const profiles = isGiven(options)
    ? [await obtainProfile(allOf(pipelines), options)]
    : await measuredEach(pipelines, options);
  // Before any work: a worker's error would have lost its name on the way.
  const lacking = costsLacking({ sweep, profiles });
  if (lacking.length > 0) {
    const which =
      options.profile === undefined ? `profile of ${profiles[0]!.topology}` : `--profile ${options.profile}`;
    throw new ProfileError([`${which}: ${told(lacking).join("\n")}`, withoutProfile(command)].join("\n"));
  }
  return { sweep, profiles };
}

/** Of such a profile all is known, or nothing more will be. */
function isGiven({ profile, uncalibrated = false }: ProfileOptions): boolean {
  return profile !== undefined || uncalibrated;
}

function allOf(pipelines: readonly Bench[]): Bench {
  return { ...pipelines[0]!, experiments: pipelines.flatMap(({ experiments }) => experiments) };
}

/** A pipeline after the other; a budget is that of all. */
async function measuredEach(pipelines: readonly Bench[], options: ProfileOptions): Promise<Profile[]> {
  const { budget, progress, say } = options;
  const profiles: Profile[] = [];
  const { length } = pipelines;
  if (length > 1) say(`profile: ${length} of them, one for each combination of stages' parameters`);
  for (const [i, pipeline] of pipelines.entries()) {
    const update = (done: number, what: string) => progress.update((i + done) / length, what);
    const share = budget === undefined ? {} : { budget: budget / length };
    profiles.push(await obtainProfile(pipeline, { ...options, ...share, progress: { ...progress, update } }));
  }
  return profiles;
}

/** What was not measured of all that a sweep predicts, in words, each once. */
function costsLacking({ sweep, profiles }: WorkerInputs): string[] {
  const lacking = new Set<string>();
  for (const { plan, profile, coordinates } of pricedPlans(sweep, profiles)) {
    const pods = unmeasuredPods(plan, profile);
    for (const pod of pods) lacking.add([pod, ...stageValues(sweep, coordinates)].join(", "));
    if (pods.length > 0) continue;
    try {
      costsOf(plan, profile, null);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      lacking.add(error.message);
    }
  }
  return [...lacking];
}

/** Stages that a profile does not price in one pod on a node: `conv relu on edge at 256x256`. */
function unmeasuredPods({ pods, size }: Plan, { computes }: Profile): string[] {
  return pods.flatMap(({ stages, node }) => {
    const key = computeKey(stages);
    if (computes.some((cost) => cost.key === key && cost.node === node)) return [];
    return `${stages.map(({ name }) => name).join(" ")} on ${node} at ${sizeText(size)}`;
  });
}

function stageValues({ axes }: WorkerInputs["sweep"], coordinates: readonly number[]): string[] {
  return axes.flatMap((axis, i) => (axis.kind === "stage" ? `${axis.key} ${valueText(axis, coordinates[i]!)}` : []));
}

const MOST_TOLD = 8;

function told(lacking: readonly string[]): string[] {
  const rest = lacking.length - MOST_TOLD;
  const lines = lacking.slice(0, MOST_TOLD).map((line) => `  ${line}`);
  return [
    `${lacking.length} ${lacking.length === 1 ? "cost was" : "costs were"} not measured that this needs:`,
    ...lines,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function withoutProfile(words: readonly string[]): string {
  const at = words.findIndex((word) => /^--profile(=|$)/.test(word));
  const kept = at === -1 ? words : words.toSpliced(at, words[at] === "--profile" ? 2 : 1);
  return `to measure them: ${commandText(["npx", "edgetwin", ...kept])}\n(with --uncalibrated formulas price them)`;
}

function defined(overrides: Overrides): Overrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}
