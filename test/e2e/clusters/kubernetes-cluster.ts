import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cluster, PodSpec } from "../../../live/clusters/cluster.ts";
import { type KubernetesOptions, kubernetes } from "../../../live/clusters/kubernetes/cluster.ts";
import { serverMinor } from "../../../live/clusters/kubernetes/server-version.ts";
import { programs } from "../../../live/exec.ts";
import { openBench } from "../../../live/workbench.ts";

/** Its nodes are those of the test cluster, by their labels. */
export const TOPOLOGY = fileURLToPath(new URL("../../../topologies/cluster.yaml", import.meta.url));
export const { topology } = await openBench(TOPOLOGY, {}, true);
/** An image that the nodes of the cluster have. */
export const IMAGE = process.env.EDGETWIN_IMAGE;

export const kubectl = async (...args: string[]) => (await promisify(execFile)("kubectl", args)).stdout;

/** Why there is no cluster to test on; `null` if there is one. */
export const why =
  IMAGE === undefined
    ? "EDGETWIN_IMAGE names no image that its nodes have"
    : await kubectl("get", "nodes", "--selector", "role in (edge, server)", "--output", "name").then(
        (names) => (names.trim().split("\n").length >= 2 ? null : "it has no nodes with labels role=edge, role=server"),
        (error: Error) => error.message.trim().split("\n").at(-1)!,
      );

/** What deployments said, line by line. */
export const said: string[] = [];

/** The cluster that KUBECONFIG names. */
export async function cluster(options: Partial<KubernetesOptions> = {}): Promise<Cluster> {
  return kubernetes({
    ...{ topology, image: IMAGE!, plaintext: false, retain: false, version: "test", dryRun: false, starter: programs },
    minor: (await serverMinor(programs))!,
    say: (line) => said.push(line),
    ...options,
  });
}

/** Namespaces and, in one that is there already, objects that runs have left. */
export async function left(namespace = "default"): Promise<string[]> {
  const mine = ["--selector", "app.kubernetes.io/managed-by=edgetwin", "--output", "name"];
  const kinds = "deployments,replicasets,pods,services,configmaps,secrets,networkpolicies,poddisruptionbudgets";
  const texts = await Promise.all([
    kubectl("get", "namespaces", ...mine),
    kubectl("get", kinds, "--namespace", namespace, ...mine),
  ]);
  return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
}

/** A line of pods with a stage each, on the nodes that letters name. */
export function lineOn(
  split: string,
  kernels: readonly string[] = ["synthetic", "conv2d", "relu", "maxpool"],
): PodSpec[] {
  const nodes = Array.from(split, (letter) => topology.nodes.find((node) => node.letter === letter)!.name);
  const params: Record<string, object> = { synthetic: { seed: 3 }, conv2d: { size: 3, weights: "edges" } };
  return kernels.map((kernel, i) => ({
    name: `pod${i + 1}`,
    node: nodes[i]!,
    stages: [{ name: `stage${i + 1}`, kernel, params: { ...params[kernel] } }],
    baseDirectory: ".",
    upstream: i === 0 ? null : { pod: `pod${i}` },
    link: i === 0 || nodes[i] === nodes[i - 1] ? null : topology.links[0]!,
  }));
}
