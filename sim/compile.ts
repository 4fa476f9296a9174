import type { Compression } from "./compression.ts";
import { bytesOf, describeShape, type FrameShape } from "./frame.ts";
import { deepFreeze } from "./freeze.ts";
import { cut, type Grouping, groupingText, isOnePodPerStage, onePodPerStage, podNames } from "./grouping.ts";
import {
  compressionOf,
  type Plan,
  type PlanHop,
  type PlanLoad,
  type PlanPod,
  type PlanStage,
  type Variant,
  variantOf,
} from "./plan.ts";
import { goesBackAt, monolithLabel, monolithLetter } from "./split.ts";
import type { FrameSize, KernelCatalogue } from "./topology/catalogue.ts";
import { shapesOf } from "./topology/shapes.ts";
import { sizeText } from "./topology/size.ts";
import type { Link, Node, Topology } from "./topology/topology.ts";

/** What to make a plan of. */
export interface PlanRequest {
  /** One letter a stage, or `monolith@E` for all stages in one pod. */
  readonly split: string;
  /** Stage counts per pod; left out: one pod per stage, or one pod for a monolith. */
  readonly grouping?: Grouping;
  readonly size: FrameSize;
  /** `planLoad` makes one of a topology's load. */
  readonly load: PlanLoad;
  /** Of the hops that cross a link; left out: none. */
  readonly compression?: Compression;
  /** Threads of each pod that compute; left out: none but its own. */
  readonly workers?: number;
  /** Left out: the workload's. */
  readonly seed?: number;
}

/**
 * Compiles a checked topology and a request to a plan, frozen deeply.
 *
 * @throws RangeError with a sentence for the user if the request does not fit the topology: the split's length or letters,
 *   a way back towards the edge, a grouping with stages of different nodes in a pod, a missing link, a kernel that can't
 *   take its input at this size.
 */
export function compilePlan(topology: Topology, catalogue: KernelCatalogue, request: PlanRequest): Plan {
  const { size, load, compression = "none", workers = 0, seed = topology.workload.seed } = request;
  const alone = monolithLetter(request.split);
  const split = alone === null ? request.split : alone.repeat(topology.stages.length);
  const nodes = nodesOf(topology, split);
  const grouping = request.grouping ?? (alone === null ? onePodPerStage(nodes.length) : [nodes.length]);

  const stages = planStages(topology, catalogue, size);
  const cuts = cut(stages, grouping);
  const places = cut(nodes, grouping).map((inPod, index) => {
    const node = inPod[0]!;
    const other = inPod.find(({ name }) => name !== node.name);
    if (other === undefined) return node;
    const names = cuts[index]!.map((stage) => stage.name).join(", ");
    throw new RangeError(
      `grouping ${groupingText(grouping)} of split ${split} puts stages ${names} into one pod, but they are on the nodes ${node.name} and ${other.name}`,
    );
  });
  const names = podNames(cuts);
  const pods = cuts.map((inPod, index): PlanPod => ({ name: names[index]!, node: places[index]!.name, stages: inPod }));
  const hops = pods.slice(1).map((_, index): PlanHop => {
    const shape = cuts[index]!.at(-1)!.output;
    const link = linkOf(topology, places[index]!, places[index + 1]!);
    const { window } = topology.workload;
    return { link, shape, bytes: bytesOf(shape), window, compression: link === null ? "none" : compression };
  });

  const { frames, warmup, arrivals, overflow, buffer = 0 } = topology.workload;
  const { disturbances } = topology;
  const label = pods.length === 1 ? monolithLabel(split[0]!) : split;
  return deepFreeze({
    id: planId(label, grouping, size, load, { compression: compressionOf({ hops }), workers }),
    topology: topology.name,
    split: label,
    size,
    hosts: topology.hosts,
    nodes: topology.nodes,
    pods,
    hops,
    workers,
    workload: { frames, warmup, load, ...(arrivals && { arrivals }), ...(overflow && { buffer }), seed },
    candidate: topology.stages.every((stage, index) => stage.nodes?.includes(nodes[index]!.name) ?? true),
    ...(disturbances && { disturbances }),
  });
}

/** The same plan under another load, with the id that goes with it. */
export function withLoad(plan: Plan, load: PlanLoad): Plan {
  const grouping = plan.pods.map((pod) => pod.stages.length);
  return deepFreeze({
    ...plan,
    id: planId(plan.split, grouping, plan.size, load, variantOf(plan)),
    workload: { ...plan.workload, load },
  });
}

/**
 * The same plan with so many frames that a run lasts at least `duration` seconds at `rate` frames/s; the warm-up grows in
 * proportion. Without need it stays as it is.
 */
export function lasting(plan: Plan, duration: number, rate: number): Plan {
  const { frames, warmup } = plan.workload;
  const wanted = Math.ceil(duration * rate);
  if (wanted <= frames) return plan;
  return deepFreeze({
    ...plan,
    workload: { ...plan.workload, frames: wanted, warmup: Math.round((warmup * wanted) / frames) },
  });
}

/** `EESS-256x256-saturated-zstd`, `SSSS-2+2-1280x720-50pct-w1`, `monolith-E-128x128-30ps`: fit for a file name. */
export function planId(
  split: string,
  grouping: Grouping,
  size: FrameSize,
  load: PlanLoad,
  { compression, workers }: Variant,
): string {
  const parts = [split.replace("@", "-")];
  if (grouping.length > 1 && !isOnePodPerStage(grouping)) parts.push(groupingText(grouping));
  parts.push(sizeText(size), load.label.replace("%", "pct").replace("/s", "ps"));
  if (compression !== "none") parts.push(compression);
  if (workers > 0) parts.push(`w${workers}`);
  return parts.join("-");
}

function planStages(topology: Topology, catalogue: KernelCatalogue, size: FrameSize): PlanStage[] {
  const shapes = shapesOf(topology.stages, catalogue, size);
  if ("problem" in shapes) {
    throw new RangeError(`stage ${topology.stages[shapes.stage]!.name} at ${sizeText(size)}: ${shapes.problem}`);
  }
  return topology.stages.map(({ name, kernel, implementation, params }, index) => {
    const { input, output } = shapes[index]!;
    const descriptor = catalogue.get(kernel)!;
    const given = descriptor.role === "source" ? null : input;
    const cost = descriptor.cost(params, input);
    const content = descriptor.contentDigest?.(params);
    const key = stageKey(kernel, implementation, params, content, given, output);
    return { name, kernel, params, implementation, key, input: given, output, cost };
  });
}

/**
 * `conv2d/simd {"size":3} 256x256x1 uint8 -> 254x254x1 uint8`: keys sorted, so that their order in the file does not count. A
 * digest of files that the parameters name stands behind them.
 */
function stageKey(
  kernel: string,
  implementation: string,
  params: unknown,
  content: string | undefined,
  input: FrameShape | null,
  output: FrameShape,
): string {
  const from = input === null ? "" : `${describeShape(input)} `;
  const what = content === undefined ? canonical(params) : `${canonical(params)} ${content}`;
  return `${kernel}/${implementation} ${what} ${from}-> ${describeShape(output)}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (ArrayBuffer.isView(value)) return canonical(Array.from(value as unknown as ArrayLike<number>));
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

function nodesOf(topology: Topology, split: string): Node[] {
  const letters = topology.nodes.map((node) => node.letter);
  const { length } = topology.stages;
  if (split.length !== length) {
    throw new RangeError(`split ${split} has ${split.length} letters, the pipeline has ${length} stages`);
  }
  const back = goesBackAt(split, letters);
  if (back !== -1) throw new RangeError(`split ${split} goes back towards the edge at stage ${back + 1}`);
  return [...split].map((letter) => {
    const node = topology.nodes[letters.indexOf(letter)];
    if (node === undefined)
      throw new RangeError(`split ${split}: ${letter} is not a node, letters: ${letters.join(", ")}`);
    return node;
  });
}

function linkOf(topology: Topology, from: Node, to: Node): Link | null {
  if (from.name === to.name) return null;
  const link = topology.links.find(({ between }) => between.includes(from.name) && between.includes(to.name));
  if (link === undefined) throw new RangeError(`there is no link between ${from.name} and ${to.name}`);
  return link;
}
