import { median } from "./statistics/quantile.ts";

/** Latency of frames after warm-up, seconds. */
export interface LatencySummary {
  /** Arithmetic mean. */
  readonly mean: number;
  /** Median. */
  readonly p50: number;
  /** 95th percentile. */
  readonly p95: number;
  /** 99th percentile. */
  readonly p99: number;
}

/**
 * Mean seconds that a frame spends at a pod, by cause. Summed over terms and pods they give the mean latency:
 * link = upstream's `sent` -> `arrived` (source: `scheduled` -> nothing, 0), decode = `arrived` -> `decoded`,
 * queue = `decoded` -> `start` (source: `scheduled` -> `start`), compute = `start` -> `end`,
 * send = `end` -> `sent` (waiting for the window, then encoding; 0 at the last pod).
 */
export interface PodTerms {
  /** Name of the pod. */
  readonly pod: string;
  /** Name of its node. */
  readonly node: string;
  /** On the way to it. */
  readonly link: number;
  /** Decoded, and decompressed. */
  readonly decode: number;
  /** Waiting for its turn. */
  readonly queue: number;
  /** In the kernels. */
  readonly compute: number;
  /** Waiting for the window, compressed and encoded. */
  readonly send: number;
}

/** Frames after warm-up that a source made and dropped, as it could not send them in time. */
export interface Dropped {
  /** How many. */
  readonly frames: number;
  /** Of those that it made, 0..1. */
  readonly share: number;
}

/** Statistics of one trace, of the twin or of the testbed alike. */
export interface Summary {
  /** Frames per second delivered after warm-up. */
  readonly throughput: number;
  /** Of delivered frames. */
  readonly latency: LatencySummary;
  /** Pod by pod. */
  readonly terms: readonly PodTerms[];
  /** Communication-to-computation ratio: sum of link, decode and send over sum of compute. */
  readonly ccr: number;
  /** Share of the time that each pod was busy (compute, and CPU time of receive and send), 0..1. */
  readonly utilisation: readonly { readonly pod: string; readonly value: number }[];
  /** Of a source that may drop frames: all else is told of those that it did not drop. */
  readonly dropped?: Dropped;
}

/** Of some runs of one plan, the medians; `undefined` if its source drops nothing. */
export function medianDropped(runs: readonly Summary[]): Dropped | undefined {
  const all = runs.flatMap(({ dropped }) => dropped ?? []);
  if (all.length === 0) return undefined;
  return { frames: median(all.map(({ frames }) => frames)), share: median(all.map(({ share }) => share)) };
}

/** Communication-to-computation ratio of a line's terms. */
export function ratioOf(terms: readonly PodTerms[]): number {
  let [transfer, compute] = [0, 0];
  for (const { link, decode, send } of terms) {
    transfer += link;
    transfer += decode;
    transfer += send;
  }
  for (const term of terms) compute += term.compute;
  return transfer / compute;
}
