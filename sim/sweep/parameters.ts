import { closest } from "../topology/closest.ts";
import { oneOf } from "../topology/problem.ts";
import type { Topology } from "../topology/topology.ts";
import type { Axis } from "./axis.ts";

/** A parameter of a topology that a sweep can vary. */
export interface Parameter {
  readonly key: string;
  readonly kind: Axis["kind"];
  /** Link (`edge-server`), node or host; `null`: all links, or the workload. */
  readonly target: string | null;
}

const WORKLOAD = ["size", "load", "rate", "window", "compression", "workers"] as const;
const OF_LINKS = ["bandwidth", "delay"] as const;

/** Every parameter of a topology that a sweep can vary, by key; a link goes by its nodes in either order. */
export function parametersOf({ links, nodes, hosts }: Topology): readonly Parameter[] {
  const all = (links.length === 0 ? [] : OF_LINKS).map((kind) => ({ key: `link.${kind}`, kind, target: null }));
  const each = links.flatMap(({ between: [a, b] }) =>
    OF_LINKS.map((kind) => ({ key: `links.${a}-${b}.${kind}`, kind, target: linkName([a, b]) })),
  );
  return [
    ...WORKLOAD.map((kind) => ({ key: kind, kind, target: null })),
    ...all,
    ...each,
    ...nodes.map(({ name }) => ({ key: `nodes.${name}.speed`, kind: "speed" as const, target: name })),
    ...hosts.map(({ name }) => ({ key: `hosts.${name}.cores`, kind: "cores" as const, target: name })),
  ];
}

/** The parameter of a key, or what is allowed instead. */
export function parameterOf(topology: Topology, key: string): Parameter | { readonly allowed: string } {
  const all = parametersOf(topology);
  const canonical = key.replace(/^links\.(.+)\.(\w+)$/, (_, ends: string, kind: string) => {
    const link = topology.links.find(({ between: [a, b] }) => ends === `${b}-${a}`);
    return link === undefined ? key : `links.${link.between.join("-")}.${kind}`;
  });
  const found = all.find((one) => one.key === canonical);
  if (found !== undefined) return found;
  const keys = all.map((one) => one.key);
  return { allowed: oneOf(keys, closest(key, keys)) };
}

/** Two parameters that can't both be swept: the same one, or one of all links and the same of one of them. */
export function collide(a: Parameter, b: Parameter): boolean {
  const loads = (kind: Axis["kind"]) => kind === "load" || kind === "rate";
  if (loads(a.kind) && loads(b.kind)) return true;
  return a.kind === b.kind && (a.target === b.target || a.target === null || b.target === null);
}

/** A link by the names of its ends, whatever their order in the file. */
export function linkName(between: readonly [string, string]): string {
  return [...between].sort().join("-");
}
