import { compilePlan } from "../../sim/compile.ts";
import type { Compression } from "../../sim/compression.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { bytesOf } from "../../sim/frame.ts";
import { madeProfile } from "../../sim/pipeline/made-profile.ts";
import { type CostTable, costTable } from "../../sim/place/cost-table.ts";
import { Segments } from "../../sim/place/segments.ts";
import { groupingOf, type Narrowing, type Placement, type Space, spaceOf, splitOf } from "../../sim/place/space.ts";
import { computeKey, type Plan, type PlanLoad } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Link, Node, Topology } from "../../sim/topology/topology.ts";
import { FAKE } from "../topology/catalogue.ts";

export const SATURATED: PlanLoad = { kind: "saturated", label: "saturated" };
export const SIZE = { height: 8, width: 8 };

/** A topology with a profile that prices all of it, drawn at random. */
export interface World {
  readonly topology: Topology;
  readonly profile: Profile;
}

export interface WorldSpec {
  readonly stages: number;
  readonly nodes: number;
  readonly seed: number;
  /** Nodes per host, in order; left out: a host a node. Never more than `nodes` in all. */
  readonly together?: number;
  readonly cores?: number;
  readonly window?: number;
  /** Some nodes are emulated, at these speeds. */
  readonly speeds?: readonly number[];
  /** Only neighbours are linked. */
  readonly chain?: boolean;
  /** How many different samples a cost has; 1: nothing is random. */
  readonly samples?: number;
  /** Stages that may stand on some nodes only: so many of them, and memory that is short. */
  readonly pinned?: number;
  readonly memory?: boolean;
  readonly workers?: number;
  readonly compression?: Compression;
  /** Share of segments of several stages that were measured together. */
  readonly measured?: number;
  /** A thread that waited is as fast as one that did not. */
  readonly alike?: boolean;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function world(spec: WorldSpec): World {
  const { stages: k, nodes: n, seed, together = 1, cores = 4, window = 4, speeds = [1], samples = 1 } = spec;
  const {
    chain = false,
    pinned = 0,
    memory = false,
    workers = 0,
    measured = 0,
    compression = "none",
    alike = false,
  } = spec;
  const random = new RandomStream(seed, "world");
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const some = (mean: number) => {
    const centre = mean * between(0.5, 1.5);
    return Array.from({ length: samples }, () => (samples === 1 ? centre : centre * between(0.6, 1.4)));
  };
  const nodes = Array.from({ length: n }, (_, i): Node => {
    const told = memory ? { memory: Math.round(between(1, 4)) * 100 } : {};
    return {
      name: `node-${i}`,
      letter: LETTERS[i]!,
      host: `host-${Math.floor(i / together)}`,
      speed: speeds[i % speeds.length]!,
      arch: null,
      power: { idle: between(1, 20), busy: between(20, 100) },
      price: between(0.01, 1),
      ...told,
    };
  });
  const links = nodes.flatMap((a, i) =>
    nodes
      .slice(i + 1)
      .filter((_, j) => !chain || j === 0)
      .map((b): Link => ({ between: [a.name, b.name], bandwidth: 1, delay: 0 })),
  );
  const topology: Topology = {
    apiVersion: "edgetwin/v1",
    name: "world",
    description: "",
    hosts: [...new Set(nodes.map(({ host }) => host))].map((name) => ({ name, cores })),
    nodes,
    links,
    stages: Array.from({ length: k }, (_, i) => ({
      name: `stage-${i}`,
      kernel: i === 0 ? "noise" : "blur",
      params: i === 0 ? { channels: 1, element: "uint8" } : { size: 1, channels: 1 + random.integer(20) },
      implementation: "simd",
      nodes: i < pinned ? nodes.slice(0, 1 + random.integer(n)).map(({ name }) => name) : null,
      ...(memory && { memory: random.integer(150) }),
    })),
    workload: {
      sizes: [SIZE],
      frames: 60,
      duration: 0,
      warmup: 10,
      loads: [{ kind: "saturated" }],
      window,
      compression: [compression],
      workers: [workers],
      repeats: 1,
      seed: 1,
    },
    splits: null,
    groupings: [],
  };
  return { topology, profile: profileOf(topology, allOnFirst(topology), { some, random, measured, alike }) };
}

interface Drawing {
  /** Samples around a mean. */
  readonly some: (mean: number) => number[];
  readonly random: RandomStream;
  /** Share of segments of several stages that were measured together. */
  readonly measured: number;
  /** A thread that waited is as fast as one that did not. */
  readonly alike: boolean;
}

/** A profile that prices the stages of a topology's plan everywhere, drawn at random. */
export function profileOf(topology: Topology, plan: Plan, { some, random, measured, alike }: Drawing): Profile {
  const { nodes } = topology;
  const stages = plan.pods.flatMap((pod) => pod.stages);
  const sizes = [...new Set(stages.map(({ output }) => bytesOf(output)))];
  const names = nodes.map(({ name }) => name);
  const byThread = (mean: number) => {
    const busy = some(mean);
    return alike ? { busy, idle: busy, cold: busy } : { busy, idle: some(1.2 * mean), cold: some(1.5 * mean) };
  };
  const computes: Profile["computes"][number][] = [];
  stages.forEach((_, from) => {
    for (let to = from + 1; to <= stages.length; to++) {
      if (to > from + 1 && random.uniform() >= measured) continue;
      const segment = stages.slice(from, to);
      for (const node of names) {
        const [{ input }, { output }] = [segment[0]!, segment.at(-1)!];
        const cpu = byThread(0.01 * (to - from));
        computes.push({ key: computeKey(segment), stages: segment.map(({ name }) => name), node, input, output, cpu });
      }
    }
  });
  const each = <T>(make: (node: string, bytes: number, thread: "idle" | "cold") => T[]) =>
    names.flatMap((node) => sizes.flatMap((bytes) => [...make(node, bytes, "idle"), ...make(node, bytes, "cold")]));
  return {
    ...madeProfile({ pods: [] }, { ...plan, pods: [], hops: [] }),
    computes,
    messages: names.flatMap((node) =>
      sizes.flatMap((bytes) =>
        (["send", "receive"] as const).flatMap((direction) => {
          const cpu = byThread(0.002);
          return (["busy", "idle", "cold"] as const).map((thread) => ({
            node,
            bytes,
            thread,
            direction,
            cpu: cpu[thread],
          }));
        }),
      ),
    ),
    handovers: each((node, bytes, thread) => [{ node, bytes, thread, seconds: some(0.001) }]),
    loopbacks: each((node, bytes, thread) => [{ node, bytes, thread, seconds: some(0.003) }]),
    links: topology.links.map(({ between }) => ({
      between,
      bandwidth: 1e5 * (0.2 + random.uniform()),
      delay: 0.02 * random.uniform(),
      residuals: { idle: some(0.001), cold: some(0.002) },
      receive: sizes.flatMap((bytes) =>
        (["idle", "cold"] as const).map((thread) => ({ bytes, thread, cpu: some(0.002) })),
      ),
      send: sizes.flatMap((bytes) =>
        (["idle", "cold"] as const).map((thread) => ({ bytes, thread, cpu: some(0.002) })),
      ),
      cpuPerByte: 1e-7,
    })),
    compressions: stages.flatMap(({ output }, i) =>
      names.map((node) => ({
        key: computeKey(stages.slice(0, i + 1)),
        stages: [],
        node,
        shape: output,
        compress: byThread(0.004),
        decompress: byThread(0.002),
        bytes: [Math.ceil(bytesOf(output) / 3)],
      })),
    ),
    wakeUps: names.flatMap((node) =>
      (["worker", "messages"] as const).flatMap((woken) =>
        (["idle", "cold"] as const).map((thread) => ({ node, woken, thread, seconds: some(0.0002) })),
      ),
    ),
    acknowledgement: some(0.0005),
  };
}

function allOnFirst(topology: Topology): Plan {
  const split = topology.nodes[0]!.letter.repeat(topology.stages.length);
  return compilePlan(topology, FAKE, { split, size: SIZE, load: SATURATED });
}

/** A placement as a plan. */
export function planOf({ topology }: World, space: Space, placement: Placement, load: PlanLoad = SATURATED): Plan {
  const { compression, workers } = topology.workload;
  return compilePlan(topology, FAKE, {
    split: splitOf(space.nodes, placement),
    grouping: groupingOf(placement),
    size: SIZE,
    load,
    compression: compression[0]!,
    workers: workers[0]!,
  });
}

export interface Priced {
  readonly space: Space;
  readonly segments: Segments;
  readonly table: CostTable;
}

export function priced(
  of: World,
  { empty = false, ...narrowing }: Narrowing & { readonly empty?: boolean } = {},
): Priced {
  const { topology, profile } = of;
  const space = spaceOf(topology, narrowing);
  const first: Placement = [{ from: 0, to: topology.stages.length, node: 0 }];
  const plan = planOf(of, space, first);
  const segments = new Segments(
    plan.pods.flatMap((pod) => pod.stages),
    profile,
  );
  const { window, compression } = topology.workload;
  const options = { plan, links: topology.links, window, compression: compression[0]!, empty };
  return { space, segments, table: costTable(space, segments, profile, options) };
}

/** Every placement that a space has, one by one: no other code of placement is used for it. */
export function everyPlacement({ stages, nodes, allowed, hops }: Space): Placement[] {
  const from = (stage: number, before: number): Placement[] => {
    if (stage === stages) return [[]];
    const found: Placement[] = [];
    for (let node = 0; node < nodes.length; node++) {
      if (before !== -1 && !hops[before]![node]) continue;
      for (let to = stage + 1; to <= stages; to++) {
        if (!allowed[to - 1]![node]) break;
        for (const others of from(to, node)) found.push([{ from: stage, to, node }, ...others]);
      }
    }
    return found;
  };
  return from(0, -1);
}
