import { fileURLToPath } from "node:url";
import type { ServiceDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { decodeFrame, encodedFrame, type OutgoingMessage, type ReceivedFrame } from "./frame-codec.ts";

/** Messages of protos/edgetwin/v1, as protobufjs reads and writes them. */
export interface Run {
  id: string;
  frames: number;
  rate: number;
  height: number;
  width: number;
  window: number;
  digests: number;
  /** `Overflow`; left out: block. */
  overflow?: number;
  /** Left out: 0. */
  buffer?: number;
  origin?: number;
  kept?: number;
  feed?: FeedMessage | null;
}

export interface FeedMessage {
  pod: string;
  height: number;
  width: number;
  channels: number;
  /** Code of the element type. */
  element: number;
}

export const Overflow = { BLOCK: 0, DROP_OLDEST: 1 } as const;

export const Delivery = { FRAMES: 0, HERE: 1 } as const;

export interface Open {
  run: Run;
  next: number;
  delivery: number;
  /** `Coding`, or what a newer client may ask for; left out: identity. */
  coding?: number;
}

export interface PullRequest {
  open?: Open | null;
  acknowledge?: { next: number } | null;
  refuse?: { sequence: number; reason: string } | null;
}

export interface TraceRequest {
  run: string;
  /** Left out: 0. */
  first?: number;
}

export interface TraceChunk {
  column: string;
  first: number;
  values: Uint8Array;
  digests: Uint8Array;
}

export interface ProbeRequest {
  replyBytes: number;
  payload: Uint8Array;
}

export interface ProbeReply {
  received: number;
  sent: number;
  bootId: string;
  payload: Uint8Array;
}

/** CPU time that a pod has used so far, seconds. */
export interface UsageReply {
  threadCpu: number;
  /** `NaN` where the system does not tell. */
  compilerCpu: number;
}

export interface HandOverRequest {
  run: string;
}

export interface HandOverReply {
  next: number;
}

/** The machine that a pod runs on, and the code that it runs. */
export interface DescribeReply {
  machine: string;
  platform: string;
  arch: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  kernel: string;
  node: string;
  vectors: string;
  code: string;
  tuning: string;
}

const PROTOS = fileURLToPath(new URL("../../protos/", import.meta.url));

/** The protobufjs root of every message that edgetwin speaks. */
export const root = new protobuf.Root();
root.resolvePath = (_origin, target) => (target.startsWith("/") ? target : PROTOS + target);
root.loadSync(["edgetwin/v1/hop.proto", "edgetwin/v1/pod.proto"]);

function codec<T>(name: string): { serialize(value: T): Buffer; deserialize(bytes: Buffer): T } {
  const type = root.lookupType(`edgetwin.v1.${name}`);
  return {
    serialize: (value) => Buffer.from(type.encode(value as Record<string, unknown>).finish()),
    // The prototype of a protobufjs message carries the defaults, so absent fields read as zero values.
    deserialize: (bytes) => type.decode(bytes) as unknown as T,
  };
}

const pullRequest = codec<PullRequest>("PullRequest");
const traceRequest = codec<TraceRequest>("TraceRequest");
const traceChunk = codec<TraceChunk>("TraceChunk");
const probeRequest = codec<ProbeRequest>("ProbeRequest");
const probeReply = codec<ProbeReply>("ProbeReply");
const usageRequest = codec<Record<string, never>>("UsageRequest");
const usageReply = codec<UsageReply>("UsageReply");
const handOverRequest = codec<HandOverRequest>("HandOverRequest");
const handOverReply = codec<HandOverReply>("HandOverReply");
const describeRequest = codec<Record<string, never>>("DescribeRequest");
const describeReply = codec<DescribeReply>("DescribeReply");

export const hopService = {
  pull: {
    path: "/edgetwin.v1.Hop/Pull",
    requestStream: true,
    responseStream: true,
    requestSerialize: pullRequest.serialize,
    requestDeserialize: pullRequest.deserialize,
    responseSerialize: (frame: OutgoingMessage) => encodedFrame(frame),
    responseDeserialize: (bytes: Buffer): ReceivedFrame => decodeFrame(bytes),
  },
} satisfies ServiceDefinition;

export const podService = {
  trace: {
    path: "/edgetwin.v1.Pod/Trace",
    requestStream: false,
    responseStream: true,
    requestSerialize: traceRequest.serialize,
    requestDeserialize: traceRequest.deserialize,
    responseSerialize: traceChunk.serialize,
    responseDeserialize: traceChunk.deserialize,
  },
  probe: {
    path: "/edgetwin.v1.Pod/Probe",
    requestStream: false,
    responseStream: false,
    requestSerialize: probeRequest.serialize,
    requestDeserialize: probeRequest.deserialize,
    responseSerialize: probeReply.serialize,
    responseDeserialize: probeReply.deserialize,
  },
  usage: {
    path: "/edgetwin.v1.Pod/Usage",
    requestStream: false,
    responseStream: false,
    requestSerialize: usageRequest.serialize,
    requestDeserialize: usageRequest.deserialize,
    responseSerialize: usageReply.serialize,
    responseDeserialize: usageReply.deserialize,
  },
  handOver: {
    path: "/edgetwin.v1.Pod/HandOver",
    requestStream: false,
    responseStream: false,
    requestSerialize: handOverRequest.serialize,
    requestDeserialize: handOverRequest.deserialize,
    responseSerialize: handOverReply.serialize,
    responseDeserialize: handOverReply.deserialize,
  },
  describe: {
    path: "/edgetwin.v1.Pod/Describe",
    requestStream: false,
    responseStream: false,
    requestSerialize: describeRequest.serialize,
    requestDeserialize: describeRequest.deserialize,
    responseSerialize: describeReply.serialize,
    responseDeserialize: describeReply.deserialize,
  },
} satisfies ServiceDefinition;
