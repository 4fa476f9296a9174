import type { NodeJson } from "../clusters/kubernetes/api.ts";
import { unfit } from "../clusters/kubernetes/node-fitness.ts";
import { CommandError, type Runner } from "../exec.ts";
import { type Check, checksOf } from "./check.ts";

const { ok, warning, wrong, unknown } = checksOf("cluster");

/** kubectl supports clusters of one minor version more or less (kubernetes.io/releases/version-skew-policy). */
const SKEW = 1;
/** Kubernetes that manifests are made for, and from which namespaces' labels enforce Pod Security Standards. */
const OLDEST = 19;
const POD_SECURITY = 23;
/** Kubelets renew their leases every 10 s, by their own clocks. */
const RENEWAL_SECONDS = 10;

interface Version {
  readonly major?: string;
  readonly minor?: string;
  readonly gitVersion?: string;
}

/** The server's version; it is not reached, is too old, or another than kubectl's. @returns its minor version, `null` if it does not answer. */
export async function reachable(
  runner: Runner,
): Promise<{ readonly checks: readonly Check[]; readonly minor: number | null }> {
  try {
    const text = await runner.run(["kubectl", "version", "--output", "json", "--request-timeout=10s"]);
    return versionChecks(JSON.parse(text) as { clientVersion?: Version; serverVersion?: Version });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = error.message.trim().split("\n").at(-1)!;
    const where = process.env.KUBECONFIG ?? "~/.kube/config";
    return {
      checks: [
        wrong(
          "server",
          said,
          `is KUBECONFIG (${where}) that of a cluster that runs? edgetwin cluster up kind, or kubectl config get-contexts`,
        ),
      ],
      minor: null,
    };
  }
}

export function versionChecks(versions: { readonly clientVersion?: Version; readonly serverVersion?: Version }) {
  const { clientVersion, serverVersion } = versions;
  // Some clouds say "24+".
  const [client, server] = [clientVersion, serverVersion].map((version) => Number.parseInt(version?.minor ?? "", 10));
  const found = `Kubernetes ${serverVersion?.gitVersion ?? "of unknown version"}`;
  if (server === undefined || Number.isNaN(server))
    return { checks: [unknown("server", found, "kubectl version")], minor: null };
  const checks = [
    server < OLDEST ? wrong("server", found, `manifests are for 1.${OLDEST} and later`) : ok("server", found),
    Math.abs(client! - server) <= SKEW
      ? ok("skew", `kubectl ${clientVersion?.gitVersion}`)
      : warning(
          "skew",
          `kubectl is ${clientVersion?.gitVersion}, ${Math.abs(client! - server)} versions from the server`,
          "mostly it works; a kubectl of the server's version always does",
        ),
    server >= POD_SECURITY
      ? ok("pod security", "pods keep to the restricted standard, and a run's namespace enforces it")
      : ok("pod security", `pods keep to the restricted standard, which 1.${server} does not enforce by labels`),
  ];
  return { checks, minor: server };
}

/** Every node of the cluster: ready, and of the server's version or older. */
export function readinessChecks(nodes: readonly NodeJson[]): Check[] {
  if (nodes.length === 0) return [wrong("nodes", "it has none", "kubectl get nodes")];
  const broken = nodes.flatMap((node) => {
    const why = unfit(node);
    return why?.startsWith("not ready") === true ? [`${node.metadata.name} is ${why}`] : [];
  });
  const versions = nodes.map(({ metadata, status }) => `${metadata.name} ${status.nodeInfo.kubeletVersion}`).join(", ");
  return [
    broken.length === 0
      ? ok("nodes", `all ready: ${versions}`)
      : warning(
          "nodes",
          broken.join("; "),
          "kubectl describe node, and on it: journalctl --unit kubelet (k3s: k3s, k3s-agent)",
        ),
  ];
}

/** A heartbeat. */
export interface Lease {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly renewTime?: string };
}

/** What heartbeats tell of the nodes' clocks: each comes from the node's own, at most 10 s ago. @param ready names of nodes that send them. */
export function clockChecks(leases: readonly Lease[] | null, ready: readonly string[]): Check {
  const measured = "runs measure their pods' offsets over gRPC, with bounds, and keep both in their traces";
  const times = (leases ?? []).flatMap(({ metadata, spec }) =>
    ready.includes(metadata.name) && spec.renewTime !== undefined
      ? [{ name: metadata.name, at: Date.parse(spec.renewTime) / 1e3 }]
      : [],
  );
  if (times.length < 2) return unknown("clocks", "heartbeats are not for this user to see", measured);
  const sorted = times.sort((a, b) => a.at - b.at);
  const [last, lead] = [sorted[0]!, sorted.at(-1)!];
  const apart = lead.at - last.at;
  return apart <= 1.5 * RENEWAL_SECONDS
    ? ok("clocks", `apart by no more than the ${RENEWAL_SECONDS} s that heartbeats tell; ${measured}`)
    : warning(
        "clocks",
        `${lead.name} is some ${apart.toFixed(0)} s ahead of ${last.name}`,
        "have both ask the same time server (chrony, systemd-timesyncd): certificates and logs go by it",
      );
}

/** What nobody can ask a cluster. */
export function policyCheck(): Check {
  return unknown(
    "network policy",
    "each pod has one; whether the cluster's network keeps to it can't be asked",
    "k3s, Calico and Cilium do, flannel alone does not; mutual TLS between pods needs none",
  );
}

/** @returns what kubectl lists; `null` if it may not. */
export async function listOf<T>(runner: Runner, words: readonly string[]): Promise<readonly T[] | null> {
  try {
    const text = await runner.run(["kubectl", "get", ...words, "--output", "json"]);
    return (JSON.parse(text) as { readonly items: readonly T[] }).items;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return null;
  }
}

/** Where nodes can't be listed. */
export function unseenNodes(): Check {
  return unknown(
    "nodes",
    "this user may not list them",
    "selectors, architectures and images are checked by somebody who may (verb list of nodes)",
  );
}

/** Nodes of the cluster, and their heartbeats' leases. */
export const NODES = ["nodes"];
export const LEASES = ["leases.coordination.k8s.io", "--namespace", "kube-node-lease"];
