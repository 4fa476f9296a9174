import { Client, credentials, Metadata, type MethodDefinition } from "@grpc/grpc-js";
import { emptyPodTrace, type PodTrace, STAMPS, type Stamp } from "../../sim/trace.ts";
import type { DrivenPod } from "../driver.ts";
import { MAX_MESSAGE_BYTES } from "../stage/upstream.ts";
import { type ProbeReply, podService, type TraceChunk, type UsageReply } from "../stage/wire.ts";

type UnaryMethod<Request, Reply> = Pick<
  MethodDefinition<Request, Reply>,
  "path" | "requestSerialize" | "responseDeserialize"
>;

/** One pod's record of a run, as fetched. */
export interface FetchedTrace {
  readonly trace: PodTrace;
  readonly scheduled: Float64Array;
  /** SHA-256 of the first frames' payloads, as hexadecimal text. */
  readonly digests: readonly string[];
}

const DEADLINE_SECONDS = 10;

/** What the driver asks of a pod besides frames. */
export class PodClient {
  readonly name: string;
  readonly #client: Client;

  constructor(name: string, address: string) {
    this.name = name;
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.use_local_subchannel_pool": 1,
      "grpc.initial_reconnect_backoff_ms": 50,
      "grpc.max_reconnect_backoff_ms": 500,
    });
  }

  probe(replyBytes: number): Promise<ProbeReply> {
    return this.#ask("probe", podService.probe, { replyBytes, payload: new Uint8Array(0) });
  }

  /** CPU time that the pod has used so far. */
  usage(): Promise<UsageReply> {
    return this.#ask("usage", podService.usage, {});
  }

  /** @returns the first frame of the run that the pod does not take. @throws Error if it does not know the run, or is not there. */
  async handOver(run: string): Promise<number> {
    return (await this.#ask("hand over", podService.handOver, { run })).next;
  }

  #ask<Request, Reply>(what: string, method: UnaryMethod<Request, Reply>, request: Request): Promise<Reply> {
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        waiting(),
        deadline(),
        (error, reply) => {
          if (error === null && reply !== undefined) resolve(reply);
          else reject(new Error(`pod ${this.name}: ${what}: ${error?.details ?? "no reply"}`));
        },
      );
    });
  }

  /**
   * The record of so many frames, from `first` on. @throws Error when the pod does not know the run: it was restarted, and its record is
   * lost.
   */
  async trace(run: string, { node, workers = 0 }: DrivenPod, frames: number, from = 0): Promise<FetchedTrace> {
    const { path, requestSerialize, responseDeserialize } = podService.trace;
    const trace = emptyPodTrace(this.name, node, frames, { workers });
    const scheduled = new Float64Array(frames).fill(Number.NaN);
    const digests: string[] = [];
    const columnOf = (name: string): Float64Array | undefined => {
      if (name === "scheduled") return scheduled;
      return STAMPS.includes(name as Stamp) ? trace[name as Stamp] : undefined;
    };
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { run, first: from },
      waiting(),
      deadline(),
    );
    try {
      for await (const chunk of call as AsyncIterable<TraceChunk>) {
        const column = columnOf(chunk.column);
        // A copy, since the message's bytes need not be aligned. The pod may have gone on since.
        const values = new Float64Array(new Uint8Array(chunk.values).buffer);
        const at = chunk.first - from;
        if (at < frames) column?.set(values.subarray(0, frames - at), at);
        const bytes = Buffer.from(chunk.digests);
        for (let at = 0; at < bytes.length; at += 32) digests.push(bytes.toString("hex", at, at + 32));
      }
    } catch (error) {
      const { details, message } = error as { details?: string; message: string };
      throw new Error(`pod ${this.name}: trace of run ${run}: ${details ?? message}`);
    }
    return { trace, scheduled, digests };
  }

  close(): void {
    this.#client.close();
  }
}

function waiting(): Metadata {
  return new Metadata({ waitForReady: true });
}

function deadline(): { deadline: Date } {
  return { deadline: new Date(Date.now() + DEADLINE_SECONDS * 1e3) };
}
