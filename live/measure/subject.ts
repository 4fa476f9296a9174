import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { contentKey, type Plan } from "../../sim/plan.ts";
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

export interface MeasuredLink {
  readonly link: Link;
  /** Sizes of the payloads that cross it as they are, bytes, ascending. */
  readonly bytes: readonly number[];
  /** Those that are compressed, by `contentKey`: how large they are is found by compressing some. */
  readonly compressed: readonly string[];
}

/** What a calibration measures: every pod of every plan, at every size; every link that a hop crosses. */
export interface Subject {
  readonly pods: readonly MeasuredPod[];
  readonly sizes: readonly FrameSize[];
  /** What crosses a link compressed: the stages that make it, from the source on, and the nodes at both ends. */
  readonly contents: readonly MeasuredPod[];
  readonly links: readonly MeasuredLink[];
  /** Where pods have workers. */
  readonly woken: readonly Machine[];
  /** Digest of all of it: of the same digest, the same was measured. */
  readonly digest: string;
}

/**
 * @param baseDirectory what folders in the topology are relative to: how images compress depends on what they show.
 * @param limited pods are held to what their nodes may use (`cpus`), and what is measured by the clock has that in it.
 */
export function subjectOf(topology: Topology, plans: readonly Plan[], baseDirectory: string, limited = false): Subject {
  const pods = new Map<string, { stages: number[]; on: Set<string> }>();
  for (const { node, stages } of plans.flatMap((plan) => plan.pods)) {
    const numbers = stages.map(({ name }) => topology.stages.findIndex((stage) => stage.name === name));
    const entry = pods.get(numbers.join()) ?? { stages: numbers, on: new Set<string>() };
    entry.on.add(node);
    pods.set(numbers.join(), entry);
  }
  const sizes = new Map(plans.map(({ size }) => [`${size.height}x${size.width}`, size]));
  const contents = new Map<number, Set<string>>();
  const links = new Map<string, { link: Link; bytes: Set<number>; compressed: Set<string> }>();
  for (const plan of plans) {
    for (const [hop, { link, bytes, compression }] of plan.hops.entries()) {
      if (link === null) continue;
      const name = link.between.join("-");
      const entry = links.get(name) ?? { link, bytes: new Set<number>(), compressed: new Set<string>() };
      links.set(name, entry);
      if (compression === "none") entry.bytes.add(bytes);
      else {
        entry.compressed.add(contentKey(plan, hop));
        const count = plan.pods.slice(0, hop + 1).reduce((sum, { stages }) => sum + stages.length, 0);
        const ends = plan.pods.slice(hop, hop + 2).map(({ node }) => node);
        contents.set(count, new Set([...(contents.get(count) ?? []), ...ends]));
      }
    }
  }
  const subject = {
    // The whole pipeline in one pod comes last: alone on its machine, it tells least of messages.
    pods: [...pods.values()]
      .map(({ stages, on }) => ({ stages, machines: machinesOf(topology, on) }))
      .sort((a, b) => a.stages.length - b.stages.length || a.stages[0]! - b.stages[0]!),
    sizes: [...sizes.values()],
    contents: [...contents].map(([count, on]) => ({
      stages: Array.from({ length: count }, (_, i) => i),
      machines: machinesOf(topology, on),
    })),
    woken: machinesOf(topology, new Set(plans.filter(({ workers }) => workers > 0).flatMap(nodesOf))),
    links: [...links.values()].map(({ link, bytes, compressed }) => ({
      link,
      bytes: [...bytes].sort((a, b) => a - b),
      compressed: [...compressed],
    })),
  };
  // Stages' keys hold what the files that they name hold; what computes a network is not of this package.
  const keys = new Set(plans.flatMap((plan) => plan.pods.flatMap(({ stages }) => stages.map(({ key }) => key))));
  const runtime = topology.stages.some(({ kernel }) => kernel === "onnx") ? onnxRuntimeVersion() : null;
  const hash = createHash("sha256");
  // Not what a topology says besides: prices, letters, cores that are told, how much slower than its host an emulated node is.
  const emulated = topology.nodes.filter(({ speed }) => speed < 1).map(({ name }) => name);
  const hosts = topology.hosts.map(({ name }) => name);
  hash.update(JSON.stringify([subject, [...keys], runtime, emulated, hosts]));
  if (limited) hash.update(JSON.stringify(topology.nodes.map(({ cpus = null }) => cpus)));
  if (contents.size > 0) for (const path of picturesOf(topology, baseDirectory)) hash.update(readFileSync(path));
  return { ...subject, digest: hash.digest("hex").slice(0, 16) };
}

/** Files in the folder of a source that has one. One that can't be read is the pod's to complain of. */
function picturesOf({ stages }: Topology, baseDirectory: string): string[] {
  const folder = stages[0]!.params.folder;
  if (typeof folder !== "string") return [];
  const path = resolve(baseDirectory, folder);
  try {
    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.map(({ name }) => join(path, name)).sort();
  } catch {
    return [];
  }
}

function nodesOf({ pods }: Plan): string[] {
  return pods.map(({ node }) => node);
}

function machinesOf({ nodes }: Topology, names: ReadonlySet<string>): Machine[] {
  const machines = new Map<string, string[]>();
  for (const { name, host } of nodes) if (names.has(name)) machines.set(host, [...(machines.get(host) ?? []), name]);
  return [...machines.values()];
}
