import type { Calibration } from "./calibration/calibration.ts";
import type { FrameShape } from "./frame.ts";

/** Of the format: what is of another version was measured for another model. */
export const PROFILE_VERSION = 9;

/** A machine that pods run on, as one of them sees it. */
export interface PodMachine {
  /** Of the cluster's node, or of the host. */
  readonly machine: string;
  /** Nodes of the topology that are there. */
  readonly nodes: readonly string[];
  /** `linux`, say. */
  readonly platform: string;
  /** `x64`, say. */
  readonly arch: string;
  /** Model. */
  readonly cpu: string;
  /** Number that a pod there sees. */
  readonly cores: number;
  /** In all. */
  readonly memoryBytes: number;
  /** Version of the system's. */
  readonly kernel: string;
  /** What else tells how fast it is: board, L4T, power mode, clocks; empty where it tells nothing of that. */
  readonly tuning: string;
  /** Version of Node. */
  readonly node: string;
  /** Build of the vector kernels that runs where a stage asks for `relaxed`. */
  readonly vectors: string;
  /** Digest of the kernels' and the stage service's code. */
  readonly code: string;
}

/** What a profile was measured on: predictions hold for this, and nothing else. Of several machines, all that they have, each once. */
export interface Fingerprint {
  /** Where pods ran: `processes`, `kubernetes`. */
  readonly cluster: string;
  /** Image of the pods; empty where they need none. */
  readonly image: string;
  /** Each by itself. */
  readonly machines: readonly PodMachine[];
  /** Of the machine. */
  readonly hostname: string;
  /** `linux`, say. */
  readonly platform: string;
  /** `x64`, say. */
  readonly arch: string;
  /** Model. */
  readonly cpu: string;
  /** Number that the system sees; of several machines, together. */
  readonly cores: number;
  /** What else tells how fast it is: board, L4T, power mode, clocks; empty where no machine tells anything of that. */
  readonly tuning: string;
  /** In all; of several machines, together. */
  readonly memoryBytes: number;
  /** Version of the system's. */
  readonly kernel: string;
  /** Version of Node. */
  readonly node: string;
  /** Version of edgetwin. */
  readonly edgetwin: string;
  /** Build of the vector kernels that runs where a stage asks for `relaxed`: that, or `simd128` where the engine lacks it. */
  readonly vectors: string;
  /** Digest of the kernels' and the stage service's code. */
  readonly code: string;
  /** Digest of what was measured: stages, shapes, nodes, links. */
  readonly subject: string;
}

/**
 * What a pod's thread did before a frame came. `busy`: it never waits. `idle`: it waited a moment, as in a pipeline that
 * carries one frame at a time. `cold`: it waited long, tens of milliseconds; caches hold other things, the core slept, and
 * the same work takes two or three times as long. How long idle and cold are is in the profile's `gaps`.
 */
export type Thread = "busy" | "idle" | "cold";

/** How long threads wait, seconds. */
export interface Gaps {
  /** What one had waited where it is called idle, and cold: medians. */
  readonly idle: number;
  readonly cold: number;
  /** Time constant with which one that waits goes cold (`sim/calibration/fit-cooling.ts`). */
  readonly cooling: number;
}

/**
 * CPU seconds per frame of a pod's kernels: one stage or consecutive ones, measured together as they run together, on a node.
 */
export interface ComputeCost {
  /** `computeKey` of the plan's stages. */
  readonly key: string;
  /** Their names. */
  readonly stages: readonly string[];
  /** Where that was measured. */
  readonly node: string;
  /** Of the first stage; `null` for the source. */
  readonly input: FrameShape | null;
  /** Of the last stage. */
  readonly output: FrameShape;
  /** Samples, CPU seconds. */
  readonly cpu: Readonly<Record<Thread, readonly number[]>>;
}

/** CPU seconds per message of a size. */
export interface SizedCost {
  /** Payload, bytes. */
  readonly bytes: number;
  /** Samples. */
  readonly cpu: readonly number[];
}

/**
 * CPU seconds of a pod's thread per message, besides the kernels: `receive` reads, decodes and acknowledges a frame, `send`
 * encodes and writes one and takes its acknowledgement. A thread that waited is woken, and reads a
 * message in pieces as they come; for a busy one they wait in the kernel and are read at once.
 */
export interface MessageCost extends SizedCost {
  /** Where that was measured. */
  readonly node: string;
  /** Of the message, as the pod sees it. */
  readonly direction: "receive" | "send";
  /** What it did before. */
  readonly thread: Thread;
}

/**
 * Time on the way for messages of a size over a node's loopback, from `sent` until an idle pod begins with the frame,
 * seconds: both ends' work, the scheduler's wake-up, and whatever else the machine does.
 */
export interface LoopbackCost {
  /** Where that was measured. */
  readonly node: string;
  /** How long the receiver had waited. */
  readonly thread: "idle" | "cold";
  /** Payload. */
  readonly bytes: number;
  /** Samples. */
  readonly seconds: readonly number[];
}

/** Time from a frame's compute end until it is handed over, `sent`, at a thread that had waited, seconds: part of the CPU time of sending it. */
export interface HandoverCost {
  /** Where that was measured. */
  readonly node: string;
  /** How long it had waited. */
  readonly thread: "idle" | "cold";
  /** Payload. */
  readonly bytes: number;
  /** Samples. */
  readonly seconds: readonly number[];
}

/** What wakes of a pod whose workers compute: one of them, for a frame, or the thread that handles messages, for what they made. */
export type Woken = "worker" | "messages";

/**
 * Time that one thread of a pod takes to have another go on, seconds: until a worker that waits begins on a frame that was
 * received, until the thread that handles messages, waiting for any, has what a worker finished. Empty where no plan has workers.
 */
export interface WakeUpCost {
  /** Where that was measured. */
  readonly node: string;
  /** Who is woken. */
  readonly woken: Woken;
  /** How long it had waited. */
  readonly thread: "idle" | "cold";
  /** Samples. */
  readonly seconds: readonly number[];
}

/**
 * What compression by zstd makes of the frames that some stages give, at a size, and what it costs: that depends on what
 * they show, so it is measured on them. Empty where no plan compresses.
 */
export interface CompressionCost {
  /** `contentKey` of the plan's hop. */
  readonly key: string;
  /** Names of the stages that made the frames, the source's first. */
  readonly stages: readonly string[];
  /** Where that was measured. */
  readonly node: string;
  /** Of the frames. */
  readonly shape: FrameShape;
  /** CPU seconds per frame on the node, as a sender and as a receiver. */
  readonly compress: Readonly<Record<Thread, readonly number[]>>;
  /** CPU seconds per frame on the node, as a receiver. */
  readonly decompress: Readonly<Record<Thread, readonly number[]>>;
  /** Compressed payloads of the run's first frames, bytes. Frames differ, and come in the same order in every run. */
  readonly bytes: readonly number[];
}

export interface LinkMessageCost extends SizedCost {
  /** How long it had waited. */
  readonly thread: "idle" | "cold";
}

/** A link as measured: one-way time = delay + bytes / bandwidth + a residual. */
export interface LinkCost {
  /** Names of the nodes. */
  readonly between: readonly [string, string];
  /** Bytes per second of payload; `null`: larger messages took no longer. */
  readonly bandwidth: number | null;
  /** Seconds. */
  readonly delay: number;
  /** Samples by how long the receiver had waited, seconds. */
  readonly residuals: { readonly idle: readonly number[]; readonly cold: readonly number[] };
  /** CPU time of either end's thread, which waited. */
  readonly receive: readonly LinkMessageCost[];
  /** CPU time of the sender's thread. */
  readonly send: readonly LinkMessageCost[];
  /** CPU seconds that the host spends per byte for an emulated link; 0 for a real one. */
  readonly cpuPerByte: number;
  /** What its line would be without one of the calibration's rounds, for each; left out: nobody measured it. */
  readonly refits?: readonly LinkRefit[];
}

/** A link's line without what one round of the calibration measured. */
export interface LinkRefit {
  /** The round that is left out. */
  readonly round: number;
  /** As of a {@link LinkCost}. */
  readonly bandwidth: number | null;
  /** As of a {@link LinkCost}. */
  readonly delay: number;
}

/** Seconds by which a source starts late on frames that are due every `interval` seconds, with nothing else to do. */
export interface LatenessCost {
  /** Between two frames, seconds. */
  readonly interval: number;
  /** Samples. */
  readonly seconds: readonly number[];
}

/** How often a thread that sleeps is woken late by the machine, which has nothing else to do, within a few seconds. */
export interface StallCost {
  /** Sleeps of a millisecond. */
  readonly sleeps: number;
  /** By how much those were late that were, seconds. */
  readonly seconds: readonly number[];
}

/** A host as calibration found it. */
export interface HostCost {
  /** Name in the topology. */
  readonly host: string;
  /** Number of cores. */
  readonly cores: number;
}

/** Measured costs of a topology's stages and links: all that the twin knows of the world. */
export interface Profile {
  /** Of the format. */
  readonly version: typeof PROFILE_VERSION;
  /** Name of the topology. */
  readonly topology: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** What it was measured on. */
  readonly fingerprint: Fingerprint;
  /** How long threads wait. */
  readonly gaps: Gaps;
  /** Whose cores were counted. */
  readonly hosts: readonly HostCost[];
  /** Of stages, alone and together as they share pods. */
  readonly computes: readonly ComputeCost[];
  /** CPU time of messages by size. */
  readonly messages: readonly MessageCost[];
  /** From compute to the wire. */
  readonly handovers: readonly HandoverCost[];
  /** On the way within a node. */
  readonly loopbacks: readonly LoopbackCost[];
  /** Between nodes. */
  readonly links: readonly LinkCost[];
  /** Of frames that plans compress. */
  readonly compressions: readonly CompressionCost[];
  /** Of threads within a pod with workers. */
  readonly wakeUps: readonly WakeUpCost[];
  /** Seconds that an acknowledgement takes from a pod to the one before it, over loopback. */
  readonly acknowledgement: readonly number[];
  /** Of a source at a rate. */
  readonly lateness: readonly LatenessCost[];
  /** Of threads that sleep until a time, each time that somebody looked; `null`: nobody did. */
  readonly stalls: readonly StallCost[] | null;
  /** What it knows of itself. */
  readonly calibration: Calibration;
}
