import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { Fifo } from "../../sim/engine/queue.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { Coding, compressedFrame, newFrame, type OutgoingMessage, type SentFrame, setSequence } from "./frame-codec.ts";
import type { PullRequest } from "./wire.ts";

export type HopCall = ServerDuplexStream<PullRequest, OutgoingMessage>;

export interface OutletEvents {
  /** The frame was encoded and handed over to gRPC, with a payload of so many bytes. */
  sent(sequence: number, bytes: number): void;
  /** Frames from `first` up to, not including, `next` were acknowledged. */
  acknowledged(first: number, next: number): void;
}

/**
 * The upstream end of a hop: keeps frames until they are acknowledged, sends at most `window` of them, and sends again what
 * a new stream asks for. Frame buffers are allocated once and go round.
 */
export class Outlet {
  readonly #events: OutletEvents;
  readonly #window: number;
  readonly #frames: number;
  readonly #free: SentFrame[] = [];
  #kept = new Fifo<SentFrame>();
  /** Sequence number of the oldest frame that is kept (or of the next one to come). */
  #base: number;
  /** Sequence number that goes out next. */
  #cursor: number;
  #call: HopCall | null = null;
  #coding: number = Coding.IDENTITY;
  /** Upstream has all its acknowledgements too: whoever sees this stream's end finds every pod done with the run. */
  #settled = false;

  /**
   * @param shape of the frames, @param first sequence number that will come first, @param frames of the whole run, @param servers
   * that compute frames at once.
   */
  constructor(shape: FrameShape, window: number, first: number, frames: number, servers: number, events: OutletEvents) {
    this.#events = events;
    this.#window = window;
    this.#frames = frames;
    this.#base = first;
    this.#cursor = first;
    // More than the window: a frame for each server, which is finished while the window is full.
    for (let i = 0; i < window + servers; i++) this.#free.push(newFrame(shape));
  }

  /** Lowest sequence number that can still be sent. */
  get base(): number {
    return this.#base;
  }

  /** True while every server has a frame, finished or not, that the window has no room for: no other may start (blocking after service). */
  get blocked(): boolean {
    return this.#free.length === 0;
  }

  /** Frames are compressed before they are offered, as downstream asked last. */
  get compresses(): boolean {
    return this.#coding === Coding.ZSTD;
  }

  /** A buffer to compute the next frame in; only when not `blocked`. */
  claim(): SentFrame {
    const frame = this.#free.pop();
    if (frame === undefined) throw new Error("no free frame buffer: claimed while blocked");
    return frame;
  }

  /** Compresses a finished frame, before it is offered. */
  compress(frame: SentFrame, sequence: number): void {
    setSequence(frame, sequence);
    compressedFrame(frame);
  }

  /** Takes a finished frame, to be sent as soon as the window and the stream allow. */
  offer(frame: SentFrame, sequence: number): void {
    setSequence(frame, sequence);
    this.#kept.push(frame);
    this.#pump();
  }

  /** A downstream pod asks for frames from `next` on, `next >= base`, in a coding that is known. */
  attach(call: HopCall, next: number, coding: number = Coding.IDENTITY): void {
    this.detach(status.ABORTED, "another stream has taken this one's place");
    this.#call = call;
    this.#coding = coding;
    this.#cursor = next;
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
    const first = this.#base;
    while (this.#base < next && this.#kept.length > 0) {
      const frame = this.#kept.shift()!;
      frame.compressed = null;
      this.#free.push(frame);
      this.#base++;
    }
    if (this.#base > first) this.#events.acknowledged(first, this.#base);
    this.#endIfDone();
    this.#pump();
  }

  /** Every frame that came is acknowledged. */
  get empty(): boolean {
    return this.#kept.length === 0;
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
    while (this.#call !== null && this.#cursor < this.#base + Math.min(this.#window, this.#kept.length)) {
      const sequence = this.#cursor++;
      const frame = this.#kept.at(sequence - this.#base)!;
      const coded = this.#coding === Coding.ZSTD ? compressedFrame(frame) : null;
      this.#call.write(coded ?? frame);
      this.#events.sent(sequence, coded?.bytes ?? frame.samples.byteLength);
    }
  }
}
