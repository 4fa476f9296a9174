import { costsOf } from "../../sim/model/costs.ts";
import { computeKey, contentKey, type Plan, type PlanHop, type PlanLoad, type PlanPod } from "../../sim/plan.ts";
import {
  type CompressionCost,
  type ComputeCost,
  type HandoverCost,
  type LinkCost,
  type LoopbackCost,
  type MessageCost,
  PROFILE_VERSION,
  type Profile,
  UNMEASURED,
  type WakeUpCost,
} from "../../sim/profile.ts";
import { type SimulatedRun, simulate } from "../../sim/simulate.ts";
import type { Link } from "../../sim/topology/topology.ts";

/** One value, always; or samples to draw from. */
export type Cost = number | readonly number[];

/** A link and what it was measured to cost. All left out: unlimited, no delay. */
export interface LinkSpec {
  readonly between: readonly [string, string];
  /** Bytes per second; `null`: not limited. */
  readonly bandwidth?: number | null;
  /** One way, seconds. */
  readonly delay?: number;
  readonly residuals?: readonly number[];
  readonly cpuPerByte?: number;
}

/**
 * A line of pods and what everything in it costs, seconds and bytes. What is left out costs nothing and limits nothing: one
 * node "edge" on a host "box" of 64 cores, hops over loopback with windows of 2 frames of 1000 bytes.
 */
export interface LineSpec {
  /** CPU seconds: of a pod's one stage, or of each of its `stages`. */
  readonly pods: readonly {
    readonly cpu?: Cost;
    readonly stages?: readonly Cost[];
    readonly node?: string;
  }[];
  readonly nodes?: readonly {
    readonly name: string;
    readonly host?: string;
    readonly speed?: number;
    readonly cpus?: number | null;
  }[];
  /** Cores by host; `null`: as in the profile. */
  readonly hosts?: Readonly<Record<string, number | null>>;
  /** Cores by host as the profile has them. */
  readonly measuredCores?: Readonly<Record<string, number>>;
  readonly links?: readonly LinkSpec[];
  /** Per hop, or of all. */
  readonly windows?: number | readonly number[];
  readonly bytes?: number | readonly number[];
  /** Of frames that cross a link: payloads in order, and CPU seconds per frame. Left out: not compressed. */
  readonly zstd?: { readonly bytes: Cost; readonly compress?: Cost; readonly decompress?: Cost };
  /** Of each pod, and seconds until one that waits begins, and until the pod's own thread has what one finished. Left out: none. */
  readonly workers?: { readonly count: number; readonly begin?: Cost; readonly notice?: Cost };
  /** Frames per second; saturated where left out. */
  readonly rate?: number;
  readonly frames?: number;
  readonly warmup?: number;
  readonly seed?: number;
  /** How many times the CPU time a compute takes in a thread that waited a moment, or long (0.1 s); 1 where left out. */
  readonly waited?: { readonly idle?: number; readonly cold?: number };
  /** CPU seconds per message, whatever its size and however busy the receiver. */
  readonly receive?: Cost;
  readonly send?: Cost;
  /** Of `send`: seconds until the frame is on its way. */
  readonly handover?: Cost;
  /** Seconds from `sent` to `arrived` over loopback. */
  readonly loopback?: Cost;
  /** Seconds back over loopback; on a link its delay comes on top. */
  readonly acknowledgement?: Cost;
  readonly lateness?: Cost;
}

export interface Fixture {
  readonly plan: Plan;
  readonly profile: Profile;
}

/** What a thread did that has something to wait for: a moment, or long. */
const WAITED = ["idle", "cold"] as const;

const SHAPE = { height: 1, width: 1, channels: 1, element: "uint8" } as const;

/** The plan of a line, and the profile that prices it: the one place that knows what fields they have. */
export function line(spec: LineSpec): Fixture {
  const nodes = (spec.nodes ?? [{ name: "edge" }]).map(({ name, host = "box", speed = 1, cpus = null }, i) => ({
    name,
    letter: String.fromCharCode(65 + i),
    host,
    speed,
    arch: null,
    cpus,
  }));
  const hosts = spec.hosts ?? { box: 64 };
  const pods = spec.pods.map(({ cpu, stages = [cpu ?? 0], node = nodes[0]!.name }, i): PlanPod => {
    const named = stages.map((_, j) => ({
      name: `stage-${i}-${j}`,
      kernel: "fixture",
      params: {},
      implementation: "reference",
      key: `key-${i}-${j}`,
      input: i + j === 0 ? null : SHAPE,
      output: SHAPE,
      cost: { operations: 1, bytes: 2 },
    }));
    return { name: `pod-${i}`, node, stages: named };
  });
  const links = (spec.links ?? []).map(
    ({ between, bandwidth = null, delay = 0 }): Link => ({ between, bandwidth, delay }),
  );
  const hops = pods.slice(1).map((to, i): PlanHop => {
    const from = pods[i]!.node;
    const link = from === to.node ? null : links.find(({ between: [a, b] }) => joins(a, b, from, to.node));
    if (link === undefined) throw new Error(`fixture: no link ${from}-${to.node}`);
    const compression = link === null || spec.zstd === undefined ? "none" : "zstd";
    return { link, shape: SHAPE, bytes: nth(spec.bytes ?? 1000, i), window: nth(spec.windows ?? 2, i), compression };
  });
  const load: PlanLoad =
    spec.rate === undefined
      ? { kind: "saturated", label: "saturated" }
      : { kind: "rate", rate: spec.rate, label: `rate-${spec.rate}` };
  const plan: Plan = {
    id: "fixture",
    topology: "fixture",
    split: pods.map(({ node }) => nodes.find(({ name }) => name === node)!.letter).join(""),
    size: { height: 1, width: 1 },
    hosts: Object.entries(hosts).map(([name, cores]) => ({ name, cores })),
    nodes,
    pods,
    hops,
    workers: spec.workers?.count ?? 0,
    workload: { frames: spec.frames ?? 40, warmup: spec.warmup ?? 0, load, seed: spec.seed ?? 1 },
    candidate: true,
  };
  return { plan, profile: profileOf(spec, plan) };
}

function profileOf(spec: LineSpec, plan: Plan): Profile {
  const receive = samples(spec.receive ?? 0);
  const send = samples(spec.send ?? 0);
  const nodes = plan.nodes.map(({ name }) => name);
  const sizes = [...new Set(plan.hops.map(({ bytes }) => bytes))];
  return {
    version: PROFILE_VERSION,
    topology: "fixture",
    created: "2026-01-01T00:00:00Z",
    fingerprint: {
      hostname: "fixture",
      platform: "linux",
      arch: "x64",
      cpu: "none",
      cores: 64,
      memoryBytes: 2 ** 30,
      kernel: "0",
      node: "v24.0.0",
      edgetwin: "0",
      vectors: "simd128",
      code: "fixture",
      subject: "fixture",
    },
    hosts: Object.entries(spec.measuredCores ?? {}).map(([host, cores]) => ({ host, cores })),
    gaps: { idle: 0.01, cold: 0.1, cooling: 0.05 },
    computes: plan.pods.map((pod, i): ComputeCost => {
      const { cpu, stages = [cpu ?? 0] } = spec.pods[i]!;
      const busy = together(stages.map(samples));
      const { idle = 1, cold = 1 } = spec.waited ?? {};
      return {
        key: computeKey(pod.stages),
        stages: pod.stages.map(({ name }) => name),
        node: pod.node,
        input: pod.stages[0]!.input,
        output: pod.stages.at(-1)!.output,
        cpu: { busy, idle: busy.map((value) => value * idle), cold: busy.map((value) => value * cold) },
      };
    }),
    messages: nodes.flatMap((node) =>
      sizes.flatMap((bytes) =>
        (["busy", ...WAITED] as const).flatMap((thread): MessageCost[] => [
          { node, bytes, thread, direction: "receive", cpu: receive },
          { node, bytes, thread, direction: "send", cpu: send },
        ]),
      ),
    ),
    handovers: nodes.flatMap((node) =>
      sizes.flatMap((bytes) =>
        WAITED.map((thread): HandoverCost => ({ node, thread, bytes, seconds: samples(spec.handover ?? 0) })),
      ),
    ),
    loopbacks: nodes.flatMap((node) =>
      sizes.flatMap((bytes) =>
        WAITED.map((thread): LoopbackCost => ({ node, thread, bytes, seconds: samples(spec.loopback ?? 0) })),
      ),
    ),
    links: (spec.links ?? []).map(
      ({ between, bandwidth = null, delay = 0, residuals = [0], cpuPerByte = 0 }): LinkCost => ({
        between,
        bandwidth,
        delay,
        residuals: { idle: residuals, cold: residuals },
        receive: sizes.flatMap((bytes) => WAITED.map((thread) => ({ bytes, thread, cpu: receive }))),
        send: sizes.flatMap((bytes) => WAITED.map((thread) => ({ bytes, thread, cpu: send }))),
        cpuPerByte,
      }),
    ),
    compressions: compressionsOf(spec, plan),
    wakeUps: nodes.flatMap((node) =>
      WAITED.flatMap((thread): WakeUpCost[] => [
        { node, woken: "worker", thread, seconds: samples(spec.workers?.begin ?? 0) },
        { node, woken: "messages", thread, seconds: samples(spec.workers?.notice ?? 0) },
      ]),
    ),
    acknowledgement: samples(spec.acknowledgement ?? 0),
    lateness: [{ interval: 1, seconds: samples(spec.lateness ?? 0) }],
    calibration: UNMEASURED,
  };
}

function compressionsOf({ zstd }: LineSpec, plan: Plan): CompressionCost[] {
  if (zstd === undefined) return [];
  const same = (cost: Cost = 0) => ({ busy: samples(cost), idle: samples(cost), cold: samples(cost) });
  return plan.hops.flatMap((_, i) =>
    plan.pods.slice(i, i + 2).map(
      ({ node }): CompressionCost => ({
        key: contentKey(plan, i),
        stages: [],
        node,
        shape: SHAPE,
        compress: same(zstd.compress),
        decompress: same(zstd.decompress),
        bytes: samples(zstd.bytes),
      }),
    ),
  );
}

/** Runs a line with the calibration's samples as they are. */
export function run(spec: LineSpec, replication = 0): SimulatedRun {
  const { plan, profile } = line(spec);
  return simulate(plan, costsOf(plan, profile, null), replication);
}

/** Two nodes, each on a host of its own with 64 cores, and one link between them. */
export function apart(link: Omit<LinkSpec, "between">): Pick<LineSpec, "nodes" | "hosts" | "links"> {
  return {
    nodes: [
      { name: "edge", host: "small" },
      { name: "server", host: "big" },
    ],
    hosts: { small: 64, big: 64 },
    links: [{ between: ["edge", "server"], ...link }],
  };
}

/** Samples of an exponential distribution: its quantiles at equal steps of probability, so that the mean is right. */
export function exponential(mean: number, count: number): number[] {
  const raw = Array.from({ length: count }, (_, i) => -Math.log(1 - (i + 0.5) / count));
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => (value * mean * count) / sum);
}

/** When the last frame left the line, seconds after its beginning. */
export function makespan({ trace }: SimulatedRun): number {
  return trace.pods.at(-1)!.end.at(-1)!;
}

/** Utilisation of a host or link. */
export function utilisationOf({ resources }: SimulatedRun, name: string): number {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name} in ${resources.map((one) => one.name).join(", ")}`);
  return found.value;
}

function samples(cost: Cost): readonly number[] {
  return typeof cost === "number" ? [cost] : cost;
}

function nth(values: number | readonly number[], index: number): number {
  return typeof values === "number" ? values : values[index]!;
}

function joins(a: string, b: string, from: string, to: string): boolean {
  return (a === from && b === to) || (a === to && b === from);
}

/** Samples of stages that run one after the other: one sample of each, every stage's from its beginning again when they end. */
function together(stages: readonly (readonly number[])[]): number[] {
  const count = Math.max(...stages.map(({ length }) => length));
  return Array.from({ length: count }, (_, i) => stages.reduce((sum, stage) => sum + stage[i % stage.length]!, 0));
}
