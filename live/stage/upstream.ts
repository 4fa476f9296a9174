import { type Client, type ClientDuplexStream, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Compression } from "../../sim/compression.ts";
import { Fifo } from "../../sim/engine/queue.ts";
import { Dialler } from "./dialler.ts";
import { Coding, FrameError, type ReceivedFrame } from "./frame-codec.ts";
import { RECEIVE_BUFFERS } from "./grpc-internals.ts";
import { ReceiveBuffers } from "./receive-buffers.ts";
import type { ChannelSecurity } from "./security.ts";
import { hopService, Overflow, type PullRequest, type Run } from "./wire.ts";

export interface UpstreamEvents {
  /** The next frame, in order, each exactly once since `open`; who takes it releases it. */
  frame(frame: ReceivedFrame): void;
  /** Every frame of the run is acknowledged. */
  finished(): void;
  /** The stream ended for a reason that a reconnect does not mend. */
  failed(code: number, reason: string): void;
  /** The pod upstream can't be reached just now; it is tried again. Said once until it is. */
  unreachable(reason: string): void;
}

export interface HopOptions {
  /** HTTP/2 receive window, bytes. */
  readonly flowControlWindow: number;
  /** What is asked for; the pod upstream may send frames as they are all the same. Left out: none. */
  readonly compression?: Compression;
  /** Left out or `null`: plaintext. */
  readonly security?: ChannelSecurity | null;
}

/** Largest message either side accepts; gRPC's default of 4 MiB is less than one 1024x1024 float32 frame. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

const RETRY_FIRST = 20;
const RETRY_LIMIT = 1000;

/** The downstream end of a hop: pulls frames from the pod before this one, through reconnects. */
export class Upstream {
  readonly #dialler: Dialler;
  readonly #events: UpstreamEvents;
  readonly #address: string;
  readonly #coding: number;
  /** Counts what was begun, so that what comes late of something older is told apart. */
  #attempt = 0;
  #trouble: string | null = null;
  #stream: ClientDuplexStream<PullRequest, ReceivedFrame | FrameError> | null = null;
  /** Of the stream that is open. */
  #buffers = new ReceiveBuffers();
  #run: Run | null = null;
  #delivery = 0;
  #next = 0;
  /** Sequence numbers of what came over this stream. */
  #unacknowledged = new Fifo<number>();
  #acknowledged = 0;
  /** There is more to acknowledge than upstream was told. */
  #untold = false;
  /** Upstream was told since the last `flush`. */
  #leaving = false;
  #retry: NodeJS.Timeout | null = null;
  #backoff = RETRY_FIRST;

  constructor(address: string, options: HopOptions, events: UpstreamEvents) {
    this.#address = address;
    this.#coding = options.compression === "zstd" ? Coding.ZSTD : Coding.IDENTITY;
    this.#events = events;
    this.#dialler = new Dialler(address, options.security ?? null, {
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
      "grpc-node.flow_control_window": options.flowControlWindow,
      [RECEIVE_BUFFERS]: () => this.#buffers,
    });
  }

  /** Connects, so that the first frame need not wait for that. */
  dial(): void {
    this.#dialler.connected().catch(() => {
      // It is dialled again when there is something to pull.
    });
  }

  /** Sequence number that is expected next. */
  get next(): number {
    return this.#next;
  }

  /** Why the pod upstream can't be reached just now; `null` if it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Pulls a run from frame `next` on; a pull in progress is dropped. */
  open(run: Run, next: number, delivery = 0): void {
    this.close();
    this.#run = run;
    this.#next = next;
    this.#acknowledged = 0;
    this.#untold = false;
    this.#delivery = delivery;
    this.#backoff = RETRY_FIRST;
    this.#connect();
  }

  /** Every frame below `next` is delivered. Small frames come many at a time: upstream is told once in a turn of the event loop. */
  acknowledge(next: number): void {
    this.#acknowledged = next;
    while (this.#unacknowledged.length > 0 && this.#unacknowledged.peek()! < next) this.#unacknowledged.shift();
    if (this.#untold) return;
    this.#untold = true;
    setImmediate(this.#tell);
  }

  /**
   * Tells upstream now what there is to acknowledge.
   * @returns whether an acknowledgement may still have to leave: HTTP/2 sends it in the next turn of the event loop.
   */
  flush(): boolean {
    this.#tell();
    const leaving = this.#leaving;
    this.#leaving = false;
    return leaving;
  }

  refuse(sequence: number, reason: string): void {
    this.#stream?.write({ refuse: { sequence, reason } });
  }

  /** Stops pulling. What is not acknowledged stays with the pod upstream. */
  close(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#attempt++;
    this.#run = null;
    const stream = this.#stream;
    this.#stream = null;
    this.#buffers.close();
    stream?.cancel();
  }

  /** Closes the connection too; the object is of no use after that. */
  dispose(): void {
    this.close();
    this.#dialler.close();
  }

  readonly #tell = (): void => {
    if (!this.#untold) return;
    this.#untold = false;
    this.#leaving = true;
    this.#stream?.write({ acknowledge: { next: this.#acknowledged } });
  };

  #connect(): void {
    const attempt = ++this.#attempt;
    this.#dialler.connected().then(
      (client) => {
        if (this.#attempt !== attempt || this.#run === null) return;
        this.#trouble = null;
        this.#pull(client, this.#run);
      },
      (error: Error) => {
        if (this.#attempt !== attempt || this.#run === null) return;
        if (this.#trouble === null) this.#events.unreachable(error.message);
        this.#trouble = error.message;
        this.#again();
      },
    );
  }

  #pull(client: Client, run: Run): void {
    this.#unacknowledged = new Fifo();
    const { path, requestSerialize } = hopService.pull;
    const metadata = new Metadata({ waitForReady: true });
    const buffers = new ReceiveBuffers();
    this.#buffers.close();
    this.#buffers = buffers;
    const deserialize = (message: Buffer) => decoded(buffers, message);
    const stream = client.makeBidiStreamRequest(path, requestSerialize, deserialize, metadata, {});
    this.#stream = stream;
    stream.on("data", (frame: ReceivedFrame | FrameError) => {
      if (this.#stream === stream) this.#receive(frame);
      else if (!(frame instanceof FrameError)) frame.release();
    });
    stream.on("error", (error: ServiceError) => {
      if (this.#stream === stream) this.#lost(error);
    });
    stream.on("end", () => stream.end());
    stream.on("status", ({ code }) => {
      if (this.#stream === stream && code === status.OK) {
        this.#stream = null;
        this.#events.finished();
      }
    });
    stream.write({ open: { run, next: this.#next, delivery: this.#delivery, coding: this.#coding } });
    // What was acknowledged while there was no stream did not arrive; without it the window could stay full for ever.
    this.#untold = this.#acknowledged > 0;
    this.#tell();
  }

  #receive(frame: ReceivedFrame | FrameError): void {
    if (frame instanceof FrameError) {
      this.refuse(frame.sequence, frame.message);
      return;
    }
    // What was taken before a reconnect may come again; a gap can't come from a server that keeps the protocol.
    if (frame.sequence < this.#next) {
      frame.release();
      return;
    }
    if (frame.sequence > this.#next && this.#run?.overflow !== Overflow.DROP_OLDEST) {
      frame.release();
      this.refuse(frame.sequence, `frame ${frame.sequence} came where ${this.#next} was due`);
      return;
    }
    if (this.#unacknowledged.length >= this.#run!.window) {
      frame.release();
      this.refuse(frame.sequence, `frame ${frame.sequence} came while the window was full`);
      return;
    }
    this.#unacknowledged.push(frame.sequence);
    this.#next = frame.sequence + 1;
    this.#backoff = RETRY_FIRST;
    this.#events.frame(frame);
  }

  #lost(error: ServiceError): void {
    this.#stream = null;
    if (!mendable(error)) {
      this.#events.failed(error.code, error.details || `${this.#address}: ${error.message}`);
      return;
    }
    this.#again();
  }

  #again(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, this.#backoff);
    this.#backoff = Math.min(2 * this.#backoff, RETRY_LIMIT);
  }
}

/** A frame that can't be decoded is an answer too: thrown here, it would end the stream without the reason. */
function decoded(buffers: ReceiveBuffers, message: Buffer): ReceivedFrame | FrameError {
  try {
    return buffers.frame(message);
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
}

/** A lost connection looks like UNAVAILABLE, CANCELLED, or (a reset in the middle of a message) INTERNAL about RST_STREAM. */
function mendable(error: ServiceError): boolean {
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED || error.code === status.ABORTED)
    return true;
  return error.code === status.INTERNAL && /RST_STREAM|stream closed|Stream removed/i.test(error.details);
}
