import { createHash } from "node:crypto";
import type { Plan } from "../../sim/plan.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Link, Stage, Topology } from "../../sim/topology/topology.ts";

/** Nodes of one host: measured once, at the host's own speed, for all of them. Never empty. */
export type Machine = readonly string[];

/** What a calibration measures: every stage on every machine where a plan has it, at every size; every link that a hop crosses. */
export interface Subject {
  readonly stages: readonly { readonly stage: Stage; readonly index: number; readonly machines: readonly Machine[] }[];
  /** Machines on which a plan has several stages in one pod. */
  readonly grouped: readonly Machine[];
  readonly sizes: readonly FrameSize[];
  /** Payload sizes that cross the link, bytes, ascending. */
  readonly links: readonly { readonly link: Link; readonly bytes: readonly number[] }[];
  /** Digest of all of it, and of what the nodes are. */
  readonly digest: string;
}

export function subjectOf(topology: Topology, plans: readonly Plan[]): Subject {
  const stages = topology.stages.map((stage, index) => {
    const on = new Set<string>();
    for (const plan of plans)
      for (const pod of plan.pods) if (pod.stages.some(({ name }) => name === stage.name)) on.add(pod.node);
    return { stage, index, machines: machinesOf(topology, on) };
  });
  const sizes = new Map(plans.map(({ size }) => [`${size.height}x${size.width}`, size]));
  const links = new Map<string, { link: Link; bytes: Set<number> }>();
  for (const { link, bytes } of plans.flatMap((plan) => plan.hops)) {
    if (link === null) continue;
    const entry = links.get(link.between.join("-")) ?? { link, bytes: new Set<number>() };
    entry.bytes.add(bytes);
    links.set(link.between.join("-"), entry);
  }
  const grouped = plans.flatMap(({ pods }) => pods.filter((pod) => pod.stages.length > 1).map(({ node }) => node));
  const subject = {
    stages,
    grouped: machinesOf(topology, new Set(grouped)),
    sizes: [...sizes.values()],
    links: [...links.values()].map(({ link, bytes }) => ({ link, bytes: [...bytes].sort((a, b) => a - b) })),
  };
  const text = JSON.stringify([subject, topology.nodes, topology.hosts]);
  return { ...subject, digest: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}

function machinesOf({ nodes }: Topology, names: ReadonlySet<string>): Machine[] {
  const machines = new Map<string, string[]>();
  for (const { name, host } of nodes) if (names.has(name)) machines.set(host, [...(machines.get(host) ?? []), name]);
  return [...machines.values()];
}
