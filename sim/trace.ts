/** Estimate of what to add to a pod's clock to get the driver's: seconds, with the bound of its error. */
export interface ClockOffset {
  /** What to add. */
  readonly seconds: number;
  /** The error is at most this, seconds. */
  readonly bound: number;
}

/**
 * What happened to each frame at one pod; index = sequence number of the frame. Times are raw stamps of the pod's monotonic
 * clock in seconds, `NaN` where something did not happen (the source receives nothing, the last pod sends nothing).
 */
export interface PodTrace {
  /** Name of the pod. */
  readonly pod: string;
  /** Name of its node. */
  readonly node: string;
  /** Of this pod's stamps. */
  readonly clock: ClockOffset;
  /** Threads that compute beside the pod's own; 0: its own does. */
  readonly workers: number;
  /** The frame's last byte was there and decoding began. */
  readonly arrived: Float64Array;
  /** The frame was decoded, decompressed where it came compressed, and queued. */
  readonly decoded: Float64Array;
  /** Compute began. */
  readonly start: Float64Array;
  /** Compute ended. */
  readonly end: Float64Array;
  /** The pod's own thread learnt of the end, where a worker computed; `NaN` where that thread did. */
  readonly noticed: Float64Array;
  /** Compressed where its hop asks for that, encoded and handed over to the hop (after waiting for its window). */
  readonly sent: Float64Array;
  /** The downstream pod acknowledged the frame. */
  readonly acked: Float64Array;
  /** CPU time of compute, seconds. */
  readonly computeCpu: Float64Array;
  /** CPU time, seconds, that the pod's thread spent on receiving messages since the frame before was computed. */
  readonly receiveCpu: Float64Array;
  /** CPU time, seconds, that the pod's thread spent on sending messages and on their acknowledgements since then. */
  readonly sendCpu: Float64Array;
  /** CPU time of decompressing the frame, seconds, part of receiving it; `NaN` where it came as it is. */
  readonly decompressCpu: Float64Array;
  /** CPU time of compressing the frame, seconds, part of sending it; `NaN` where it goes as it is. */
  readonly compressCpu: Float64Array;
  /** Payload that went over the hop, bytes. */
  readonly sentBytes: Float64Array;
}

/** A disturbance of the plan, as it was done: driver's clock, seconds. */
export interface Happened {
  /** As the plan has it: `pod conv restart 1.5 s at 3 s`. */
  readonly what: string;
  /** When it was done. */
  readonly from: number;
  /** When what it disturbed was as before: the pod served again. */
  readonly until: number;
}

/** The record of one run of a plan: the twin and the testbed write the same. */
export interface Trace {
  /** Id of the plan. */
  readonly plan: string;
  /** Who wrote it. */
  readonly origin: "live" | "twin";
  /** Number of the run, or of the replication. */
  readonly repeat: number;
  /** Of the run, those of the warm-up included. */
  readonly frames: number;
  /** Frames at the beginning that statistics leave out. */
  readonly warmup: number;
  /**
   * When each frame was due at the source (open loop) or its production began (closed loop): source clock, seconds.
   */
  readonly scheduled: Float64Array;
  /** In the order in which frames pass them. */
  readonly pods: readonly PodTrace[];
  /** The source dropped frames that it could not send in time: they have its stamps, but for `sent`, and no other. Left out: it dropped none. */
  readonly drops?: boolean;
  /** What really happened during a run of the testbed, in turn; stamps may lack of frames that passed a pod before it was killed. Left out: nothing. */
  readonly happened?: readonly Happened[];
}

/** Columns of a {@link PodTrace}. */
export const STAMPS = [
  "arrived",
  "decoded",
  "start",
  "end",
  "noticed",
  "sent",
  "acked",
  "computeCpu",
  "receiveCpu",
  "sendCpu",
  "decompressCpu",
  "compressCpu",
  "sentBytes",
] as const;
/** Name of one of them. */
export type Stamp = (typeof STAMPS)[number];

/** A pod's empty record for a number of frames: every stamp `NaN`. */
export function emptyPodTrace(
  pod: string,
  node: string,
  frames: number,
  { clock = EXACT, workers = 0 }: Partial<Pick<PodTrace, "clock" | "workers">> = {},
): PodTrace {
  const column = () => new Float64Array(frames).fill(Number.NaN);
  return {
    pod,
    node,
    clock,
    workers,
    arrived: column(),
    decoded: column(),
    start: column(),
    end: column(),
    noticed: column(),
    sent: column(),
    acked: column(),
    computeCpu: column(),
    receiveCpu: column(),
    sendCpu: column(),
    decompressCpu: column(),
    compressCpu: column(),
    sentBytes: column(),
  };
}

/** Offset of clocks that are known to be one and the same. */
export const EXACT: ClockOffset = { seconds: 0, bound: 0 };
