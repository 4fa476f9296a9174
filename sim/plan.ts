import type { Compression } from "./compression.ts";
import type { Arrivals, Disturbance } from "./disturbance.ts";
import type { FrameShape } from "./frame.ts";
import type { FrameSize, KernelCost } from "./topology/catalogue.ts";
import type { Host, Link, Node } from "./topology/topology.ts";

/** A stage of a plan, with everything resolved that a pod needs to run it and the twin to price it. */
export interface PlanStage {
  /** Unique in the pipeline. */
  readonly name: string;
  /** Name in the catalogue. */
  readonly kernel: string;
  /** Of the kernel, with its defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** `reference`, `simd` or `relaxed`. */
  readonly implementation: string;
  /** Same kernel, implementation, parameters and shapes give the same key: the profile's name for the stage's cost. */
  readonly key: string;
  /** `null` for the source. */
  readonly input: FrameShape | null;
  /** Of the frames that it makes. */
  readonly output: FrameShape;
  /** By the kernel's formula. */
  readonly cost: KernelCost;
}

/** The profile's name for the compute cost of stages in one pod. */
export function computeKey(stages: readonly PlanStage[]): string {
  return stages.map(({ key }) => key).join(" | ");
}

/** The profile's name for what a hop's frames show, on which it depends how they compress: the stages that made them. */
export function contentKey({ pods }: Pick<Plan, "pods">, hop: number): string {
  return computeKey(pods.slice(0, hop + 1).flatMap(({ stages }) => stages));
}

/** `zstd` if some hop compresses. */
export function compressionOf({ hops }: Pick<Plan, "hops">): Compression {
  return hops.some(({ compression }) => compression === "zstd") ? "zstd" : "none";
}

/** How a placement runs: what a workload lists for all of them. */
export interface Variant {
  /** Of the hops that cross a link. */
  readonly compression: Compression;
  /** Threads of each pod that compute; 0: its own does. */
  readonly workers: number;
}

export function variantOf(plan: Pick<Plan, "hops" | "workers">): Variant {
  return { compression: compressionOf(plan), workers: plan.workers };
}

/**
 * How long a pod's work takes on the machine that an emulated node stands for, seconds a frame: 1/speed of what the host takes
 * in its better moments, the lower quartile of the calibration. The same for every frame, so that the host's own ups and downs do not
 * become the emulated machine's.
 */
export interface EmulatedPace {
  /** Decompression included. */
  readonly receive: number;
  /** All stages of the pod. */
  readonly compute: number;
  /** 0 where frames go as they are. */
  readonly compress: number;
  /** Compression not included. */
  readonly send: number;
}

/** A process that runs consecutive stages on one node. */
export interface PlanPod {
  /** Unique in the plan. */
  readonly name: string;
  /** Name of the node. */
  readonly node: string;
  /** In the order in which they run. */
  readonly stages: readonly PlanStage[];
  /** What it is held to on an emulated node, once that is settled (`heldTo`); left out: what the profile at hand says. */
  readonly held?: EmulatedPace;
}

/** Pod `index` -> pod `index + 1`. */
export interface PlanHop {
  /** `null`: both pods are on one node, the hop uses its loopback link. */
  readonly link: Link | null;
  /** Of the frames that cross it. */
  readonly shape: FrameShape;
  /** Payload per frame, bytes, before compression. */
  readonly bytes: number;
  /** Frames that may be unacknowledged. */
  readonly window: number;
  /** Never `zstd` on loopback, where bytes cost less than compressing them. */
  readonly compression: Compression;
}

/** The load of a plan: `rate` in frames/s (open loop), or saturated (closed loop). */
export type PlanLoad =
  | { readonly kind: "saturated"; readonly label: string }
  | { readonly kind: "rate"; readonly rate: number; readonly label: string };

/** How much is run of a plan, at which load. */
export interface PlanWorkload {
  /** Of a run, those of the warm-up included. */
  readonly frames: number;
  /** Frames at the beginning that statistics leave out. */
  readonly warmup: number;
  /** What the source is offered. */
  readonly load: PlanLoad;
  /** Of a rate; left out: a constant interval. */
  readonly arrivals?: Arrivals;
  /** Of a rate: the source keeps so many frames besides the window and those in the making, and drops the oldest of them for another. Left out: it waits, and drops none. */
  readonly buffer?: number;
  /** Of all random streams. */
  readonly seed: number;
}

/** Topology + grouping + split + workload + seed, checked and frozen: what both the twin and the testbed execute. */
export interface Plan {
  /** Unique within a run's folder and fit for a file name: `EESS-256x256-saturated`, `EESS-256x256-saturated-zstd`, `EESS-256x256-saturated-w1`. */
  readonly id: string;
  /** Name of the topology. */
  readonly topology: string;
  /** One letter a stage, or `monolith@E` when all stages share one process. */
  readonly split: string;
  /** Of the frames that the source makes. */
  readonly size: FrameSize;
  /** All of the topology. */
  readonly hosts: readonly Host[];
  /** All of the topology, in the direction in which frames travel. */
  readonly nodes: readonly Node[];
  /** In the order in which frames pass them. */
  readonly pods: readonly PlanPod[];
  /** One fewer than pods. */
  readonly hops: readonly PlanHop[];
  /** Threads of every pod that compute while its own handles messages; 0: its own does both. */
  readonly workers: number;
  /** How much is run, at which load. */
  readonly workload: PlanWorkload;
  /** False if a stage stands where the topology's `nodes` does not allow it: run as a baseline, never chosen. */
  readonly candidate: boolean;
  /** What happens during the run, if anything does; what a testbed can have happen is its own to say. */
  readonly disturbances?: readonly Disturbance[];
}

/** Its source drops what it can't send in time: it has a rate, and another pod to send to. */
export function mayDrop({ pods, workload: { load, buffer } }: Pick<Plan, "pods" | "workload">): boolean {
  return load.kind === "rate" && buffer !== undefined && pods.length > 1;
}

/** Statistics of its run need the trace: what is done again counts only once, and what is dropped not at all: that is in the trace, and not in sums. */
export function needsTrace(plan: Plan): boolean {
  return plan.disturbances !== undefined || mayDrop(plan);
}

/** The same plan with nothing happening during its run. */
export function undisturbed({ disturbances, ...plan }: Plan): Plan {
  return plan;
}
