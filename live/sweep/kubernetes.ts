import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { UnitResult } from "../../sim/sweep/unit.ts";
import { writeWhole } from "../artefacts.ts";
import { CommandError, type Runner } from "../exec.ts";
import type { Progress } from "../progress.ts";
import { inputsBytes } from "./inputs.ts";
import { jobManifests } from "./job.ts";
import { linesOf, manifestOf, resultsName } from "./results.ts";
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
  /** Seconds between two looks at the Job. */
  readonly interval: number;
}

const INDEX = "batch.kubernetes.io/job-completion-index";

/**
 * Runs a sweep's shards as one Indexed Job and fetches their results from the pods' logs, each checked by count and digest. The Job
 * is deleted whatever happens.
 * @throws CommandError if kubectl or the Job fails; ArtefactError if a log is not whole.
 */
export async function sweepOnKubernetes(inputs: WorkerInputs, options: KubernetesOptions): Promise<UnitResult[]> {
  const { image, namespace, shards, folder, runner, dryRun, signal } = options;
  const { digest } = manifestOf(inputs.sweep, inputs.profile);
  const name = `edgetwin-sweep-${digest.slice(0, 8)}`;
  const kubectl = (...words: readonly string[]) => ["kubectl", "--namespace", namespace, ...words];
  const manifests = jobManifests({ name, namespace, image, shards, inputs: inputsBytes(inputs) });
  try {
    // By the server: apply by the client keeps a second copy in an annotation, of at most 256 KiB.
    await runner.run(kubectl("apply", "--server-side", "--filename", "-"), { input: manifests, signal });
    await finished(name, kubectl, options);
    const found = await runner.run(kubectl("get", "pods", "--selector", `job-name=${name}`, "--output", "json"), {
      signal,
    });
    const pods = dryRun ? Array.from({ length: shards }, (_, i) => `${name}-${i}-POD`) : podsOf(found, name, shards);
    const results: UnitResult[] = [];
    for (const [index, pod] of pods.entries()) {
      const log = await runner.run(kubectl("logs", pod, "--container", "sweep"), { signal });
      if (dryRun) continue;
      const shard = parseShardText(log, `pod ${pod}`, digest);
      writeWhole(join(folder, resultsName({ k: index + 1, n: shards })), linesOf(shard));
      results.push(...shard);
    }
    return results;
  } finally {
    // Not by the signal, which may have been what ended it.
    await runner.run(kubectl("delete", `job/${name}`, `configmap/${name}`, "--ignore-not-found", "--wait=false"));
  }
}

interface JobStatus {
  readonly status?: {
    readonly succeeded?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Waits for a Job's end. @throws CommandError if it failed. */
async function finished(
  name: string,
  kubectl: (...words: readonly string[]) => string[],
  { runner, signal, shards, progress, interval, dryRun }: KubernetesOptions,
): Promise<void> {
  for (;;) {
    const text = await runner.run(kubectl("get", `job/${name}`, "--output", "json"), { signal });
    if (dryRun) return;
    const { succeeded = 0, conditions = [] } = (JSON.parse(text) as JobStatus).status ?? {};
    progress.update(succeeded / shards, `${succeeded} of ${shards} shards`);
    const is = (type: string) => conditions.find((one) => one.type === type && one.status === "True");
    if (is("Complete") !== undefined) return;
    const failed = is("Failed");
    if (failed !== undefined) {
      const words = kubectl("logs", `job/${name}`, "--container", "sweep", "--tail", "5");
      const log = await runner.run(words, { signal }).catch((error: Error) => error.message);
      throw new CommandError(`job ${name} failed: ${failed.message ?? "no reason given"}\n${log.trim()}`);
    }
    await wait(interval * 1e3, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly status?: { readonly phase?: string };
  }[];
}

/** The pod that succeeded, for each index in order. @throws CommandError if one is gone. */
function podsOf(text: string, job: string, shards: number): string[] {
  const done = (JSON.parse(text) as Pods).items.filter(({ status }) => status?.phase === "Succeeded");
  const pods = new Map(done.map(({ metadata }) => [Number(metadata.annotations?.[INDEX]), metadata.name]));
  return Array.from({ length: shards }, (_, index) => {
    const pod = pods.get(index);
    if (pod === undefined)
      throw new CommandError(`job ${job}: the pod of shard ${index + 1}/${shards} is gone, with its results`);
    return pod;
  });
}
