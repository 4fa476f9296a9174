import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IN_NAMESPACE, OF_NAMESPACES, type Rule } from "../../live/clusters/kubernetes/permissions.ts";
import type { Link } from "../../sim/topology/topology.ts";
import { type Answer, fakes } from "../provision/fakes.ts";

export const TOPOLOGY = `apiVersion: edgetwin/v1
name: lab
hosts: { xavier: { cores: 8 }, rack: {} }
nodes:
  edge: { letter: E, host: xavier, arch: arm64, selector: { role: edge } }
  server: { letter: S, host: rack, cpus: 1.5 }
links:
  - { between: [edge, server], bandwidth: 100 Mbit/s, delay: 2 ms }
stages:
  - { name: source, kernel: synthetic }
  - { name: conv, kernel: conv2d, weights: blur }
  - { name: relu, kernel: relu }
workload: { sizes: [64], frames: 20 }
`;

export const IMAGE = "localhost/edgetwin-stage:0.1.0";

/** As kubectl prints one. */
export function node(name: string, more: { labels?: object; spec?: object; status?: object; info?: object } = {}) {
  return {
    kind: "Node" as const,
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...more.labels } },
    spec: { ...more.spec },
    status: {
      allocatable: { cpu: "8", memory: "31892108Ki" },
      conditions: [{ type: "Ready", status: "True" }],
      images: [{ names: [IMAGE] }],
      ...more.status,
      nodeInfo: {
        ...{ architecture: "amd64", kubeletVersion: "v1.33.6+k3s1" },
        ...{ kernelVersion: "6.8.0", containerRuntimeVersion: "containerd://2.1.5" },
        ...more.info,
      },
    },
  };
}

export const HEALTHY = [
  node("xavier", { labels: { role: "edge", "edgetwin.dev/node": "edge" }, info: { architecture: "arm64" } }),
  node("rack", { labels: { role: "server", "edgetwin.dev/node": "server" } }),
];

/** Answers of kubectl for a cluster. @param denied what its user may not, such as `create deployments`. */
export function cluster(
  nodes: readonly object[] | null,
  { client = "33", server = "33", denied = [] as readonly string[], apart = 3 } = {},
): Answer[] {
  const version = (minor: string) => ({ major: "1", minor, gitVersion: `v1.${minor}.6` });
  const lease = (name: string, seconds: number) => ({
    metadata: { name },
    spec: { renewTime: new Date(Date.UTC(2026, 0, 1) + seconds * 1e3).toISOString() },
  });
  const review = (rules: readonly Rule[]) =>
    rules
      .flatMap(({ verbs, ...rule }) =>
        verbs.map((verb) => ({
          spec: { resourceAttributes: { ...rule, verb } },
          status: { allowed: !denied.includes(`${verb} ${rule.resource}`) },
        })),
      )
      .map((one) => JSON.stringify(one, null, 2))
      .join("\n");
  return [
    ["version --client", "", JSON.stringify({ clientVersion: version(client) })],
    ["kubectl version", "", JSON.stringify({ clientVersion: version(client), serverVersion: version(server) })],
    ...(nodes === null ? [] : [["get nodes", "", JSON.stringify({ items: nodes })] as const]),
    ["get leases", "", JSON.stringify({ items: [lease("xavier", 0), lease("rack", apart)] })],
    ['"namespace":"lab"', "", review(IN_NAMESPACE)],
    ['"resource":"namespaces"', "", review(OF_NAMESPACES)],
    ["podman --version", "", "podman version 5.4.2\n"],
    ["kind version", "", "kind v0.29.0 go1.24.2 linux/amd64\n"],
    ["docker --version", "", "Docker version 28.2.2, build e6534b4\n"],
  ];
}

/** Runs the verb where only these programs are, in a folder with the topology. */
export function doctor(programs: readonly string[], answers: readonly Answer[], topology = TOPOLOGY) {
  const { cwd, calls, run } = fakes(programs, answers);
  writeFileSync(join(cwd, "lab.yaml"), topology);
  const examine = async (args: readonly string[], failAt: number | null = null) => {
    const ended = await run(["doctor", ...args], failAt);
    // This machine is another one everywhere.
    return { ...ended, stdout: ended.stdout.replace(/^this machine\n.*?\n\n/s, "") };
  };
  return { cwd, calls, examine };
}

/** Keeps a profile in which a link was measured. */
export function keepProfile(cwd: string, version: number, link: Pick<Link, "bandwidth" | "delay">): void {
  mkdirSync(join(cwd, "runs/profiles"), { recursive: true });
  const links = [{ between: ["edge", "server"], ...link }];
  writeFileSync(join(cwd, "runs/profiles/lab-0123abcd.json"), JSON.stringify({ version, links }));
}
