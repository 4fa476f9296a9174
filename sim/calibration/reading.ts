import type { Thread } from "../profile.ts";
import type { Cooled } from "./fit-cooling.ts";

/** What a measured cost is of; `link` is the time on the way across a link, from `sent` until the pod begins with the frame. */
export type CostKind =
  | "compute"
  | "receive"
  | "send"
  | "handover"
  | "loopback"
  | "link"
  | "link-receive"
  | "link-send"
  | "compress"
  | "decompress"
  | "wake-worker"
  | "wake-messages"
  | "acknowledgement"
  | "lateness";

/** One cost that the twin uses: a distribution that it draws from. */
export interface CostName {
  readonly kind: CostKind;
  /** `computeKey` of stages, `contentKey` of frames; else empty. */
  readonly of: string;
  /** Nodes that it holds for, as they share the machine that it was measured on; both ends of a link; none where any node will do. */
  readonly nodes: readonly string[];
  readonly thread: Thread;
  /** Payload of a message, bytes; seconds between frames, of lateness; else 0. */
  readonly at: number;
}

export function costId({ kind, of, nodes, thread, at }: CostName): string {
  return `${kind} ${nodes.join(",")} ${thread} ${at} ${of}`;
}

export interface CostSamples {
  readonly name: CostName;
  /** Seconds, in the order in which frames came. */
  readonly samples: readonly number[];
}

/** What one visit to one case gave: its costs share the moment at which they were measured. */
export interface Reading {
  /** Pods that were deployed together. */
  readonly batch: string;
  /** Which case: the same text for the same work. */
  readonly case: string;
  /** Frames' size, or what else its costs are compared with: costs of one group make one pipeline. */
  readonly group: string;
  /** From 1 on. */
  readonly round: number;
  /** That it took, all in all. */
  readonly seconds: number;
  readonly costs: readonly CostSamples[];
  /** How long threads had waited, seconds; `alone`: in a pod without others, which says little of pipelines. */
  readonly gaps?: { readonly alone: boolean; readonly idle: readonly number[]; readonly cold: readonly number[] };
  /** What messages cost a thread after waits of some length. */
  readonly cooled?: readonly Cooled[];
  /** Bytes that are left of frames by `contentKey`, in their order. */
  readonly payloads?: { readonly key: string; readonly bytes: readonly number[] };
  /** What the relay of an emulated link took to carry so many bytes, CPU seconds. */
  readonly relay?: { readonly between: readonly [string, string]; readonly cpu: number; readonly bytes: number };
}
