import { type Grouping, groupingText } from "../grouping.ts";
import type { Node, Topology } from "../topology/topology.ts";

/** Consecutive stages, `from` up to but not including `to`, in one pod on a node (by its index). */
export interface PlacedPod {
  readonly from: number;
  readonly to: number;
  readonly node: number;
}

/** Pods in the order of the stages: a split and a grouping in one. */
export type Placement = readonly PlacedPod[];

/** Where stages may be placed and how frames get from node to node: what placements are searched among. */
export interface Space {
  /** Number of stages. */
  readonly stages: number;
  /** In the direction in which frames travel: nothing goes back. */
  readonly nodes: readonly Node[];
  /** `allowed[stage][node]` */
  readonly allowed: readonly (readonly boolean[])[];
  /** `hops[from][to]`: the same node, or a later one that a link leads to. */
  readonly hops: readonly (readonly boolean[])[];
  /** Bytes that each stage needs. */
  readonly memory: readonly number[];
  /** Beginnings of the splits and groupings that are asked for (`E`, `EE`, `EES`; `1`, `1+2`); `null`: all. */
  readonly only: { readonly splits: ReadonlySet<string> | null; readonly groupings: ReadonlySet<string> | null };
}

/** What narrows a topology's space down. */
export interface Narrowing {
  /** Node names by stage name, besides the topology's `nodes`. */
  readonly pins?: ReadonlyMap<string, readonly string[]>;
  readonly splits?: readonly string[] | null;
  readonly groupings?: readonly Grouping[] | null;
}

/**
 * The space of a topology: its nodes in order of travel, its stages' `nodes`, its links.
 * @throws RangeError if pins name stages or nodes that are not there, or leave a stage no node: a line for each.
 */
export function spaceOf(topology: Topology, { pins = new Map(), splits, groupings }: Narrowing = {}): Space {
  const { stages, nodes, links } = topology;
  const nodeNames = nodes.map(({ name }) => name);
  const wrong = [...pins].flatMap(([stage, places]) => wrongPin(topology, stage, places));
  if (wrong.length > 0) throw new RangeError(wrong.map((line) => `pin: ${line}`).join("\n"));
  const linked = (a: string, b: string) => links.some(({ between }) => between.includes(a) && between.includes(b));
  return {
    stages: stages.length,
    nodes,
    allowed: stages.map(({ name, nodes: places }) =>
      nodeNames.map((node) => (places?.includes(node) ?? true) && (pins.get(name)?.includes(node) ?? true)),
    ),
    hops: nodeNames.map((from, i) => nodeNames.map((to, j) => i === j || (i < j && linked(from, to)))),
    memory: stages.map(({ memory = 0 }) => memory),
    only: {
      splits: splits == null ? null : new Set(splits.flatMap((split) => beginnings([...split], ""))),
      groupings: groupings == null ? null : new Set(groupings.flatMap((one) => beginnings(one.map(String), "+"))),
    },
  };
}

function wrongPin({ stages, nodes }: Topology, name: string, places: readonly string[]): string[] {
  const stage = stages.find((one) => one.name === name);
  if (stage === undefined) return [`${name} is not a stage: ${stages.map((one) => one.name).join(", ")}`];
  const nodeNames = nodes.map((node) => node.name);
  const strange = places.filter((node) => !nodeNames.includes(node));
  if (strange.length > 0) return strange.map((node) => `${node} is not a node: ${nodeNames.join(", ")}`);
  if (stage.nodes === null || places.some((node) => stage.nodes!.includes(node))) return [];
  return [`stage ${name} may not be on ${places.join(", ")}: ${stage.nodes.join(", ")}`];
}

function beginnings(parts: readonly string[], separator: string): string[] {
  return parts.map((_, i) => parts.slice(0, i + 1).join(separator));
}

/** One letter a stage. */
export function splitOf(nodes: readonly Node[], placement: Placement): string {
  return placement.map(({ from, to, node }) => nodes[node]!.letter.repeat(to - from)).join("");
}

/** Stages per pod. */
export function groupingOf(placement: Placement): Grouping {
  return placement.map(({ from, to }) => to - from);
}

/** Some split that is asked for begins so, and some grouping. Whole placements begin with themselves. */
export function isAskedFor({ only, nodes }: Space, beginning: Placement): boolean {
  const { splits, groupings } = only;
  return (
    (splits === null || splits.has(splitOf(nodes, beginning))) &&
    (groupings === null || groupings.has(groupingText(groupingOf(beginning))))
  );
}

/** Stages `from` up to, not including, `to` may all be on the node. */
export function mayHold({ allowed }: Space, from: number, to: number, node: number): boolean {
  for (let stage = from; stage < to; stage++) if (!allowed[stage]![node]) return false;
  return true;
}

/**
 * How many placements a space has, without listing them (and whatever is asked for of splits and groupings): of pods that begin
 * at a stage on a node, with what can follow.
 */
export function countPlacements(space: Space): number {
  const { stages, nodes, hops } = space;
  const following = Array.from({ length: stages + 1 }, () => nodes.map(() => 0));
  let beginning = nodes.map(() => 0);
  for (let from = stages - 1; from >= 0; from--) {
    beginning = nodes.map((_, node) => {
      let count = 0;
      for (let to = from + 1; to <= stages && space.allowed[to - 1]![node]; to++)
        count += to === stages ? 1 : following[to]![node]!;
      return count;
    });
    const here = beginning;
    following[from] = nodes.map((_, node) =>
      here.reduce((sum, count, next) => sum + (hops[node]![next] ? count : 0), 0),
    );
  }
  return beginning.reduce((sum, count) => sum + count, 0);
}
