import type { KernelCatalogue } from "../topology/catalogue.ts";
import { closest } from "../topology/closest.ts";
import { kernelKeys } from "../topology/draft.ts";
import { oneOf } from "../topology/problem.ts";
import type { Stage, Topology } from "../topology/topology.ts";
import type { Axis, Numeric } from "./axis.ts";

/** A parameter of a topology that a sweep can vary. */
export interface Parameter {
  readonly key: string;
  readonly kind: Axis["kind"];
  /** Link (`edge-server`), node, host, stage, or a disturbance's index; `null`: all links, or the workload. */
  readonly target: string | null;
}

const WORKLOAD = [
  ...(["size", "load", "rate", "arrivals", "overflow", "buffer"] as const),
  ...(["frames", "warmup", "window", "compression", "workers"] as const),
];
const OF_LINKS = ["bandwidth", "delay"] as const;
const OF_NODES = ["speed", "cpus", "quota"] as const;

/** Keys of a disturbance that are numbers, and what they are numbers of. */
const OF_DISTURBANCES: Readonly<Record<string, Numeric>> = {
  from: "from",
  until: "until",
  at: "at",
  restart: "restart",
  burst: "burst",
  bandwidth: "bandwidthLeft",
  speed: "speedLeft",
};

/** Every parameter of a topology that a sweep can vary, by key; a link goes by its nodes in either order. */
export function parametersOf(topology: Topology, catalogue: KernelCatalogue): readonly Parameter[] {
  const { links, nodes, hosts, stages, disturbances = [] } = topology;
  const all = (links.length === 0 ? [] : OF_LINKS).map((kind) => ({ key: `link.${kind}`, kind, target: null }));
  const each = links.flatMap(({ between: [a, b] }) =>
    OF_LINKS.map((kind) => ({ key: `links.${a}-${b}.${kind}`, kind, target: linkName([a, b]) })),
  );
  return [
    ...WORKLOAD.map((kind) => ({ key: kind, kind, target: null })),
    ...all,
    ...each,
    ...nodes.flatMap(({ name }) =>
      OF_NODES.map((kind) => ({ key: `nodes.${name}.${kind}`, kind, target: name }) as const),
    ),
    ...hosts.map(({ name }) => ({ key: `hosts.${name}.cores`, kind: "cores" as const, target: name })),
    ...stages.flatMap((stage) =>
      stageParameters(stage, catalogue).map((parameter) => {
        return { key: `stages.${stage.name}.${parameter}`, kind: "stage" as const, target: stage.name };
      }),
    ),
    ...disturbances.flatMap((one, index) =>
      Object.keys(one).flatMap((field) => {
        const kind = OF_DISTURBANCES[field];
        return kind === undefined ? [] : [{ key: `disturbances.${index}.${field}`, kind, target: String(index) }];
      }),
    ),
  ];
}

/** The kernel's own, given or left out, and which code computes it. */
function stageParameters({ kernel, params }: Stage, catalogue: KernelCatalogue): string[] {
  const descriptor = catalogue.get(kernel);
  const known = descriptor === undefined ? [] : kernelKeys(descriptor);
  return [...new Set([...known, ...Object.keys(params), "implementation"])];
}

/** The parameter of a key, or what is allowed instead. */
export function parameterOf(
  topology: Topology,
  catalogue: KernelCatalogue,
  key: string,
): Parameter | { readonly allowed: string } {
  const all = parametersOf(topology, catalogue);
  const canonical = key.replace(/^links\.(.+)\.(\w+)$/, (_, ends: string, kind: string) => {
    const link = topology.links.find(({ between: [a, b] }) => ends === `${b}-${a}`);
    return link === undefined ? key : `links.${link.between.join("-")}.${kind}`;
  });
  const found = all.find((one) => one.key === canonical);
  if (found !== undefined) return found;
  const keys = all.map((one) => one.key);
  return { allowed: oneOf(keys, closest(key, keys)) };
}

/** Two parameters that can't both be swept: the same one, one of all links and the same of one of them, or what excludes each other. */
export function collide(a: Parameter, b: Parameter): boolean {
  const loads = (kind: Axis["kind"]) => kind === "load" || kind === "rate";
  if (loads(a.kind) && loads(b.kind)) return true;
  if (a.kind === "stage" || b.kind === "stage") return a.key === b.key;
  const limits = (kind: Axis["kind"]) => kind === "cpus" || kind === "quota";
  if (limits(a.kind) && limits(b.kind)) return a.target === b.target;
  return a.kind === b.kind && (a.target === b.target || a.target === null || b.target === null);
}

/** A link by the names of its ends, whatever their order in the file. */
export function linkName(between: readonly [string, string]): string {
  return [...between].sort().join("-");
}
