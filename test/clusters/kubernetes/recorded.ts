import { readFileSync } from "node:fs";
import type { DeploymentJson, EventJson, NodeJson, PodJson, QuotaJson } from "../../../live/clusters/kubernetes/api.ts";

/** What kubectl said on a cluster of two nodes (Kubernetes 1.20) of deployments that failed for one reason each. */
export const CASES = ["selector", "cpus", "image", "quota", "stage"] as const;

export interface Recorded {
  readonly objects: readonly (DeploymentJson | PodJson)[];
  readonly events: readonly EventJson[];
  readonly quotas: readonly QuotaJson[];
}

export const NODES: readonly NodeJson[] = read("nodes");

export function recorded(name: (typeof CASES)[number]): Recorded {
  return read(name);
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8")) as T;
}
