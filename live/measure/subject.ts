import { createHash } from "node:crypto";
import type { Plan } from "../../sim/plan.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Link, Topology } from "../../sim/topology/topology.ts";
import { onnxRuntimeVersion } from "../stage/onnx-runtime.ts";

/** Nodes of one host: measured once, at the host's own speed, for all of them. Never empty. */
export type Machine = readonly string[];

/** Consecutive stages, by their number from 0, that are one pod in some plan, and where. */
export interface MeasuredPod {
  readonly stages: readonly number[];
  readonly machines: readonly Machine[];
}

/** What a calibration measures: every pod of every plan, at every size; every link that a hop crosses. */
export interface Subject {
  readonly pods: readonly MeasuredPod[];
  readonly sizes: readonly FrameSize[];
  /** Payload sizes that cross the link, bytes, ascending. */
  readonly links: readonly { readonly link: Link; readonly bytes: readonly number[] }[];
  /** Digest of all of it, and of what the nodes are. */
  readonly digest: string;
}

export function subjectOf(topology: Topology, plans: readonly Plan[]): Subject {
  const pods = new Map<string, { stages: number[]; on: Set<string> }>();
  for (const { node, stages } of plans.flatMap((plan) => plan.pods)) {
    const numbers = stages.map(({ name }) => topology.stages.findIndex((stage) => stage.name === name));
    const entry = pods.get(numbers.join()) ?? { stages: numbers, on: new Set<string>() };
    entry.on.add(node);
    pods.set(numbers.join(), entry);
  }
  const sizes = new Map(plans.map(({ size }) => [`${size.height}x${size.width}`, size]));
  const links = new Map<string, { link: Link; bytes: Set<number> }>();
  for (const { link, bytes } of plans.flatMap((plan) => plan.hops)) {
    if (link === null) continue;
    const entry = links.get(link.between.join("-")) ?? { link, bytes: new Set<number>() };
    entry.bytes.add(bytes);
    links.set(link.between.join("-"), entry);
  }
  const subject = {
    // The whole pipeline in one pod comes last: alone on its machine, it tells least of messages.
    pods: [...pods.values()]
      .map(({ stages, on }) => ({ stages, machines: machinesOf(topology, on) }))
      .sort((a, b) => a.stages.length - b.stages.length || a.stages[0]! - b.stages[0]!),
    sizes: [...sizes.values()],
    links: [...links.values()].map(({ link, bytes }) => ({ link, bytes: [...bytes].sort((a, b) => a - b) })),
  };
  // Stages' keys hold what their files hold; what computes a network is not of this package.
  const keys = new Set(plans.flatMap((plan) => plan.pods.flatMap((pod) => pod.stages.map(({ key }) => key))));
  const runtime = topology.stages.some(({ kernel }) => kernel === "onnx") ? onnxRuntimeVersion() : null;
  const text = JSON.stringify([subject, [...keys], runtime, topology.stages, topology.nodes, topology.hosts]);
  return { ...subject, digest: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}

function machinesOf({ nodes }: Topology, names: ReadonlySet<string>): Machine[] {
  const machines = new Map<string, string[]>();
  for (const { name, host } of nodes) if (names.has(name)) machines.set(host, [...(machines.get(host) ?? []), name]);
  return [...machines.values()];
}
