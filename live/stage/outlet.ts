import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { Fifo } from "../../sim/engine/queue.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { Coding, compressedFrame, newFrame, type OutgoingMessage, type SentFrame, setSequence } from "./frame-codec.ts";
import type { PullRequest } from "./wire.ts";

export type HopCall = ServerDuplexStream<PullRequest, OutgoingMessage>;

export interface OutletEvents {
  /** The window has room for the frame: it is encoded, with a payload of so many bytes, and goes when those before it have gone. */
  sent(sequence: number, bytes: number): void;
  /** A frame was handed over to gRPC. */
  written(): void;
  /** Frames from `first` up to, not including, `next` were acknowledged. */
  acknowledged(first: number, next: number): void;
  /** A frame was dropped, unsent. */
  dropped(sequence: number): void;
}

export interface OutletOptions {
  readonly shape: FrameShape;
  /** Frames that may be unacknowledged. */
  readonly window: number;
  /** Sequence number that will come first. */
  readonly first: number;
  /** Of the whole run. */
  readonly frames: number;
  /** That compute frames at once. */
  readonly servers: number;
  /** Frames that wait beyond the window, of which the oldest is dropped when another has no room; `null`: none is. */
  readonly buffer: number | null;
}

/** A frame that is there until it is acknowledged. */
interface Kept {
  readonly sequence: number;
  readonly frame: SentFrame;
}

/**
 * The upstream end of a hop: keeps frames until they are acknowledged, sends at most `window` of them, and sends again what
 * a new stream asks for. Frame buffers are allocated once and go round.
 */
export class Outlet {
  readonly #events: OutletEvents;
  readonly #window: number;
  readonly #frames: number;
  readonly #drops: boolean;
  readonly #free: SentFrame[] = [];
  /** In order of sequence numbers: those that this stream was sent or has had before, and after them the others. */
  #sent = new Fifo<Kept>();
  #waiting = new Fifo<Kept>();
  /** Of those that were sent, what gRPC does not have yet. */
  #unwritten = new Fifo<OutgoingMessage>();
  #writing = false;
  /** Everything below is acknowledged, or was dropped. */
  #base: number;
  /** Sequence number after the last that came. */
  #next: number;
  #call: HopCall | null = null;
  #coding: number = Coding.IDENTITY;
  /** Upstream has all its acknowledgements too: whoever sees this stream's end finds every pod done with the run. */
  #settled = false;

  constructor({ shape, window, first, frames, servers, buffer }: OutletOptions, events: OutletEvents) {
    this.#events = events;
    this.#window = window;
    this.#frames = frames;
    this.#drops = buffer !== null;
    this.#base = first;
    this.#next = first;
    // More than the window: a frame for each server, which is finished while the window is full.
    for (let i = 0; i < window + servers + (buffer ?? 0); i++) this.#free.push(newFrame(shape));
  }

  /** Lowest sequence number that can still be sent. */
  get base(): number {
    return this.#base;
  }

  /**
   * True while every server has a frame, finished or not, that the window has no room for: no other may start (blocking after service).
   * Where frames may be dropped: also while there is none that could be.
   */
  get blocked(): boolean {
    return this.#free.length === 0 && !(this.#drops && this.#waiting.length > 0);
  }

  /** Frames are compressed before they are offered, as downstream asked last. */
  get compresses(): boolean {
    return this.#coding === Coding.ZSTD;
  }

  /** A buffer to compute the next frame in; only when not `blocked`. */
  claim(): SentFrame {
    const frame = this.#free.pop();
    if (frame !== undefined) return frame;
    const oldest = this.#drops ? this.#waiting.shift() : undefined;
    if (oldest === undefined) throw new Error("no free frame buffer: claimed while blocked");
    this.#events.dropped(oldest.sequence);
    oldest.frame.compressed = null;
    return oldest.frame;
  }

  /** Compresses a finished frame, before it is offered. */
  compress(frame: SentFrame, sequence: number): void {
    setSequence(frame, sequence);
    compressedFrame(frame);
  }

  /** Takes a finished frame, to be sent as soon as the window and the stream allow. */
  offer(frame: SentFrame, sequence: number): void {
    setSequence(frame, sequence);
    this.#waiting.push({ sequence, frame });
    this.#next = sequence + 1;
    this.#pump();
  }

  /** A downstream pod asks for frames from `next` on, `next >= base`, in a coding that is known. */
  attach(call: HopCall, next: number, coding: number = Coding.IDENTITY): void {
    this.detach(status.ABORTED, "another stream has taken this one's place");
    this.#call = call;
    this.#unwritten = new Fifo();
    this.#writing = false;
    this.#coding = coding;
    const kept = [this.#sent, this.#waiting];
    this.#sent = new Fifo();
    this.#waiting = new Fifo();
    for (const fifo of kept) {
      for (let one = fifo.shift(); one !== undefined; one = fifo.shift())
        (one.sequence < next ? this.#sent : this.#waiting).push(one);
    }
    this.#endIfDone();
    this.#pump();
  }

  /** Ends the stream, if there is one, with a status other than OK. */
  detach(code: number, details: string): void {
    const call = this.#call;
    this.#call = null;
    call?.emit("error", { code, details });
  }

  /** No frame will be claimed any more. What is still on its way keeps its buffer until it is collected. */
  release(): void {
    for (const frame of this.#free.splice(0)) frame.release();
  }

  /** The stream is gone, without our doing. */
  lost(call: HopCall): void {
    if (this.#call === call) this.#call = null;
  }

  acknowledge(next: number): void {
    let first: number | null = null;
    let end = 0;
    for (const fifo of [this.#sent, this.#waiting]) {
      for (let one = fifo.peek(); one !== undefined && one.sequence < next; one = fifo.peek()) {
        fifo.shift();
        one.frame.compressed = null;
        this.#free.push(one.frame);
        // One before was dropped.
        if (first !== null && one.sequence !== end) {
          this.#events.acknowledged(first, end);
          first = null;
        }
        first ??= one.sequence;
        end = one.sequence + 1;
      }
    }
    if (first !== null) this.#events.acknowledged(first, end);
    this.#base = Math.max(this.#base, Math.min(next, this.#next));
    this.#endIfDone();
    this.#pump();
  }

  /** Every frame that came is acknowledged. */
  get empty(): boolean {
    return this.#sent.length === 0 && this.#waiting.length === 0;
  }

  /** Everything upstream is acknowledged; there is nothing upstream of a source. */
  settle(): void {
    this.#settled = true;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#settled || this.#base !== this.#frames) return;
    const call = this.#call;
    this.#call = null;
    call?.end();
  }

  #pump(): void {
    while (this.#call !== null && this.#sent.length < this.#window) {
      const one = this.#waiting.shift();
      if (one === undefined) break;
      this.#sent.push(one);
      const coded = this.#coding === Coding.ZSTD ? compressedFrame(one.frame) : null;
      this.#unwritten.push(coded ?? one.frame);
      this.#events.sent(one.sequence, coded?.bytes ?? one.frame.samples.byteLength);
    }
    if (!this.#writing) this.#write(this.#call);
  }

  /**
   * Hands frames over one by one, each in a turn of the event loop after the one before has left: Node's HTTP/2 does not read while
   * it writes, and of frames that follow each other at once no acknowledgement would be seen until the last had gone.
   */
  readonly #write = (call: HopCall | null): void => {
    if (call === null || call !== this.#call) return;
    const message = this.#unwritten.shift();
    this.#writing = message !== undefined;
    if (message === undefined) return;
    call.write(message, () => setImmediate(this.#write, call));
    this.#events.written();
  };
}
