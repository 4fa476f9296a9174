import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { UnitResult } from "../../sim/sweep/unit.ts";
import { writeWhole } from "../artefacts.ts";
import { serverMinor } from "../clusters/kubernetes/server-version.ts";
import { CommandError, commandText, type Runner } from "../exec.ts";
import type { Progress } from "../progress.ts";
import { inputsBytes } from "./inputs.ts";
import { INDEXED_JOBS, jobManifests, SHARD_LABEL, SWEEP_LABEL } from "./job.ts";
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
  readonly say: (line: string) => void;
  /** Seconds between two looks at the Jobs. */
  readonly interval: number;
}

const INDEX = "batch.kubernetes.io/job-completion-index";

/**
 * Runs a sweep's shards as one Indexed Job, or where the cluster has none as a Job each, and fetches their results from the pods' logs,
 * each checked by count and digest. The Jobs are deleted whatever happens; where they can't be, it says so.
 * @throws CommandError if kubectl or a Job fails; ArtefactError if a log is not whole.
 */
export async function sweepOnKubernetes(inputs: WorkerInputs, options: KubernetesOptions): Promise<UnitResult[]> {
  const { image, namespace, shards, folder, runner, dryRun, signal, say } = options;
  const { digest } = manifestOf(inputs);
  const name = `edgetwin-sweep-${digest.slice(0, 8)}`;
  const kubectl = (...words: readonly string[]) => ["kubectl", "--namespace", namespace, ...words];
  const mine = ["--selector", `${SWEEP_LABEL}=${name}`];
  const indexed = ((await serverMinor(runner, signal)) ?? INDEXED_JOBS) >= INDEXED_JOBS;
  const manifests = jobManifests({ name, namespace, image, shards, inputs: inputsBytes(inputs), indexed });
  try {
    // By the server: apply by the client keeps a second copy in an annotation, of at most 256 KiB.
    await runner.run(kubectl("apply", "--server-side", "--filename", "-"), { input: manifests, signal });
    await finished((...words) => kubectl(...words, ...mine), options);
    const found = await runner.run(kubectl("get", "pods", ...mine, "--output", "json"), { signal });
    const pods = dryRun ? Array.from({ length: shards }, (_, i) => `${name}-${i}-POD`) : podsOf(found, shards);
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
    const removal = kubectl("delete", "jobs,configmaps", ...mine, "--wait=false");
    // Not by the signal, which may have been what ended it. Results are not lost by this, and why there are none is what counts.
    await runner.run(removal).catch((error: Error) => {
      say(`sweep: jobs and the config map may be left in namespace ${namespace}: ${error.message}`);
      say(`  to delete them: ${commandText(removal)}`);
    });
  }
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

/** Waits for the end of all Jobs. @param kubectl of what is of the sweep. @throws CommandError if one failed. */
async function finished(
  kubectl: (...words: readonly string[]) => string[],
  { runner, signal, shards, progress, interval, dryRun }: KubernetesOptions,
): Promise<void> {
  for (;;) {
    const text = await runner.run(kubectl("get", "jobs", "--output", "json"), { signal });
    if (dryRun) return;
    const { items } = JSON.parse(text) as Jobs;
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
    if (items.length === 0) throw new CommandError("the sweep's jobs are gone: somebody has deleted them");
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

/** The pod that succeeded, for each shard in order. @throws CommandError if one is gone. */
function podsOf(text: string, shards: number): string[] {
  const done = (JSON.parse(text) as Pods).items.filter(({ status }) => status?.phase === "Succeeded");
  const pods = new Map(
    done.map(({ metadata: { name, annotations, labels } }) => [
      Number(labels?.[SHARD_LABEL] ?? annotations?.[INDEX]),
      name,
    ]),
  );
  return Array.from({ length: shards }, (_, index) => {
    const pod = pods.get(index);
    if (pod === undefined) throw new CommandError(`the pod of shard ${index + 1}/${shards} is gone, with its results`);
    return pod;
  });
}
