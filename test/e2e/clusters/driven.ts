import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Deployment, PodSpec } from "../../../live/clusters/cluster.ts";
import { Driver } from "../../../live/driver.ts";
import { PodClient } from "../../../live/measure/pod-client.ts";
import type { Trace } from "../../../sim/trace.ts";
import { deployLine, lineOf } from "../../live/line.ts";

// What the suite has deployed pods do.

export const WINDOW = 8;
export const RUN = { frames: 40, rate: 0, height: 70, width: 93, window: WINDOW, digests: 40 };
/** Four seconds, in which a pod is replaced. */
export const LONG = { id: "long", frames: 240, rate: 60, height: 48, width: 40, window: 4, digests: 0 };
const PATIENCE = 120;

/** A run that records everything. */
export async function runOn(
  deployment: Deployment,
  pods: readonly PodSpec[],
): Promise<{ digests: readonly string[]; trace: Trace }> {
  const driver = new Driver(deployment, pods);
  try {
    return await driver.run("conformance", 0, 0, RUN, { timeout: PATIENCE });
  } finally {
    driver.close();
  }
}

/** What one process gives that has all stages. */
export async function monolith(pods: readonly PodSpec[] = lineOf({ grouping: [4] })): Promise<readonly string[]> {
  const deployment = await deployLine(pods);
  return runOn(deployment, pods)
    .then(({ digests }) => digests)
    .finally(() => deployment.stop());
}

interface Taken {
  readonly sequence: number;
  readonly digest: string;
}

/** Takes the frames of a long run, one by one. */
export async function frames(
  deployment: Deployment,
  pods: readonly PodSpec[],
  during: (sequence: number) => void,
  run = LONG,
): Promise<Taken[]> {
  const driver = new Driver(deployment, pods);
  const taken: Taken[] = [];
  try {
    const id = `${run.id} ${performance.now()}`;
    await driver.stream(
      { ...run, id },
      {
        timeout: PATIENCE,
        onFrame: ({ sequence, samples: { buffer, byteOffset, byteLength } }) => {
          const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
          taken.push({ sequence, digest: createHash("sha256").update(bytes).digest("hex") });
          during(sequence);
        },
      },
    );
  } finally {
    driver.close();
  }
  return taken;
}

/** The same run, as fast as it goes, on one process that nobody touches. @param line of pods whose stages it has. */
export async function undisturbed(line: readonly PodSpec[] = lineOf({ grouping: [4] }), run = LONG): Promise<Taken[]> {
  const [{ baseDirectory }] = line as [PodSpec];
  const stages = line.flatMap((pod) => pod.stages);
  const pods = [{ name: "all", node: "this", stages, baseDirectory, upstream: null, link: null }];
  const deployment = await deployLine(pods);
  return frames(deployment, pods, () => {}, { ...run, rate: 0 }).finally(() => deployment.stop());
}

/** CPU seconds a second that a line's only pod uses, once it is warm, of as many frames as it can take. */
export async function usedWhileBusy(deployment: Deployment, pods: readonly PodSpec[]): Promise<number> {
  const [pod] = pods;
  const driver = new Driver(deployment, pods);
  const client = new PodClient(pod!.name, deployment.address(pod!.name), deployment.identity);
  const ending = new AbortController();
  const endless = { id: "endless", frames: 1_000_000, rate: 0, height: 256, width: 256, window: 8, digests: 0 };
  const running = driver.stream(endless, { timeout: PATIENCE, signal: ending.signal }).catch(() => {});
  try {
    await wait(2000);
    const read = async () => {
      const { threadCpu, compilerCpu } = await client.usage();
      return { used: threadCpu + compilerCpu, at: performance.now() / 1e3 };
    };
    const before = await read();
    await wait(2000);
    const after = await read();
    return (after.used - before.used) / (after.at - before.at);
  } finally {
    ending.abort();
    await running;
    client.close();
    driver.close();
  }
}
