import { once } from "node:events";
import {
  Server,
  type ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { bootId, now } from "./clock.ts";
import { compilerCpu } from "./compiler-cpu.ts";
import type { PodConfig } from "./config.ts";
import { describeMachine } from "./describe-machine.ts";
import { KEEPALIVE } from "./dialler.ts";
import { Coding, KNOWN_CODINGS } from "./frame-codec.ts";
import type { HopCall } from "./outlet.ts";
import type { Pod } from "./pod.ts";
import { problemOf } from "./run-limits.ts";
import { clientName, isDriver, mayPull, readIdentity, serverCredentials } from "./security.ts";
import { threadCpu } from "./thread-cpu.ts";
import { MAX_MESSAGE_BYTES } from "./upstream.ts";
import {
  type DescribeReply,
  type HandOverReply,
  type HandOverRequest,
  hopService,
  type Open,
  type ProbeReply,
  type ProbeRequest,
  podService,
  type TraceChunk,
  type TraceRequest,
  type UsageReply,
} from "./wire.ts";

const MAX_REQUEST_BYTES = 64 * 1024;
/** Of one connection. */
const MAX_STREAMS = 100;
/** That a probe may ask for. */
const MAX_PROBE_BYTES = 1024 * 1024;

/** The address can't be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

export interface PodServer {
  readonly port: number;
  /** Health turns NOT_SERVING: no new run should be sent here. */
  retire(): void;
  /** Ends every call at once and stops listening. */
  stop(): void;
}

/** Serves a pod's hop, its trace, its probe and `grpc.health.v1.Health`. */
export async function servePod(pod: Pod, config: PodConfig): Promise<PodServer> {
  const server = new Server({
    // Frames are pulled, so what comes in are but requests.
    "grpc.max_receive_message_length": MAX_REQUEST_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    ...KEEPALIVE,
  });
  server.addService(hopService, { pull: (call: HopCall) => pull(pod, config, call) });
  server.addService(podService, {
    trace: (call: ServerWritableStream<TraceRequest, TraceChunk>) => sendTrace(pod, config, call),
    probe,
    usage,
    handOver: (call: ServerUnaryCall<HandOverRequest, HandOverReply>, answer: sendUnaryData<HandOverReply>) => {
      if (!isDriver(call, config.tls)) {
        answer({ code: status.PERMISSION_DENIED, details: `${config.name} is not ${clientName(call)}'s to hand over` });
        return;
      }
      const next = pod.handOver(call.request.run);
      if (next !== null) answer(null, { next });
      else answer({ code: status.NOT_FOUND, details: `pod ${config.name} does not know run ${call.request.run}` });
    },
    describe: (_: ServerUnaryCall<unknown, DescribeReply>, answer: sendUnaryData<DescribeReply>) =>
      answer(null, describeMachine()),
  });
  const health = new HealthImplementation({ "": "SERVING", "edgetwin.v1.Hop": "SERVING" });
  health.addToServer(server);
  const port = await listen(server, config, config.port, serverCredentials(readIdentity(config.tls)));
  return {
    port,
    retire: () => {
      health.setStatus("", "NOT_SERVING");
      health.setStatus("edgetwin.v1.Hop", "NOT_SERVING");
    },
    stop: () => server.forceShutdown(),
  };
}

/** @returns the port. @throws ListenError */
function listen(
  server: Server,
  { name, host }: PodConfig,
  port: number,
  credentials: ServerCredentials,
): Promise<number> {
  const address = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) return resolve(bound);
      const why = /EADDRINUSE/.test(error.message) ? "the port is in use by another program" : error.message;
      reject(new ListenError(`pod ${name}: can't listen on ${address}: ${why}`));
    });
  });
}

function pull(pod: Pod, config: PodConfig, call: HopCall): void {
  // One at a time may pull, and who comes last takes the place of who did: that is not for everybody.
  if (!mayPull(call, config)) {
    const details = `${config.name}: the certificate of ${clientName(call)} gives no right to pull from it`;
    call.emit("error", { code: status.PERMISSION_DENIED, details });
    return;
  }
  call.on("data", (request) => {
    if (request.open) open(pod, request.open, call);
    else if (request.acknowledge) pod.acknowledge(request.acknowledge.next, call);
    else if (request.refuse) pod.refuse(request.refuse.sequence, request.refuse.reason, call);
  });
  call.on("cancelled", () => pod.lost(call));
  call.on("error", () => pod.lost(call));
}

function open(pod: Pod, request: Open, call: HopCall): void {
  const { coding = Coding.IDENTITY } = request;
  const problem = problemOf(request);
  if (problem !== null) call.emit("error", { code: status.FAILED_PRECONDITION, details: problem });
  else if (coding === Coding.IDENTITY || coding === Coding.ZSTD) pod.open(request, call);
  else {
    const details = `coding ${coding} is not known: ${KNOWN_CODINGS}`;
    call.emit("error", { code: status.UNIMPLEMENTED, details });
  }
}

async function sendTrace(
  pod: Pod,
  config: PodConfig,
  call: ServerWritableStream<TraceRequest, TraceChunk>,
): Promise<void> {
  const recorder = pod.recorders.get(call.request.run);
  if (recorder === undefined) {
    const known = [...pod.recorders.keys()].join(", ") || "none";
    const details = `pod ${config.name} has no trace of run ${call.request.run} (it has: ${known}); was it restarted?`;
    call.emit("error", { code: status.NOT_FOUND, details });
    return;
  }
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  for (const chunk of recorder.chunks(call.request.first)) {
    // No faster than it is read, lest whoever reads nothing fills the memory.
    if (!call.write(chunk)) await once(call, "drain", { signal: gone.signal }).catch(() => {});
    if (gone.signal.aborted) return;
  }
  call.end();
}

const BOOT_ID = bootId();

function probe(call: ServerUnaryCall<ProbeRequest, ProbeReply>, answer: sendUnaryData<ProbeReply>): void {
  const received = now();
  if (call.request.replyBytes > MAX_PROBE_BYTES) {
    const details = `${call.request.replyBytes} bytes are asked for, at most ${MAX_PROBE_BYTES} are sent`;
    answer({ code: status.INVALID_ARGUMENT, details });
    return;
  }
  const payload = Buffer.alloc(call.request.replyBytes);
  answer(null, { received, sent: now(), bootId: BOOT_ID, payload });
}

function usage(_: ServerUnaryCall<unknown, UsageReply>, answer: sendUnaryData<UsageReply>): void {
  answer(null, { threadCpu: threadCpu(), compilerCpu: compilerCpu() });
}
