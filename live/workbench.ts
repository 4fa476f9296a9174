import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { parse } from "yaml";
import type { MeasuredDisturbance } from "../sim/compare/check.ts";
import { compare } from "../sim/compare/compare.ts";
import type { Comparison } from "../sim/comparison.ts";
import { lasting } from "../sim/compile.ts";
import { compileAll, type Experiment, planOf } from "../sim/experiment.ts";
import { heldTo } from "../sim/model/costs.ts";
import { type Plan, undisturbed } from "../sim/plan.ts";
import { predict } from "../sim/predict.ts";
import type { Prediction } from "../sim/prediction.ts";
import type { Profile } from "../sim/profile.ts";
import { measuredRecovery } from "../sim/recovery.ts";
import { summarise } from "../sim/summarise.ts";
import type { Summary } from "../sim/summary.ts";
import type { KernelCatalogue } from "../sim/topology/catalogue.ts";
import { type Overrides, withOverrides } from "../sim/topology/overrides.ts";
import { parseTopology } from "../sim/topology/parse.ts";
import type { Topology } from "../sim/topology/topology.ts";
import type { Trace } from "../sim/trace.ts";
import { type JudgedPrediction, judgedSaturated, predictLoaded } from "../sim/verdict.ts";
import {
  ArtefactError,
  formatTrace,
  parseTrace,
  RUN_FILES,
  readJson,
  readText,
  tracePath,
  writeJson,
  writeWhole,
} from "./artefacts.ts";
import type { Cluster, Surroundings } from "./clusters/cluster.ts";
import type { Progress } from "./progress.ts";
import { kernelsFor } from "./stage/models.ts";
import { runPlans } from "./testbed.ts";

/** A topology as loaded, with what was changed on the command line. */
export interface Bench {
  readonly topology: Topology;
  /** The file's text, kept with the run. */
  readonly text: string;
  readonly baseDirectory: string;
  readonly kernels: KernelCatalogue;
  readonly experiments: readonly Experiment[];
}

export interface Predicted {
  readonly plan: Plan;
  readonly prediction: JudgedPrediction;
}

/**
 * @param real what runs does so on real nodes and links: none is slower than its machine is.
 * @throws TopologyError with every problem of the file, or of the overrides, at once.
 */
export async function openBench(file: string, overrides: Overrides, real = false): Promise<Bench> {
  const text = readText(file);
  const kernels = await kernelsFor(stagesIn(text), dirname(file));
  const asked = await withOverrides(await parseTopology(text, file, kernels), overrides, kernels);
  const topology = real ? { ...asked, nodes: asked.nodes.map((node) => ({ ...node, speed: 1 })) } : asked;
  const experiments = compileAll(topology, kernels);
  return { topology, text, baseDirectory: dirname(resolve(file)), kernels, experiments };
}

/** The mappings that a topology's stages are, for the files that they name; what is wrong with them is found by the parser. */
function stagesIn(text: string): object[] {
  let content: unknown;
  try {
    content = parse(text, { logLevel: "silent" });
  } catch {
    return [];
  }
  const { stages } = (content ?? {}) as { stages?: unknown };
  return Array.isArray(stages) ? stages.filter((stage) => typeof stage === "object" && stage !== null) : [];
}

/** Before anything is computed: what its stages need is there. @throws OnnxRuntimeError if not. */
export async function requireRuntime({ topology }: Bench): Promise<void> {
  if (topology.stages.some(({ kernel }) => kernel === "onnx"))
    (await import("./stage/onnx-runtime.ts")).loadOnnxRuntime();
}

/** The saturated plans of a bench, each once. */
export function saturatedPlans(bench: Bench): Plan[] {
  return [...new Set(bench.experiments.map(({ saturated }) => saturated))];
}

/**
 * Predicts every experiment of a bench, with a verdict on its load; loads that are fractions become rates by the predicted capacity.
 * @param plans of the experiments, if they have been run: their rates, lengths and emulated machines are what they are.
 */
export async function predictAll(
  bench: Bench,
  profile: Profile,
  signal: AbortSignal,
  progress: Progress,
  plans: readonly Plan[] | null = null,
): Promise<Predicted[]> {
  const capacities = new Map<Plan, Prediction>();
  const predicted: Predicted[] = [];
  let done = 0;
  for (const experiment of bench.experiments) {
    // Between two predictions ctrl-C is heard.
    await turn();
    signal.throwIfAborted();
    const { saturated } = experiment;
    const ran = plans?.[done];
    // Of what it carries when nothing happens.
    const held = { ...undisturbed(saturated), ...(ran && { pods: ran.pods }) };
    const capacity = capacities.get(saturated) ?? predict(held, profile);
    capacities.set(saturated, capacity);
    const asked = planOf(experiment, () => capacity.throughput);
    const { load } = asked.workload;
    const rate = load.kind === "rate" ? load.rate : capacity.throughput;
    const plan = ran ?? heldTo(profile, lasting(asked, bench.topology.workload.duration, rate));
    const same = plan.workload.frames === saturated.workload.frames && plan.disturbances === undefined;
    predicted.push({ plan, prediction: judged(plan, profile, capacity, same) });
    progress.update(++done / bench.experiments.length, plan.id);
  }
  return predicted;
}

/** @param capacity prediction of the plan run saturated; @param same it is the plan itself, not one with more frames. */
function judged(plan: Plan, profile: Profile, capacity: Prediction, same: boolean): JudgedPrediction {
  if (plan.workload.load.kind === "rate") return predictLoaded(plan, profile, capacity);
  return judgedSaturated(same ? capacity : predict(plan, profile));
}

export interface RunOptions {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Runs plans for real; every trace is in the run's folder as soon as it is there. */
export async function runAll(
  bench: Bench,
  predicted: readonly Predicted[],
  profile: Profile,
  { cluster, folder, signal, progress }: RunOptions,
): Promise<void> {
  await requireRuntime(bench);
  const rates = new Map(predicted.map(({ plan, prediction }) => [plan.id, prediction.throughput]));
  await runPlans(
    predicted.map(({ plan }) => plan),
    {
      cluster,
      logs: join(folder, RUN_FILES.logs),
      baseDirectory: bench.baseDirectory,
      profile,
      repeats: bench.topology.workload.repeats,
      signal,
      expected: (plan) => rates.get(plan.id)!,
      onTrace: (plan, trace) => writeWhole(tracePath(folder, plan.id, "live", trace.repeat), formatTrace(trace)),
      onProgress: progress.update,
    },
  );
}

/** Starts a run's folder: the topology as it was, the plans and what the twin says of them. */
export function writePlans(
  folder: string,
  command: readonly string[],
  bench: Bench,
  profile: Profile,
  predicted: readonly Predicted[],
): void {
  writeWhole(join(folder, RUN_FILES.topology), bench.text);
  writeJson(join(folder, RUN_FILES.command), command);
  writeJson(
    join(folder, RUN_FILES.plans),
    predicted.map(({ plan }) => plan),
  );
  writeJson(join(folder, RUN_FILES.profile), profile);
  writeJson(
    join(folder, RUN_FILES.predictions),
    predicted.map(({ prediction }) => prediction),
  );
}

/** Nodes of the topology that plans of a bench have pods on. */
export function usedNodes(bench: Bench): string[] {
  return [...new Set(saturatedPlans(bench).flatMap(({ pods }) => pods.map(({ node }) => node)))];
}

/** What the pods of a run ran on; `null` for one of an edgetwin that did not say. */
export function surroundingsOf(folder: string): Surroundings | null {
  const path = join(folder, RUN_FILES.surroundings);
  return existsSync(path) ? readJson<Surroundings>(path) : null;
}

/** Compares a run's folder: its predictions against its measured traces. @throws ArtefactError if something is missing. */
export function compareFolder(folder: string, name: string, tolerance: Comparison["tolerance"]): Comparison {
  const plans = readJson<Plan[]>(join(folder, RUN_FILES.plans));
  const predictions = new Map(
    readJson<Prediction[]>(join(folder, RUN_FILES.predictions)).map((one) => [one.plan, one]),
  );
  const pairs = plans.map((plan) => {
    const prediction = predictions.get(plan.id);
    if (prediction === undefined)
      throw new ArtefactError(`${join(folder, RUN_FILES.predictions)}: no prediction of plan ${plan.id}`);
    const runs = measuredRuns(folder, plan);
    const disturbed = plan.disturbances && { disturbed: runs.map(disturbanceIn) };
    return { plan, measured: summariesOf(folder, runs), ...disturbed, prediction };
  });
  const comparison = inFolder(folder, () =>
    compare({
      name,
      created: new Date().toISOString(),
      pairs,
      tolerance,
      emulated: emulatedIn(plans, surroundingsOf(folder)),
    }),
  );
  writeJson(join(folder, RUN_FILES.comparison), comparison);
  return comparison;
}

/** Of a plan's runs. @throws ArtefactError if one has too few frames to tell anything. */
export function summariesOf(folder: string, runs: readonly Trace[]): Summary[] {
  return inFolder(folder, () => runs.map(summarise));
}

/** Figures that say nothing are the folder's fault. */
function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new ArtefactError(`${folder}: ${error.message}`);
    throw error;
  }
}

/** What happened during a run, from when its first frame was due. */
function disturbanceIn(trace: Trace): MeasuredDisturbance {
  const first = trace.scheduled[0]! + trace.pods[0]!.clock.seconds;
  const happened = (trace.happened ?? []).map(({ what, from, until }) => ({
    what,
    from: from - first,
    until: until - first,
  }));
  return { recovery: measuredRecovery(trace), happened };
}

/** Traces of a plan's repeats. @throws ArtefactError if there is none. */
export function measuredRuns(folder: string, plan: Plan): Trace[] {
  const runs: Trace[] = [];
  for (let repeat = 0; ; repeat++) {
    const path = tracePath(folder, plan.id, "live", repeat);
    if (!existsSync(path)) break;
    runs.push(parseTrace(readText(path), path));
  }
  if (runs.length === 0)
    throw new ArtefactError(`${tracePath(folder, plan.id, "live", 0)}: no trace: plan ${plan.id} was not run`);
  return runs;
}

/** What was not real in a run, and on what it was, in sentences for the reader. @param surroundings `null`: this machine. */
export function emulatedIn(plans: readonly Plan[], surroundings: Surroundings | null = null): string[] {
  if (surroundings !== null && surroundings.cluster !== "processes")
    return [...realIn(surroundings), ...plainIn(plans)];
  const nodes = new Map(plans.flatMap((plan) => plan.nodes).map((node) => [node.name, node]));
  const links = new Map(
    plans
      .flatMap((plan) => plan.hops)
      .flatMap(({ link }) => (link === null ? [] : [[link.between.join("-"), link] as const])),
  );
  const sentences = [...nodes.values()]
    .filter(({ speed }) => speed < 1)
    .map(
      ({ name, speed }) =>
        `Node ${name} is emulated, at ${speed} times this machine's speed: its pods are held, asleep, for ${(1 / speed).toPrecision(2)} times as long as their work takes here in the calibration's better moments.`,
    );
  for (const { between, bandwidth, delay } of links.values()) {
    const rate = bandwidth === null ? "unlimited bandwidth" : `${((bandwidth * 8) / 1e6).toFixed(0)} Mbit/s`;
    sentences.push(
      `Link ${between.join("-")} is emulated: a relay paces its bytes to ${rate} and delays them by ${delay * 1e3} ms each way.`,
    );
  }
  return [
    ...sentences,
    ...plainIn(plans),
    "All pods, links and the driver share the cores of this one machine; the twin models that.",
  ];
}

function realIn({ cluster, image, machines }: Surroundings): string[] {
  const places = machines.map(
    ({ machine, nodes, cores, cpu, arch, kernel }) =>
      `${nodes.join(", ")} on ${machine} (${cores} cores, ${cpu}, ${arch}, kernel ${kernel})`,
  );
  return [
    `Nothing is emulated: pods of image ${image} ran on ${cluster}, over its own network.`,
    `Nodes of the topology: ${places.join("; ")}.`,
  ];
}

function plainIn(plans: readonly Plan[]): string[] {
  const plain = plans[0]!.pods
    .flatMap((pod) => pod.stages)
    .filter(({ input, implementation }) => input !== null && implementation === "reference");
  if (plain.length === 0) return [];
  const names = plain.map(({ name }) => name).join(", ");
  return [`Plain loops, which stand for heavy code, compute ${names} (implementation: reference).`];
}
