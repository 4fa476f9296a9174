import type { Node, Topology } from "../../sim/topology/topology.ts";
import { type NodeJson, selects } from "../clusters/kubernetes/api.ts";
import { bytes, cores, unfit } from "../clusters/kubernetes/node-fitness.ts";
import { NODE_LABEL } from "../clusters/kubernetes/settings.ts";
import { type Check, checksOf } from "./check.ts";

/** What pods of a topology's node ask for, at most: in the plan that has most of them there. */
export interface Demand {
  readonly pods: number;
  /** Cores, and bytes, that Kubernetes is asked to keep for them. */
  readonly cpu: number;
  readonly memory: number;
}

/** A kubelet tells of so many images at most. */
const MOST_IMAGES = 50;

const { ok, warning, wrong, unknown } = checksOf("nodes");

/** Whether each node of a topology has machines in the cluster, and what they are like. */
export function nodeChecks(
  topology: Pick<Topology, "nodes" | "hosts">,
  nodes: readonly NodeJson[],
  image: string,
  demandOf: (node: string) => Demand,
): Check[] {
  const checks = topology.nodes.flatMap((node) => {
    const host = topology.hosts.find(({ name }) => name === node.host);
    return oneNode(node, host?.cores ?? null, nodes, image, demandOf(node.name));
  });
  return [...checks, ...shared(topology.nodes, nodes)];
}

function oneNode(
  node: Node,
  hostCores: number | null,
  all: readonly NodeJson[],
  image: string,
  demand: Demand,
): Check[] {
  const what = node.name;
  const selector = node.selector ?? { [NODE_LABEL]: node.name };
  const words = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  const labelled = all.filter((one) => selects(selector, one));
  if (labelled.length === 0) {
    const there = all.map(({ metadata: { name, labels = {} } }) => {
      const own = Object.entries(labels).filter(([key]) => key === NODE_LABEL || !/kubernetes\.io\//.test(key));
      return `${name} has ${own.map(([key, value]) => `${key}=${value}`).join(" ") || "none of its own"}`;
    });
    const advice = `kubectl label node NAME ${words.join(" ")}, or nodes.${node.name}.selector in the topology`;
    return [wrong(what, `no machine has the labels ${words.join(" ")}: ${there.join("; ")}`, advice)];
  }
  const fit = labelled.filter((one) => unfit(one) === null);
  const names = (some: readonly NodeJson[]) => some.map(({ metadata }) => metadata.name).join(", ");
  if (fit.length === 0) {
    const why = labelled.map((one) => `${one.metadata.name} is ${unfit(one)}`).join("; ");
    return [wrong(what, why, `kubectl describe node ${labelled.map(({ metadata }) => metadata.name).join(" ")}`)];
  }
  const architectures = [...new Set(fit.map(({ status }) => status.nodeInfo.architecture))];
  const checks = [ok(what, `${names(fit)} (${architectures.join(", ")}), by ${words.join(" ")}`)];
  if (node.arch !== null && !architectures.includes(node.arch))
    checks.push(
      wrong(
        what,
        `nodes.${node.name}.arch is ${node.arch}, ${names(fit)} is ${architectures.join(", ")}`,
        "correct one of them: pods would wait for ever",
      ),
    );
  else if (node.arch === null && architectures.length > 1)
    checks.push(
      warning(
        what,
        `machines of ${architectures.join(" and ")} are one node`,
        `say nodes.${node.name}.arch, or which by its selector: costs are of one machine`,
      ),
    );
  checks.push(...capacity(node, hostCores, fit, demand), imageCheck(node, fit, image));
  return checks;
}

function capacity(
  { name }: Node,
  hostCores: number | null,
  fit: readonly NodeJson[],
  { pods, cpu, memory }: Demand,
): Check[] {
  const most = (of: (node: NodeJson) => number | null) => Math.max(...fit.map((node) => of(node) ?? 0));
  const has = most(({ status }) => cores(status.allocatable?.cpu));
  const room = most(({ status }) => bytes(status.allocatable?.memory));
  const gib = (value: number) => `${(value / 2 ** 30).toFixed(1)} GiB`;
  const asked = `${pods} pods there ask for ${Number(cpu.toFixed(2))} cores and ${gib(memory)}`;
  const found = `${asked}, it has ${has} and ${gib(room)}`;
  const checks = [cpu > has || memory > room ? wrong(name, found, "fewer pods there (--groupings)") : ok(name, found)];
  if (hostCores !== null && hostCores !== has)
    checks.push(
      warning(
        name,
        `its host has ${hostCores} cores in the topology, ${has} here`,
        "correct hosts.*.cores, or leave it out: calibration counts them",
      ),
    );
  return checks;
}

function imageCheck({ name }: Node, fit: readonly NodeJson[], image: string): Check {
  if (!image.startsWith("localhost/")) return ok(name, `it pulls ${image}`);
  const lacking = fit.filter(({ status: { images = [] } }) => !images.some((one) => one.names?.includes(image)));
  if (lacking.length === 0) return ok(name, `it has ${image}`);
  const names = lacking.map(({ metadata }) => metadata.name).join(", ");
  const advice =
    "edgetwin image build, and load it there (edgetwin cluster up ... does), or --push it and name it with --image";
  if (lacking.every(({ status: { images = [] } }) => images.length >= MOST_IMAGES))
    return unknown(name, `${names} has more images than it tells, ${image} is not among them`, advice);
  return warning(name, `${names} does not list ${image}; such a list may be a minute old`, advice);
}

/** Nodes of a topology that may be one machine. */
function shared(nodes: readonly Node[], all: readonly NodeJson[]): Check[] {
  return all.flatMap((one) => {
    const same = nodes.filter(({ name, selector }) => selects(selector ?? { [NODE_LABEL]: name }, one));
    if (same.length < 2) return [];
    const names = same.map(({ name }) => name).join(" and ");
    return [
      warning(
        names,
        `${one.metadata.name} may be both`,
        "have their selectors choose different machines: here they share cores, and no link is between them",
      ),
    ];
  });
}
