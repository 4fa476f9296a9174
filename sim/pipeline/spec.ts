/** What something costs each time: one value always, or samples that are drawn from, each equally likely. */
export type Cost = number | readonly number[];

/** A pod: a process that runs stages one after the other. */
export interface PodSpec {
  /** Left out: `pod-` and its place in the line, from 0. */
  readonly name?: string;
  /** Name of its node; left out: the first. */
  readonly node?: string;
  /** CPU seconds a frame of its one stage; left out: 0. */
  readonly cpu?: Cost;
  /** CPU seconds a frame of each of its stages, where they are several; instead of `cpu`. */
  readonly stages?: readonly Cost[];
}

/** Where pods run. */
export interface NodeSpec {
  /** Unique among nodes. */
  readonly name: string;
  /** Whose cores it shares with the other nodes of that host; left out: `box`. */
  readonly host?: string;
  /** Below 1: an emulated node, whose pods are held to this share of the host's speed. Left out: 1. */
  readonly speed?: number;
  /** CPU limit of each of its pods, cores, as the kernel enforces it in periods of 100 ms; left out or `null`: none. */
  readonly cpus?: number | null;
  /** CPU limit of all its pods together, instead of `cpus`; left out or `null`: none. */
  readonly quota?: number | null;
}

/** A full-duplex link between two nodes. Pods on one node need none. */
export interface LinkSpec {
  /** Names of the nodes. */
  readonly between: readonly [string, string];
  /** Bytes per second in each direction; left out or `null`: not limited. */
  readonly bandwidth?: number | null;
  /** One way, seconds; left out: 0. */
  readonly delay?: number;
  /** Seconds that a message takes besides delay and bytes / bandwidth, drawn from; left out: 0. */
  readonly residuals?: readonly number[];
  /** CPU seconds that the receiving host spends per byte, as for an emulated link; left out: 0. */
  readonly cpuPerByte?: number;
}

/** Compression of the frames that cross a link. */
export interface ZstdSpec {
  /** Compressed payloads, bytes, in the order of the frames, over and over. */
  readonly bytes: Cost;
  /** CPU seconds a frame at the sender; left out: 0. */
  readonly compress?: Cost;
  /** CPU seconds a frame at the receiver; left out: 0. */
  readonly decompress?: Cost;
}

/** Threads of each pod that compute while its own handles messages. */
export interface WorkersSpec {
  /** How many a pod has; 0: its own thread does both. */
  readonly count: number;
  /** Seconds until one that waits begins; left out: 0. */
  readonly begin?: Cost;
  /** Seconds until the pod's own thread has what one finished; left out: 0. */
  readonly notice?: Cost;
}

/**
 * A line of pods, where they run, and what everything in it costs, in seconds and bytes. What is left out costs nothing and limits
 * nothing: one node `edge` on a host `box` of 64 cores, hops with windows of 2 frames of 1000 bytes, 40 frames as fast as the
 * line takes them.
 */
export interface PipelineSpec {
  /** Of the plan and the topology; left out: `pipeline`. */
  readonly name?: string;
  /** In the order in which frames pass them. */
  readonly pods: readonly PodSpec[];
  /** In the direction in which frames travel. */
  readonly nodes?: readonly NodeSpec[];
  /** Cores by host, 64 where one is left out; `null`: as in `measuredCores`. */
  readonly hosts?: Readonly<Record<string, number | null>>;
  /** Cores by host as the profile has them. */
  readonly measuredCores?: Readonly<Record<string, number>>;
  /** Between nodes; left out: none. */
  readonly links?: readonly LinkSpec[];
  /** Frames that may be unacknowledged: on every hop, or on each. */
  readonly windows?: number | readonly number[];
  /** Payload of a frame, bytes: on every hop, or on each. */
  readonly bytes?: number | readonly number[];
  /** Of the hops that cross a link; left out: frames go as they are. */
  readonly zstd?: ZstdSpec;
  /** Left out: a pod's own thread computes. */
  readonly workers?: WorkersSpec;
  /** Frames per second, at a constant interval; left out: saturated. */
  readonly rate?: number;
  /** Frames of a run, those of the warm-up included. */
  readonly frames?: number;
  /** Frames at the beginning of a run that statistics leave out; left out: 0. */
  readonly warmup?: number;
  /** Of the random streams; left out: 1. */
  readonly seed?: number;
  /** How many times its CPU time a compute takes in a thread that waited a moment (`idle`), or for 0.1 s and more (`cold`); 1 where left out. */
  readonly waited?: { readonly idle?: number; readonly cold?: number };
  /** CPU seconds of receiving a message, whatever its size; left out: 0. */
  readonly receive?: Cost;
  /** CPU seconds of sending a message, whatever its size; left out: 0. */
  readonly send?: Cost;
  /** Seconds of `send` until the frame is on its way; left out: 0. */
  readonly handover?: Cost;
  /** Seconds that a frame is on its way between pods of one node; left out: 0. */
  readonly loopback?: Cost;
  /** Seconds that an acknowledgement takes; over a link, its delay comes on top. Left out: 0. */
  readonly acknowledgement?: Cost;
  /** Seconds by which the source starts late on a frame that is due; left out: 0. */
  readonly lateness?: Cost;
}
