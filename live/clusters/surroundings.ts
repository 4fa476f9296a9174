import type { PodMachine } from "../../sim/profile.ts";
import { PodClient } from "../measure/pod-client.ts";
import type { DescribeReply } from "../stage/wire.ts";
import type { Cluster, PodSpec, Surroundings } from "./cluster.ts";

/**
 * Has a pod on each node tell what machine it is on: for clusters whose pods run in an image.
 * @param of Where, for the profile's fingerprint; what deploys there. @param used names of nodes. @param logs as of `deploy`. @throws DeploymentError
 */
export async function askPods(
  {
    name,
    deploy,
    image,
    dryRun,
  }: Pick<Cluster, "deploy"> & { readonly name: string; readonly image: string; readonly dryRun: boolean },
  used: readonly string[],
  logs: string,
  signal?: AbortSignal,
): Promise<Surroundings> {
  const pods = used.map(describing);
  const deployment = await deploy(pods, logs, signal);
  const clients = pods.map((pod) => new PodClient(pod.name, deployment.address(pod.name), deployment.identity));
  try {
    const told = dryRun ? [] : await Promise.all(clients.map((client) => client.describe()));
    const machines = Map.groupBy(
      told.map((reply, i) => ({ reply, node: used[i]! })),
      ({ reply }) => reply.machine,
    );
    return {
      cluster: name,
      image,
      machines: [...machines.values()].map((all) =>
        machineOf(
          all[0]!.reply,
          all.map(({ node }) => node),
        ),
      ),
    };
  } finally {
    for (const client of clients) client.close();
    await deployment.stop();
  }
}

/** All that a pod tells: what is as it is by default is no property of a message's own. */
function machineOf(reply: DescribeReply, nodes: readonly string[]): PodMachine {
  const { machine, platform, arch, cpu, cores, memoryBytes, kernel, node, vectors, code, tuning } = reply;
  return { machine, nodes, platform, arch, cpu, cores, memoryBytes, kernel, node, vectors, code, tuning };
}

/** A pod that does nothing but tell of its node. */
function describing(node: string): PodSpec {
  const stages = [{ name: "pattern", kernel: "synthetic", params: {} }];
  return { name: `machine-${node}`, node, stages, baseDirectory: ".", upstream: null, link: null };
}
