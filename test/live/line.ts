import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PodSpec } from "../../live/clusters/cluster.ts";
import { type LocalDeployment, localProcesses } from "../../live/clusters/processes.ts";
import type { Compression } from "../../sim/compression.ts";
import type { Link } from "../../sim/topology/topology.ts";

/** A small pipeline for tests: a moving pattern, a convolution, relu, maxpool. */
export const STAGES: PodSpec["stages"] = [
  { name: "source", kernel: "synthetic", params: { channels: 1, element: "uint8", seed: 3 } },
  { name: "conv", kernel: "conv2d", params: { size: 3, weights: "edges" } },
  { name: "relu", kernel: "relu", params: {} },
  { name: "maxpool", kernel: "maxpool", params: { size: 2 } },
];

export interface LineOptions {
  /** Stages per pod. */
  readonly grouping: readonly number[];
  /** Link in front of a pod, by the pod's index. */
  readonly links?: Readonly<Record<number, Link>>;
  /** Of every hop. */
  readonly compression?: Compression;
  /** Of every pod. */
  readonly workers?: number;
}

export function lineOf({ grouping, links = {}, compression = "none", workers = 0 }: LineOptions): PodSpec[] {
  let at = 0;
  return grouping.map((count, i) => {
    const stages = STAGES.slice(at, at + count);
    at += count;
    return {
      name: `pod${i + 1}`,
      node: `node${i + 1}`,
      stages,
      baseDirectory: ".",
      upstream: i === 0 ? null : { pod: `pod${i}` },
      link: links[i] ?? null,
      compression,
      workers,
    };
  });
}

export function deployLine(pods: readonly PodSpec[], { tls = false } = {}): Promise<LocalDeployment> {
  return localProcesses({ tls }).deploy(pods, mkdtempSync(join(tmpdir(), "edgetwin-test-")));
}
