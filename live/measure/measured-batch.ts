import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Cluster, Deployment, PodSpec } from "../clusters/cluster.ts";
import { now } from "../stage/clock.ts";
import { MeasuredLine } from "./measured-line.ts";

/** A line of pods that is measured, and the largest frames that it will carry. */
export interface LineSpec {
  readonly pods: readonly PodSpec[];
  readonly largest: FrameSize;
}

export interface Deploying {
  readonly cluster: Cluster;
  /** Folder for the pods' logs. */
  readonly logs: string;
  readonly signal?: AbortSignal;
}

/** Lines of pods that are deployed together, when the first of them is asked for: what is known already needs no pods. */
export class MeasuredBatch {
  readonly #specs: readonly LineSpec[];
  readonly #options: Deploying;
  readonly #lines = new Map<string, MeasuredLine>();
  #deployment: Deployment | null = null;
  /** Seconds that it took until all lines were there and warm, which no measurement is charged with. */
  deploying = 0;

  constructor(specs: readonly LineSpec[], options: Deploying) {
    this.#specs = specs;
    this.#options = options;
  }

  /** The line of these pods, warm. @throws DeploymentError, RunError. */
  async line(pods: readonly PodSpec[]): Promise<{ line: MeasuredLine; deployment: Deployment }> {
    const deployment = this.#deployment ?? (await this.#deploy());
    return { line: this.#lines.get(nameOf(pods))!, deployment };
  }

  async #deploy(): Promise<Deployment> {
    const { cluster, logs, signal } = this.#options;
    signal?.throwIfAborted();
    const begin = now();
    // A line is measured at every size: its pods are named again and again.
    const pods = new Map(this.#specs.flatMap(({ pods }) => pods).map((pod) => [pod.name, pod]));
    const deployment = await cluster.deploy([...pods.values()], logs, signal);
    this.#deployment = deployment;
    for (const { pods, largest } of this.#specs) {
      if (this.#lines.has(nameOf(pods))) continue;
      const line = new MeasuredLine(deployment, pods, signal);
      this.#lines.set(nameOf(pods), line);
      await line.warmUp(largest);
    }
    this.deploying = now() - begin;
    return deployment;
  }

  /** Ends the pods, if they were ever deployed. */
  async close(): Promise<void> {
    for (const line of this.#lines.values()) line.close();
    await this.#deployment?.stop();
  }
}

function nameOf(pods: readonly PodSpec[]): string {
  return pods.at(-1)!.name;
}
