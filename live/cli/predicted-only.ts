import { arrivalsText, disturbanceText } from "../../sim/disturbance.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import type { Cluster } from "../clusters/cluster.ts";
import { whyNot } from "../disturb.ts";
import { InputError } from "./folder.ts";

/** @throws InputError if a topology has what a cluster can't do: CPU limits of local processes, frames that come unevenly, some disturbances. */
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
    ...disturbances.flatMap((one) => {
      const why = whyNot(one, real);
      return why === null ? [] : [`disturbances: ${disturbanceText(one)} (${why})`];
    }),
    ...(arrivals === undefined ? [] : [`workload.arrivals: ${arrivalsText(arrivals)}`]),
  ];
  if (lines.length === 0) return;
  const what = lines.map((line) => `\n  ${line}`).join("");
  throw new InputError(
    `${name} has what ${cluster} can't do: edgetwin predict says what it would do; take it out to run for real${what}`,
  );
}
