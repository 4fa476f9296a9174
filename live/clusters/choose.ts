import type { Bench } from "../workbench.ts";
import type { Cluster, ClusterName } from "./cluster.ts";

/** Flags that say where pods run. */
export interface ClusterFlags {
  readonly on: ClusterName;
  readonly image?: string;
  readonly namespace?: string;
  readonly plaintext?: boolean;
  readonly retain?: boolean;
  readonly dryRun?: boolean;
}

/**
 * Where the pods of a bench are deployed, after a look at what would fail later; what a cluster needs is loaded when it is chosen.
 * @throws DeploymentError with every problem, CommandError if the cluster can't be asked.
 */
export async function chooseCluster(bench: Bench, flags: ClusterFlags, say: (line: string) => void): Promise<Cluster> {
  if (flags.on === "processes") return (await import("./processes.ts")).processes;
  if (flags.on === "podman") return (await import("./podman/open.ts")).openPodman(bench, flags, say);
  const { openKubernetes } = await import("./kubernetes/open.ts");
  return openKubernetes(bench, flags, say);
}
