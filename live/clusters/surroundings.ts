import { PodClient } from "../measure/pod-client.ts";
import type { Cluster, PodSpec, Surroundings } from "./cluster.ts";

/**
 * Has a pod on each node tell what machine it is on: for clusters whose pods run in an image.
 * @param used names of nodes. @param logs as of `deploy`. @throws DeploymentError
 */
export async function askPods(
  {
    name,
    deploy,
    image,
    dryRun,
  }: Pick<Cluster, "name" | "deploy"> & { readonly image: string; readonly dryRun: boolean },
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
      // The reply's own properties: a message has those of its type besides.
      machines: [...machines.values()].map((all) => ({ ...all[0]!.reply, nodes: all.map(({ node }) => node) })),
    };
  } finally {
    for (const client of clients) client.close();
    await deployment.stop();
  }
}

/** A pod that does nothing but tell of its node. */
function describing(node: string): PodSpec {
  const stages = [{ name: "pattern", kernel: "synthetic", params: {} }];
  return { name: `machine-${node}`, node, stages, baseDirectory: ".", upstream: null, link: null };
}
