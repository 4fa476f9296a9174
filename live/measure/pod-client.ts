import { setTimeout as sleep } from "node:timers/promises";
import { type Client, type MethodDefinition, type ServiceError, status } from "@grpc/grpc-js";
import { emptyPodTrace, type PodTrace, STAMPS, type Stamp } from "../../sim/trace.ts";
import type { DrivenPod } from "../driver.ts";
import { DialError, Dialler } from "../stage/dialler.ts";
import type { Identity } from "../stage/security.ts";
import { MAX_MESSAGE_BYTES } from "../stage/upstream.ts";
import { type DescribeReply, type ProbeReply, podService, type TraceChunk, type UsageReply } from "../stage/wire.ts";

type UnaryMethod<Request, Reply> = Pick<
  MethodDefinition<Request, Reply>,
  "path" | "requestSerialize" | "responseDeserialize"
>;

/** One pod's record of a run, as fetched. */
export interface FetchedTrace {
  readonly trace: PodTrace;
  readonly scheduled: Float64Array;
  /** SHA-256 of the first frames' payloads, as hexadecimal text; "" of a frame that the pod knows nothing of. */
  readonly digests: readonly string[];
}

/** A pod was asked of a run that it does not know. */
export class UnknownRunError extends Error {
  override readonly name = "UnknownRunError";
}

const DEADLINE_SECONDS = 10;
const RETRY_MILLISECONDS = 50;

/** What the driver asks of a pod besides frames. */
export class PodClient {
  readonly name: string;
  readonly #dialler: Dialler;

  /** @param identity the driver's; `null`: pods speak plaintext. */
  constructor(name: string, address: string, identity: Identity | null) {
    this.name = name;
    const security = identity === null ? null : { identity, peer: name };
    this.#dialler = new Dialler(address, security, { "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
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

  /** The machine that the pod is on. */
  describe(): Promise<DescribeReply> {
    return this.#ask("describe", podService.describe, {});
  }

  #ask<Request, Reply>(what: string, method: UnaryMethod<Request, Reply>, request: Request): Promise<Reply> {
    const { path, requestSerialize, responseDeserialize } = method;
    return this.#call(
      what,
      (client, deadline) =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            request,
            { deadline },
            (error, reply) => {
              if (error === null && reply !== undefined) resolve(reply);
              else reject(error ?? new Error("no reply"));
            },
          );
        }),
    );
  }

  /**
   * The record of so many frames, from `first` on. @throws UnknownRunError when the pod does not know the run: it was restarted, and its
   * record is lost.
   */
  async trace(run: string, { node, workers = 0 }: DrivenPod, frames: number, from = 0): Promise<FetchedTrace> {
    const { path, requestSerialize, responseDeserialize } = podService.trace;
    return this.#call(`trace of run ${run}`, async (client, deadline) => {
      const trace = emptyPodTrace(this.name, node, frames, { workers });
      const scheduled = new Float64Array(frames).fill(Number.NaN);
      const digests: string[] = [];
      const columnOf = (name: string): Float64Array | undefined => {
        if (name === "scheduled") return scheduled;
        return STAMPS.includes(name as Stamp) ? trace[name as Stamp] : undefined;
      };
      const call = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { run, first: from },
        { deadline },
      );
      for await (const chunk of call as AsyncIterable<TraceChunk>) {
        const column = columnOf(chunk.column);
        // A copy, since the message's bytes need not be aligned. The pod may have gone on since.
        const values = new Float64Array(new Uint8Array(chunk.values).buffer);
        const at = chunk.first - from;
        if (at < frames) column?.set(values.subarray(0, frames - at), at);
        const bytes = Buffer.from(chunk.digests);
        for (let at = 0; at < bytes.length; at += 32) {
          const digest = bytes.toString("hex", at, at + 32);
          digests.push(/[^0]/.test(digest) ? digest : "");
        }
      }
      return { trace, scheduled, digests };
    });
  }

  /** Asks, again if the connection is lost meanwhile, for some seconds: a pod may just be starting. */
  async #call<Reply>(what: string, ask: (client: Client, deadline: number) => Promise<Reply>): Promise<Reply> {
    const deadline = Date.now() + DEADLINE_SECONDS * 1e3;
    for (;;) {
      try {
        return await ask(await this.#dialler.connected(), deadline);
      } catch (error) {
        const { code, details, message } = error as Partial<ServiceError> & Error;
        const lost = error instanceof DialError || code === status.UNAVAILABLE;
        const reason = `pod ${this.name}: ${what}: ${details ?? message}`;
        if (code === status.NOT_FOUND) throw new UnknownRunError(reason);
        if (!lost || Date.now() > deadline) throw new Error(reason);
        await sleep(RETRY_MILLISECONDS);
      }
    }
  }

  close(): void {
    this.#dialler.close();
  }
}
