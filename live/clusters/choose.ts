import type { Bench } from "../workbench.ts";
import type { Cluster, ClusterName } from "./cluster.ts";
import { processes } from "./processes.ts";

/** What the command line says of where pods are deployed. */
export interface ClusterFlags {
  readonly on: ClusterName;
}

/** Where the pods of a bench are deployed; what a cluster needs is loaded when it is chosen. */
export async function chooseCluster(_bench: Bench, _flags: ClusterFlags): Promise<Cluster> {
  return processes;
}
