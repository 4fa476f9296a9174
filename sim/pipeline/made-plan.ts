import type { Plan, PlanHop, PlanLoad, PlanPod } from "../plan.ts";
import type { Link, Node } from "../topology/topology.ts";
import type { NodeSpec, PipelineSpec } from "./spec.ts";

/** Of frames whose pixels nobody looks at. */
export const SHAPE = { height: 1, width: 1, channels: 1, element: "uint8" } as const;

const HOST = "box";
/** Cores of a host that is not to limit anything. */
const ENOUGH = 64;

/** @throws RangeError if there is no link where pods that follow each other are on different nodes. */
export function madePlan(spec: PipelineSpec, specs: readonly NodeSpec[]): Plan {
  const { name = "pipeline", frames = 40, warmup = 0, seed = 1 } = spec;
  const nodes = specs.map(({ name, host = HOST, speed = 1, cpus = null, quota = null }, i): Node => {
    const limits = { ...(cpus !== null && { cpus }), ...(quota !== null && { quota }) };
    return { name, letter: String.fromCharCode(65 + i), host, speed, arch: null, ...limits };
  });
  const hosts: Record<string, number | null> = { ...spec.hosts };
  for (const { host } of nodes) if (hosts[host] === undefined) hosts[host] = ENOUGH;
  const pods = podsOf(spec, nodes);
  return {
    id: name,
    topology: name,
    split: pods.map(({ node }) => nodes.find(({ name }) => name === node)!.letter).join(""),
    size: { height: SHAPE.height, width: SHAPE.width },
    hosts: Object.entries(hosts).map(([name, cores]) => ({ name, cores })),
    nodes,
    pods,
    hops: hopsOf(spec, pods),
    workers: spec.workers?.count ?? 0,
    workload: { frames, warmup, load: loadOf(spec), seed },
    candidate: true,
  };
}

function podsOf(spec: PipelineSpec, nodes: readonly Node[]): PlanPod[] {
  return spec.pods.map(({ name, cpu, stages = [cpu ?? 0], node = nodes[0]!.name }, i): PlanPod => {
    const named = stages.map((_, j) => ({
      name: name !== undefined && stages.length === 1 ? name : `stage-${i}-${j}`,
      kernel: "made",
      params: {},
      implementation: "reference",
      key: `key-${i}-${j}`,
      input: i + j === 0 ? null : SHAPE,
      output: SHAPE,
      cost: { operations: 1, bytes: 2 },
    }));
    return { name: name ?? `pod-${i}`, node, stages: named };
  });
}

function hopsOf(spec: PipelineSpec, pods: readonly PlanPod[]): PlanHop[] {
  const links = (spec.links ?? []).map(
    ({ between: [a, b], bandwidth = null, delay = 0 }): Link => ({ between: [a, b], bandwidth, delay }),
  );
  return pods.slice(1).map(({ node: to }, i): PlanHop => {
    const from = pods[i]!.node;
    const link = from === to ? null : links.find(({ between: [a, b] }) => joins(a, b, from, to));
    if (link === undefined) throw new RangeError(`links should hold one between ${from} and ${to}: a hop crosses it`);
    const compression = link === null || spec.zstd === undefined ? "none" : "zstd";
    return { link, shape: SHAPE, bytes: nth(spec.bytes ?? 1000, i), window: nth(spec.windows ?? 2, i), compression };
  });
}

function loadOf({ rate }: PipelineSpec): PlanLoad {
  if (rate === undefined) return { kind: "saturated", label: "saturated" };
  return { kind: "rate", rate, label: `${rate}/s` };
}

function nth(values: number | readonly number[], index: number): number {
  return typeof values === "number" ? values : values[index]!;
}

function joins(a: string, b: string, from: string, to: string): boolean {
  return (a === from && b === to) || (a === to && b === from);
}
