import { arrivalsText, disturbanceText } from "../../sim/disturbance.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Cluster } from "../clusters/cluster.ts";
import { InputError } from "./folder.ts";

/** @throws InputError if a topology has what a cluster can't do: CPU limits of local processes, and all that happens during a run. */
export function requireLive(
  { name, nodes, disturbances = [], workload: { arrivals } }: Topology,
  { name: cluster, real }: Pick<Cluster, "name" | "real">,
): void {
  const lines = [
    ...nodes.flatMap(({ name, cpus, quota }) => [
      ...(real || cpus === undefined ? [] : [`nodes.${name}.cpus: ${cpus}`]),
      // A node's own, which the cluster's nodes have or have not; podman's pods are all of this machine's.
      ...((real && cluster !== "podman") || quota === undefined ? [] : [`nodes.${name}.quota: ${quota}`]),
    ]),
    ...disturbances.map((one) => `disturbances: ${disturbanceText(one)}`),
    ...(arrivals === undefined ? [] : [`workload.arrivals: ${arrivalsText(arrivals)}`]),
  ];
  if (lines.length === 0) return;
  const what = lines.map((line) => `\n  ${line}`).join("");
  throw new InputError(
    `${name} has what the testbed can't do yet: edgetwin predict says what it would do; take it out to run for real${what}`,
  );
}
