import type { Bench } from "../workbench.ts";
import type { Cluster, ClusterName } from "./cluster.ts";

/** Flags that say where pods run. */
export interface ClusterFlags {
  readonly on: ClusterName;
}

/** The cluster that the flags ask for. */
export async function chooseCluster(_bench: Bench, _flags: ClusterFlags): Promise<Cluster> {
  return (await import("./processes.ts")).processes;
}
