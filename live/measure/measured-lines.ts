import type { Topology } from "../../sim/topology/topology.ts";
import type { PodSpec } from "../clusters/cluster.ts";
import { CONTENTS } from "./compression-costs.ts";

/** The feeder computes so many frames and repeats them: what it costs must not slow the pod that is measured. */
const REPLAY = 4;
/** Number of the pod with a worker in the line that is measured for it. */
export const WOKEN = 1;

const SAME: PodSpec["stages"] = [{ name: "same", kernel: "identity", params: {} }];

/** Lines of pods that a calibration deploys: whatever is measured, between a pod that feeds it and one that takes its frames. */
export class MeasuredLines {
  readonly #topology: Topology;
  readonly #baseDirectory: string;

  constructor(topology: Topology, baseDirectory: string) {
    this.#topology = topology;
    this.#baseDirectory = baseDirectory;
  }

  /** feeder -> the pod on its node -> a pod that takes its frames. The source has no feeder; the whole pipeline is alone. */
  measuring(indices: readonly number[], node: string): PodSpec[] {
    const [first = 0] = indices;
    const name = `${this.nameOf(indices)}-${node}`;
    const before = Array.from({ length: first }, (_, i) => i);
    const feeder: PodSpec = { ...this.#podOf(`before-${name}`, node, before), replay: REPLAY };
    const upstream = first === 0 ? null : { pod: feeder.name };
    const tested: PodSpec = { ...this.#podOf(name, node, indices), upstream };
    if (this.isWhole(indices)) return [tested];
    return [...(first === 0 ? [] : [feeder]), tested, after(tested)];
  }

  /** A pod that has all stages up to some, and one that asks for its frames compressed. */
  compressing(indices: readonly number[], node: string): PodSpec[] {
    const sender: PodSpec = {
      ...this.#podOf(`frames-${this.nameOf(indices)}-${node}`, node, indices),
      replay: CONTENTS,
    };
    return [sender, { ...after(sender), compression: "zstd" }];
  }

  /** A pod whose worker only copies frames, between the source and one that takes them. */
  waking(node: string): PodSpec[] {
    const feeder: PodSpec = { ...this.#podOf(`before-worker-${node}`, node, [0]), replay: REPLAY };
    const copying: PodSpec = { ...after(feeder), name: `worker-${node}`, workers: 1 };
    return [feeder, copying, after(copying)];
  }

  isWhole(indices: readonly unknown[]): boolean {
    return indices.length === this.#topology.stages.length;
  }

  /** Of stages by their numbers: `conv-relu`. */
  nameOf(indices: readonly number[]): string {
    return indices.map((index) => this.#topology.stages[index]!.name).join("-");
  }

  #podOf(name: string, node: string, indices: readonly number[]): PodSpec {
    const stages = indices.map((index) => {
      const { name, kernel, params, implementation } = this.#topology.stages[index]!;
      return { name, kernel, params, implementation };
    });
    return { name, node, stages, baseDirectory: this.#baseDirectory, upstream: null, link: null };
  }
}

/** A pod that takes another's frames, and does next to nothing with them. */
function after(pod: PodSpec): PodSpec {
  return { ...pod, name: `after-${pod.name}`, stages: SAME, replay: 0, workers: 0, upstream: { pod: pod.name } };
}
