import type { Pair } from "../../sim/compare/check.ts";
import { compare } from "../../sim/compare/compare.ts";
import { TERMS } from "../../sim/compare/measured.ts";
import type { Comparison, Tolerance } from "../../sim/comparison.ts";
import type { Compression } from "../../sim/compression.ts";
import type { Plan, PlanHop, PlanLoad, PlanPod, PlanStage } from "../../sim/plan.ts";
import type { Bottleneck, Prediction } from "../../sim/prediction.ts";
import type { PodTerms, Summary } from "../../sim/summary.ts";

/** Nanoseconds of compute per pixel of each stage at the server, and how many times slower the edge is. */
const STAGES = [
  { name: "source", nanoseconds: 8 },
  { name: "conv", nanoseconds: 60 },
  { name: "relu", nanoseconds: 20 },
  { name: "maxpool", nanoseconds: 12 },
] as const;
const EDGE_FACTOR = 1.8;
const BYTES_PER_PIXEL = 4;
/** Between edge and server, bytes/s and seconds. */
const BANDWIDTH = 125e6;
const DELAY = 0.5e-3;

export const SATURATED: PlanLoad = { kind: "saturated", label: "saturated" };

export interface Spec {
  readonly split: string;
  /** Stages per pod; one pod per stage when left out, one pod for a monolith. */
  readonly grouping?: readonly number[];
  readonly size: readonly [number, number];
  readonly load: PlanLoad;
  readonly candidate?: boolean;
  readonly compression?: Compression;
  readonly workers?: number;
}

export function plan({
  split,
  grouping,
  size: [height, width],
  load,
  candidate = true,
  compression = "none",
  workers = 0,
}: Spec): Plan {
  const monolith = split.startsWith("monolith@");
  const letters = monolith ? split.slice(-1).repeat(STAGES.length) : split;
  const counts = grouping ?? (monolith ? [STAGES.length] : STAGES.map(() => 1));
  const pods: PlanPod[] = [];
  let first = 0;
  for (const count of counts) {
    const stages = STAGES.slice(first, first + count).map(({ name }, index) =>
      stage(name, first + index, height, width),
    );
    pods.push({
      name: stages.map(({ name }) => name).join("-"),
      node: letters[first] === "E" ? "edge" : "server",
      stages,
    });
    first += count;
  }
  return {
    id: `${split}${grouping ? `-${grouping.join("")}` : ""}-${height}x${width}-${load.label}${compression === "none" ? "" : `-${compression}`}${workers === 0 ? "" : `-w${workers}`}`,
    topology: "fixture",
    split,
    size: { height, width },
    hosts: [],
    nodes: [],
    pods,
    hops: hopsOf(pods, compression),
    workers,
    workload: { frames: 1000, warmup: 100, load, seed: 1 },
    candidate,
  };
}

/** As far as anybody here asks: which hops compress. */
function hopsOf(pods: readonly PlanPod[], compression: Compression): PlanHop[] {
  const shape = { height: 1, width: 1, channels: 1, element: "uint8" } as const;
  return pods.slice(1).map(({ node }, i) => {
    const crosses = node !== pods[i]!.node;
    const link = crosses ? ({ between: ["edge", "server"], bandwidth: BANDWIDTH, delay: DELAY } as const) : null;
    return { link, shape, bytes: 1, window: 8, compression: crosses ? compression : "none" };
  });
}

function stage(name: string, index: number, height: number, width: number): PlanStage {
  const shape = { height, width, channels: 1, element: "float32" } as const;
  const input = index === 0 ? null : shape;
  const cost = { operations: 0, bytes: 0 };
  return { name, kernel: name, params: {}, implementation: "reference", key: name, input, output: shape, cost };
}

/** Mean seconds per pod and term of a plan in a plausible, noiseless world. */
export function termsOf(of: Plan): PodTerms[] {
  const pixels = of.size.height * of.size.width;
  const move = 30e-6 + (pixels * BYTES_PER_PIXEL) / 2e9;
  return of.pods.map(({ name, node, stages }, index) => {
    const slow = node === "edge" ? EDGE_FACTOR : 1;
    const work = stages.reduce((sum, one) => sum + STAGES.find((each) => each.name === one.name)!.nanoseconds, 0);
    const crosses = index > 0 && of.pods[index - 1]!.node !== node;
    const last = index === of.pods.length - 1;
    return {
      pod: name,
      node,
      link: index === 0 ? 0 : crosses ? DELAY + (pixels * BYTES_PER_PIXEL) / BANDWIDTH : move,
      decode: index === 0 ? 0 : move * slow * 0.5,
      queue: of.workload.load.kind === "saturated" ? (index === 0 ? 0 : pixels * 40e-9) : pixels * 2e-9,
      compute: pixels * work * 1e-9 * slow,
      send: last ? 0 : move * slow,
    };
  });
}

/** A summary whose latency is the sum of its terms; each term, and the throughput, multiplied by `scale` of its name. */
export function summary(of: Plan, scale: (name: string) => number = () => 1): Summary {
  const terms = termsOf(of).map((pod) => ({
    ...pod,
    ...Object.fromEntries(TERMS.map((term) => [term, pod[term] * scale(`${pod.pod}/${term}`)])),
  }));
  const total = (...names: readonly (typeof TERMS)[number][]) =>
    terms.reduce((sum, pod) => sum + names.reduce((inner, name) => inner + pod[name], 0), 0);
  const mean = total(...TERMS);
  const cycles = terms.map((pod) => Math.max(pod.decode + pod.compute + pod.send, pod.link));
  const capacity = 1 / Math.max(...cycles);
  const { load } = of.workload;
  const throughput = (load.kind === "rate" ? Math.min(load.rate, capacity) : capacity) * scale("throughput");
  return {
    throughput,
    latency: { mean, p50: mean * 0.97, p95: mean * 1.3, p99: mean * 1.6 },
    terms,
    ccr: total("link", "decode", "send") / total("compute"),
    utilisation: terms.map(({ pod }, index) => ({ pod, value: Math.min(1, cycles[index]! * throughput) })),
  };
}

export function prediction(of: Plan, scale?: (name: string) => number): Prediction {
  const base = summary(of, scale);
  const busiest = base.utilisation.reduce((most, one) => (one.value > most.value ? one : most));
  const bottleneck: Bottleneck = { kind: "pod", name: busiest.pod, utilisation: busiest.value };
  const around = (value: number): readonly [number, number] => [value * 0.97, value * 1.03];
  const { mean, p50, p95, p99 } = base.latency;
  return {
    ...base,
    plan: of.id,
    interval: {
      throughput: around(base.throughput),
      latency: { mean: around(mean), p50: around(p50), p95: around(p95), p99: around(p99) },
    },
    bottleneck,
    resources: [],
    saturated: of.workload.load.kind === "saturated",
    replications: 5,
  };
}

/** A pair that the twin gets exactly right. */
export function pair(spec: Spec): Pair {
  const of = plan(spec);
  return { plan: of, measured: [summary(of)], prediction: prediction(of) };
}

export const TOLERANCE: Tolerance = { throughput: 0.05, p50: 0.05 };

export function comparisonOf(pairs: readonly Pair[], tolerance = TOLERANCE): Comparison {
  return compare({ name: "fixture", created: "2026-01-02T03:04:05Z", pairs, tolerance, emulated: [] });
}

/** Numbers around 1 that depend on nothing but their names. */
export function wobble(amount: number, seed: string): (name: string) => number {
  return (name) => {
    let hash = 2166136261;
    for (const character of seed + name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    return 1 + amount * ((hash >>> 0) / 2 ** 31 - 1);
  };
}

export const SPLITS = ["SSSS", "ESSS", "EESS", "EEES", "EEEE"];
export const SIZES = [
  [256, 256],
  [512, 512],
  [1024, 1024],
] as const;

/** Five splits, two monoliths and groupings on one node, at every size, saturated and at half the capacity. */
export function specs(sizes: readonly (readonly [number, number])[] = SIZES): Spec[] {
  const placements: Omit<Spec, "size" | "load">[] = [
    { split: "monolith@E" },
    { split: "monolith@S", candidate: false },
    ...SPLITS.map((split) => ({ split, candidate: split !== "SSSS" })),
    { split: "EEEE", grouping: [2, 2] },
    { split: "EEEE", grouping: [1, 1, 2] },
  ];
  return sizes.flatMap((size) =>
    placements.flatMap((placement) => {
      const rate = Number((summary(plan({ ...placement, size, load: SATURATED })).throughput / 2).toPrecision(3));
      const loads: PlanLoad[] = [SATURATED, { kind: "rate", rate, label: "50%" }];
      return loads.map((load) => ({ ...placement, size, load }));
    }),
  );
}

/** A run with three repeats, noise and errors of the twin, some beyond tolerance. */
export function samplePairs(): Pair[] {
  return specs().map((spec) => {
    const of = plan(spec);
    const measured = [0, 1, 2].map((repeat) => summary(of, wobble(0.015, `${of.id}${repeat}`)));
    const rate = spec.load.kind === "rate";
    const off = (name: string) => {
      const noise = wobble(name === "throughput" ? (rate ? 0.002 : 0.05) : 0.08, of.id)(name);
      return noise * (name === "conv/queue" && spec.split === "EESS" ? 0.4 : 1);
    };
    return { plan: of, measured, prediction: prediction(of, off) };
  });
}
