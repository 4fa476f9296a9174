import { emulatedPace } from "../sim/model/costs.ts";
import { type Plan, variantOf } from "../sim/plan.ts";
import type { Profile } from "../sim/profile.ts";
import type { FrameSize } from "../sim/topology/catalogue.ts";
import type { Trace } from "../sim/trace.ts";
import type { Cluster, PodSpec } from "./clusters/cluster.ts";
import { disturb, killsLast } from "./disturb.ts";
import { Driver, RunError } from "./driver.ts";
import { Overflow, type Run } from "./stage/wire.ts";

export interface TestbedOptions {
  readonly cluster: Cluster;
  /** Folder for the pods' logs, one below it per deployment. */
  readonly logs: string;
  readonly baseDirectory: string;
  /** Says how fast the machines are that emulated nodes stand for. */
  readonly profile: Profile;
  /** Runs per plan. */
  readonly repeats: number;
  readonly signal?: AbortSignal;
  /** Frames/s that a plan is expected to deliver, for the time-out and the progress. */
  readonly expected: (plan: Plan) => number;
  readonly onTrace: (plan: Plan, trace: Trace) => void;
  /** Called between two deployments, when half of them are over. */
  readonly halfway?: () => Promise<void>;
  readonly onProgress?: (done: number, what: string) => void;
}

/** Of each run's first frames, so many (all, if something happens during it) have their bytes compared between splits. */
const DIGESTS = 4;
/** A run may take so many times what the twin expects, and at least so long. */
const PATIENCE = 10;
const LEAST_TIMEOUT = 30;
/** Pods' compilers are waited for so long, at most. */
const COMPILING_SECONDS = 10;

/**
 * Runs plans for real. Plans with the same pods on the same nodes share one deployment, which runs all of them once per repeat.
 * @throws RunError when a pod ends early, and when two splits of one size disagree in the bytes that they deliver.
 */
export async function runPlans(plans: readonly Plan[], options: TestbedOptions): Promise<void> {
  const { repeats, expected, halfway, onProgress } = options;
  const seconds = (plan: Plan) => plan.workload.frames / expected(plan);
  const total = repeats * plans.reduce((sum, plan) => sum + seconds(plan), 0);
  const output = new Map<string, Map<number, Output>>();
  let done = 0;
  const deployments = placements(plans);
  for (const [i, placement] of deployments.entries()) {
    if (i > 0 && i === Math.ceil(deployments.length / 2)) await halfway?.();
    await runPlacement(placement, options, (plan, digests) => {
      done += seconds(plan);
      onProgress?.(done / total, plan.id);
      checkInvariance(output, plan, digests);
    });
  }
}

async function runPlacement(
  plans: readonly Plan[],
  options: TestbedOptions,
  onRun: (plan: Plan, digests: readonly string[]) => void,
): Promise<void> {
  const { cluster, logs, baseDirectory, profile, repeats, signal, expected, onTrace } = options;
  const first = plans[0]!;
  signal?.throwIfAborted();
  const pods = podSpecs(plans, profile, baseDirectory);
  const deployment = await cluster.deploy(pods, `${logs}/${placementName(first)}`, signal);
  const driver = new Driver(deployment, pods);
  try {
    const warmUp = () => driver.warmUp(largest(plans.map(({ size }) => size)), COMPILING_SECONDS, signal);
    await warmUp();
    let killed = false;
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const plan of plans) {
        // What was started afresh has yet to compile its code.
        if (killed) await warmUp();
        killed = plan.disturbances?.some((one) => "restart" in one) ?? false;
        const { frames, warmup } = plan.workload;
        const run = runOf(plan);
        const timeout = Math.max(LEAST_TIMEOUT, (PATIENCE * frames) / expected(plan));
        const { trace, digests } = await driver.run(plan.id, repeat, warmup, run, {
          timeout,
          ...(plan.disturbances && { meanwhile: (run) => disturb(plan, deployment, run) }),
          ...(killsLast(plan) && { onFrame: () => {} }),
          ...(signal === undefined ? {} : { signal }),
        });
        onTrace(plan, trace);
        onRun(plan, digests);
      }
    }
  } finally {
    driver.close();
    await deployment.stop();
  }
}

function runOf({ workload, size: { height, width }, hops, disturbances }: Plan): Omit<Run, "id"> {
  const { frames, load, buffer } = workload;
  // Whatever happens, it is to be the same bytes.
  const digests = disturbances === undefined ? Math.min(DIGESTS, frames) : frames;
  const run = { frames, rate: 0, height, width, window: hops[0]?.window ?? 1, digests };
  if (load.kind === "saturated") return run;
  const drops = buffer === undefined ? {} : { overflow: Overflow.DROP_OLDEST, buffer };
  return { ...run, rate: load.rate, ...drops };
}

/**
 * The pods of plans that have the same ones on the same nodes, as a cluster deploys them.
 * @param profile for pods on emulated nodes; `null`: all nodes are real.
 */
export function podSpecs(plans: readonly Plan[], profile: Profile | null, baseDirectory: string): PodSpec[] {
  const first = plans[0]!;
  return first.pods.map(({ name, node, stages }, i) => ({
    name,
    node,
    emulate: profile === null ? [] : emulatedPaces(plans, i, profile),
    stages: stages.map(({ name, kernel, params, implementation }) => ({ name, kernel, params, implementation })),
    baseDirectory,
    upstream: i === 0 ? null : { pod: first.pods[i - 1]!.name },
    link: first.hops[i - 1]?.link ?? null,
    compression: first.hops[i - 1]?.compression ?? "none",
    workers: first.workers,
  }));
}

/** What a pod is held to at each size of the plans; nothing on a real node. */
function emulatedPaces(plans: readonly Plan[], pod: number, profile: Profile): NonNullable<PodSpec["emulate"]> {
  const paces = new Map<string, NonNullable<PodSpec["emulate"]>[number]>();
  for (const plan of plans) {
    const { height, width } = plan.size;
    const pace = emulatedPace(plan, pod, profile);
    if (pace !== null) paces.set(`${height}x${width}`, { height, width, ...pace });
  }
  return [...paces.values()];
}

export function largest(sizes: readonly FrameSize[]): FrameSize {
  return sizes.reduce((most, size) => (size.height * size.width > most.height * most.width ? size : most));
}

/** Plans by what is deployed for them: the same pods on the same nodes. */
export function placements(plans: readonly Plan[]): Plan[][] {
  const groups = new Map<string, Plan[]>();
  for (const plan of plans) {
    const name = placementName(plan);
    groups.set(name, [...(groups.get(name) ?? []), plan]);
  }
  return [...groups.values()];
}

/** `EESS-1+1+1+1-zstd`: fit for a file name. */
export function placementName(plan: Plan): string {
  const pods = plan.pods.map(({ stages }) => stages.length).join("+");
  const { compression, workers } = variantOf(plan);
  const variant = `${compression === "none" ? "" : `-${compression}`}${workers === 0 ? "" : `-w${workers}`}`;
  return `${plan.split.replace("@", "-")}-${pods}${variant}`;
}

/** A frame as it left the pipeline first. */
interface Output {
  readonly split: string;
  readonly digest: string;
}

/**
 * Every split of a pipeline gives the same bytes: where they run must not change what they are.
 * @param output by size and frame, to which new ones are added. @param digests of frames in order: of one that was dropped there is none.
 */
export function checkInvariance(
  output: Map<string, Map<number, Output>>,
  { id, size: { height, width }, split }: Plan,
  digests: readonly string[],
): void {
  const size = `${height}x${width}`;
  const frames = output.get(size) ?? new Map<number, Output>();
  output.set(size, frames);
  for (const [n, digest] of digests.entries()) {
    if (digest === "") continue;
    const first = frames.get(n);
    if (first === undefined) frames.set(n, { split, digest });
    else if (first.digest !== digest) {
      throw new RunError(
        `run ${id}: the output differs from that of ${first.split} at ${size}: kernels must give the same bytes everywhere`,
      );
    }
  }
}
