import type { Compression } from "../compression.ts";
import type { Arrivals, Disturbance } from "../disturbance.ts";
import type { FrameSize } from "./catalogue.ts";

/** A machine: its nodes share its cores. */
export interface Host {
  readonly name: string;
  /** Number of cores, or `null`: those of the machine that the run takes place on (found by calibration). */
  readonly cores: number | null;
}

/** Where pods run. */
export interface Node {
  readonly name: string;
  /** Class letter, unique in a topology: the letter that splits use. */
  readonly letter: string;
  readonly host: string;
  /** Speed relative to the host's own (1): below 1 the node is emulated by holding its pods. */
  readonly speed: number;
  readonly arch: "amd64" | "arm64" | null;
  /** CPU limit of each of its pods, cores: what the kernel lets it have in every 100 ms. Left out: none. */
  readonly cpus?: number;
  /** CPU limit of all its pods together, cores, as the kernel enforces it. Left out: none. Not beside `cpus`. */
  readonly quota?: number;
  /** Of the machine that it stands for. Left out: not told, nothing can be said of energy. */
  readonly power?: Power;
  /** Of an hour of it, in a currency of the user's. Left out: not told. */
  readonly price?: number;
  /** Bytes that stages there may take in all. Left out: enough. */
  readonly memory?: number;
  /** Labels of the Kubernetes nodes that it stands for. Left out: `edgetwin.dev/node` with its name. */
  readonly selector?: Readonly<Record<string, string>>;
}

/** Watts of a machine that does nothing, and with all cores busy. */
export interface Power {
  readonly idle: number;
  readonly busy: number;
}

/** A full-duplex connection between two nodes. */
export interface Link {
  readonly between: readonly [string, string];
  /** Bytes per second in each direction; `null`: not limited. */
  readonly bandwidth: number | null;
  /** One-way delay, seconds. */
  readonly delay: number;
}

/** A step of the pipeline; the first one is the source. */
export interface Stage {
  readonly name: string;
  readonly kernel: string;
  /** The kernel's parameters, checked and with its defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Which code computes it: `reference`, `simd` or `relaxed`. */
  readonly implementation: string;
  /** Names of the nodes where the stage may be placed by a decision; `null`: anywhere. */
  readonly nodes: readonly string[] | null;
  /** Bytes that it is declared to need where it runs. Left out: none to speak of. */
  readonly memory?: number;
}

/** What frames are offered: as many as the window lets through, a fraction of the predicted capacity, or a fixed rate. */
export type Load =
  | { readonly kind: "saturated" }
  | { readonly kind: "fraction"; readonly fraction: number }
  | { readonly kind: "rate"; readonly rate: number };

export interface Workload {
  readonly sizes: readonly FrameSize[];
  /** Frames per run, warm-up included; more where that would be shorter than `duration`. */
  readonly frames: number;
  /** Seconds that a run is to last at least, by prediction; 0: `frames` are enough. */
  readonly duration: number;
  /** Frames at the start of a run that statistics leave out. */
  readonly warmup: number;
  readonly loads: readonly Load[];
  /** Of loads that are rates, or shares; left out: a constant interval. Predicted only. */
  readonly arrivals?: Arrivals;
  /** Of loads that are rates, or shares: the source drops the oldest frame that it has not sent when another has no room. Left out: it waits. */
  readonly overflow?: "drop-oldest";
  /** Of a source that drops: frames that it keeps besides the window and those in the making. Left out: 0. */
  readonly buffer?: number;
  /** Frames that may be unacknowledged on a hop. */
  readonly window: number;
  /** Of hops that cross a link: each plan that has some is there once for every entry. */
  readonly compression: readonly Compression[];
  /** Threads of a pod that compute while its own handles messages (0: its own does both): each plan once for every entry. */
  readonly workers: readonly number[];
  /** Runs per plan on the testbed. */
  readonly repeats: number;
  readonly seed: number;
}

/** A checked topology: every reference resolves, units are seconds, bytes and bytes per second. */
export interface Topology {
  readonly apiVersion: "edgetwin/v1";
  readonly name: string;
  readonly description: string;
  readonly hosts: readonly Host[];
  /** In the direction in which frames travel: edge first, server last. */
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
  readonly stages: readonly Stage[];
  readonly workload: Workload;
  /** Splits to predict and run; `null`: all that never go back towards the edge. */
  readonly splits: readonly string[] | null;
  /** Groupings besides one pod per stage, each as stage counts per pod: `[1, 3]` is `source | conv relu maxpool`. */
  readonly groupings: readonly (readonly number[])[];
  /** Asked for on the command line: every split is cut so and in no other way. Left out: as `compileAll` says. */
  readonly onlyGroupings?: readonly (readonly number[])[];
  /** What happens during every run, if anything does. */
  readonly disturbances?: readonly Disturbance[];
}
