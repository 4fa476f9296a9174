import type { Cluster, ClusterName } from "../../../live/clusters/cluster.ts";
import type { Node } from "../../../sim/topology/topology.ts";

/** A cluster, as far as the suite has to know it. */
export interface Candidate {
  readonly name: ClusterName;
  /** Why there is none here; `null`: there is. */
  readonly why: string | null;
  /** Where it runs pods, at least one; a line's pods are put on them in turn. */
  readonly nodes: readonly Node[];
  /** @param topology what is deployed is a part of, which nobody else's is. */
  open(topology: { readonly name: string; readonly nodes: readonly Node[] }): Promise<Cluster>;
  /** Of `edgetwin run`, besides `--on`. */
  readonly flags: readonly string[];
  /** Ends a pod so that it does not come back. */
  kill(topology: string, pod: string): Promise<void>;
  /** All that there is of a topology's deployments, by name. */
  leftovers(topology: string): Promise<string[]>;
}

/** A node for tests: as the machine is. */
export function nodeOf(name: string, letter: string, more: Partial<Node> = {}): Node {
  return { name, letter, host: "this", speed: 1, arch: null, ...more };
}
