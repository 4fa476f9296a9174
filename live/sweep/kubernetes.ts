import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { shardOf, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import { writeWhole } from "../artefacts.ts";
import { serverMinor } from "../clusters/kubernetes/server-version.ts";
import { CommandError, commandText, type Runner } from "../exec.ts";
import type { Progress } from "../progress.ts";
import { inputsBytes } from "./inputs.ts";
import { INDEXED_JOBS, jobManifests, SHARD_LABEL, SWEEP_LABEL, shardJobName } from "./job.ts";
import { linesOf, type Manifest, manifestOf, Results, resultsName } from "./results.ts";
import { parseShardText } from "./shard-text.ts";
import type { WorkerInputs } from "./tasks.ts";

export interface KubernetesOptions {
  readonly image: string;
  readonly namespace: string;
  readonly shards: number;
  /** Folder where the shards' results are kept as they come. */
  readonly folder: string;
  readonly runner: Runner;
  /** Nothing is waited for, and nothing comes back. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly say: (line: string) => void;
  /** Seconds between two looks at the Jobs. */
  readonly interval: number;
}

const INDEX = "batch.kubernetes.io/job-completion-index";

/**
 * Runs a sweep's shards as one Indexed Job, or where the cluster has none as a Job each, and fetches their results from the pods' logs,
 * each checked by count and digest. What an earlier call fetched into the folder is not run again. The Jobs are deleted whatever
 * happens; where they can't be, it says so.
 * @throws CommandError if kubectl or a Job fails; ArtefactError if a log is not whole. What other shards have is kept.
 */
export async function sweepOnKubernetes(inputs: WorkerInputs, options: KubernetesOptions): Promise<UnitResult[]> {
  const { image, namespace, folder, runner, dryRun, signal, say } = options;
  // One without anything to predict would be no shard.
  const shards = Math.min(options.shards, unitsOf(inputs.sweep).length);
  const manifest = manifestOf(inputs);
  const kept = dryRun ? [] : keptIn(folder, manifest, inputs, shards);
  const left = Array.from({ length: shards }, (_, index) => index).filter((index) => kept[index] === undefined);
  if (left.length < shards) say(`sweep: ${shards - left.length} of ${shards} shards are in ${folder} already`);
  if (left.length === 0) return kept.flatMap((shard) => shard!);
  const name = `edgetwin-sweep-${manifest.digest.slice(0, 8)}`;
  const kubectl = (...words: readonly string[]) => ["kubectl", "--namespace", namespace, ...words];
  const mine = ["--selector", `${SWEEP_LABEL}=${name}`];
  const numbered = ((await serverMinor(runner, signal)) ?? INDEXED_JOBS) >= INDEXED_JOBS;
  const run = numbered && left.length === shards ? "all" : left;
  const manifests = jobManifests({ name, namespace, image, shards, inputs: inputsBytes(inputs), run });
  const collect = async () => {
    const found = await runner.run(kubectl("get", "pods", ...mine, "--output", "json"), { signal });
    const pods = dryRun ? new Map(left.map((index) => [index, `${name}-${index}-POD`])) : podsOf(found);
    const problems: Error[] = [];
    for (const index of left) {
      const shard = { k: index + 1, n: shards };
      try {
        const pod = pods.get(index);
        if (pod === undefined) throw new CommandError(`there is no pod that has finished shard ${shard.k}/${shard.n}`);
        const log = await runner.run(kubectl("logs", pod, "--container", "sweep"), { signal });
        if (dryRun) continue;
        kept[index] = parseShardText(log, `pod ${pod}`, manifest.digest);
        writeWhole(join(folder, resultsName(shard)), linesOf(kept[index]));
      } catch (error) {
        signal.throwIfAborted();
        problems.push(error as Error);
      }
    }
    if (problems.length > 0) throw problems[0];
  };
  try {
    // By the server: apply by the client keeps a second copy in an annotation, of at most 256 KiB.
    await runner.run(kubectl("apply", "--server-side", "--filename", "-"), { input: manifests, signal });
    const jobs = new Set(run === "all" ? [name] : run.map((index) => shardJobName(name, index)));
    try {
      await finished((...words) => kubectl(...words, ...mine), jobs, left.length, options);
    } catch (error) {
      // What shards have finished is worth having, even if others never will.
      if (error instanceof CommandError && !signal.aborted) await collect().catch(() => undefined);
      throw error;
    }
    await collect();
    return kept.flatMap((shard) => shard!);
  } finally {
    const removal = kubectl("delete", "jobs,configmaps", ...mine, "--wait=false");
    // Not by the signal, which may have been what ended it. Results are not lost by this, and why there are none is what counts.
    await runner.run(removal).catch((error: Error) => {
      say(`sweep: jobs and the config map may be left in namespace ${namespace}: ${error.message}`);
      say(`  to delete them: ${commandText(removal)}`);
    });
  }
}

/** Results of the shards that are whole in a sweep's folder, by index. */
function keptIn(
  folder: string,
  manifest: Manifest,
  { sweep }: WorkerInputs,
  n: number,
): (readonly UnitResult[] | undefined)[] {
  const units = unitsOf(sweep);
  return Array.from({ length: n }, (_, index) => {
    const shard = { k: index + 1, n };
    const { missing, done } = new Results(folder, manifest, shardOf(units, shard), shard);
    return missing.length === 0 ? done : undefined;
  });
}

interface Jobs {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: {
      readonly succeeded?: number;
      readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    };
  }[];
}

/**
 * Waits for the end of all Jobs.
 * @param kubectl of what is of the sweep; @param jobs names of those that run now: an older one may be left; @param shards that run.
 * @throws CommandError if one failed, or is gone.
 */
async function finished(
  kubectl: (...words: readonly string[]) => string[],
  jobs: ReadonlySet<string>,
  shards: number,
  { runner, signal, progress, interval, dryRun }: KubernetesOptions,
): Promise<void> {
  for (;;) {
    const text = await runner.run(kubectl("get", "jobs", "--output", "json"), { signal });
    if (dryRun) return;
    const items = (JSON.parse(text) as Jobs).items.filter(({ metadata: { name } }) => jobs.has(name));
    const succeeded = items.reduce((sum, { status }) => sum + (status?.succeeded ?? 0), 0);
    progress.update(succeeded / shards, `${succeeded} of ${shards} shards`);
    const ended = items.flatMap(({ metadata: { name }, status }) =>
      (status?.conditions ?? []).filter((one) => one.status === "True").map((one) => ({ name, ...one })),
    );
    const failed = ended.find(({ type }) => type === "Failed");
    if (failed !== undefined) {
      const words = kubectl("logs", "--container", "sweep", "--tail", "5");
      const log = await runner.run(words, { signal }).catch((error: Error) => error.message);
      throw new CommandError(`job ${failed.name} failed: ${failed.message ?? "no reason given"}\n${log.trim()}`);
    }
    if (items.length < jobs.size) throw new CommandError("the sweep's jobs are gone: somebody has deleted them");
    if (ended.filter(({ type }) => type === "Complete").length === items.length) return;
    await wait(interval * 1e3, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

interface Pods {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    };
    readonly status?: { readonly phase?: string };
  }[];
}

/** The pods that succeeded, by shard. */
function podsOf(text: string): Map<number, string> {
  const done = (JSON.parse(text) as Pods).items.filter(({ status }) => status?.phase === "Succeeded");
  return new Map(
    done.map(({ metadata: { name, annotations, labels } }) => [
      Number(labels?.[SHARD_LABEL] ?? annotations?.[INDEX]),
      name,
    ]),
  );
}
