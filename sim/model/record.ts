import type { Agenda } from "../engine/agenda.ts";
import type { PodTerms } from "../summary.ts";
import { emptyPodTrace, type PodTrace } from "../trace.ts";
import type { Latencies } from "./latencies.ts";

/** How a pod is recorded. */
export interface RecordShape {
  readonly pod: string;
  readonly node: string;
  readonly workers: number;
  readonly warmup: number;
  /** Of the run. */
  readonly frames: number;
  /** The trace is wanted. */
  readonly whole: boolean;
  /** Frames/s of a source that has to make them at a rate; 0: of another. */
  readonly rate: number;
  /** When each frame is due there, where that is not at a constant interval. */
  readonly schedule: Float64Array | null;
}

/** Of what is kept of a pod, sums after warm-up, seconds; the rows of frames come after them. */
const LINK = 0;
const DECODE = 1;
const QUEUE = 2;
const COMPUTE = 3;
const SEND = 4;
/** CPU seconds of messages, and seconds of compute since the first end after warm-up; that end, and the last. */
const MESSAGES = 5;
const WITHIN = 6;
const FIRST = 7;
const LAST = 8;
/** CPU seconds of receiving and of sending since the frame before was begun. */
const RECEIVING = 9;
const SENDING = 10;
const ROWS = 11;
/** Of a row: stamps of a frame. */
const ARRIVED = 0;
const DECODED = 1;
const START = 2;
const END = 3;
const SENT = 4;
const STAMPED = 5;
/** Rows at first: there are more when more frames are in flight. */
const FEW = 2;

/**
 * What happens to frames at one pod: stamps of those in flight, sums of what `summarise` takes means of, and the trace where that is
 * wanted.
 */
export class PodRecord {
  /** Sums, and rows: that of a frame is the one of `frame & #mask`. */
  #kept: Float64Array;
  #begin: number;
  #mask: number;
  readonly #agenda: Agenda;
  readonly #warmup: number;
  /** `null`: it is not wanted. */
  readonly trace: PodTrace | null;
  /** Where frames come from. */
  readonly #upstream: PodRecord | null;
  /** Of the last pod, where they are wanted; from its line's source. */
  #latencies: Latencies | null = null;
  #source: PodRecord | null = null;
  readonly #rate: number;
  readonly #schedule: Float64Array | null;
  /** Frames of the warm-up whose compute ended after others': they count up to the last of those. */
  #stragglers: { readonly start: number; readonly end: number }[] | null = null;
  readonly shape: RecordShape;

  constructor(agenda: Agenda, upstream: PodRecord | null, shape: RecordShape) {
    this.#agenda = agenda;
    this.#upstream = upstream;
    this.shape = shape;
    this.#warmup = shape.warmup;
    this.#rate = shape.rate;
    this.#schedule = shape.schedule;
    const { pod, node, workers, frames } = shape;
    this.trace = shape.whole ? emptyPodTrace(pod, node, frames, { workers }) : null;
    this.#mask = FEW - 1;
    this.#begin = agenda.arena.take(ROWS + FEW * STAMPED);
    this.#kept = agenda.arena.block;
    this.#kept[this.#begin + FIRST] = Number.NaN;
    this.#kept[this.#begin + LAST] = Number.NaN;
    this.#kept.fill(Number.NaN, this.#begin + ROWS, this.#begin + ROWS + FEW * STAMPED);
  }

  /** What ends here is delivered: its latency since the line's source is to be kept. */
  deliver(source: PodRecord, latencies: Latencies): void {
    this.#source = source;
    this.#latencies = latencies;
  }

  /** Where the row of a frame begins. */
  #row(frame: number): number {
    return this.#begin + ROWS + (frame & this.#mask) * STAMPED;
  }

  arrived(frame: number): void {
    const { now } = this.#agenda;
    if (this.trace !== null) this.trace.arrived[frame] = now;
    this.#kept[this.#row(frame) + ARRIVED] = now;
    if (frame >= this.#warmup) this.#kept[this.#begin + LINK]! += now - this.#upstream!.#sentAt(frame);
  }

  #sentAt(frame: number): number {
    return this.#kept[this.#row(frame) + SENT]!;
  }

  decoded(frame: number): void {
    const { now } = this.#agenda;
    if (this.trace !== null) this.trace.decoded[frame] = now;
    const row = this.#row(frame);
    this.#kept[row + DECODED] = now;
    if (frame >= this.#warmup) this.#kept[this.#begin + DECODE]! += now - this.#kept[row + ARRIVED]!;
  }

  started(frame: number): void {
    const { now } = this.#agenda;
    if (this.trace !== null) this.trace.start[frame] = now;
    const row = this.#row(frame);
    this.#kept[row + START] = now;
    this.#kept[row + END] = Number.NaN;
    if (frame < this.#warmup) return;
    if (this.#upstream !== null) this.#kept[this.#begin + QUEUE]! += now - this.#kept[row + DECODED]!;
    else if (this.#rate > 0) this.#kept[this.#begin + QUEUE]! += now - this.scheduled(frame);
  }

  ended(frame: number): void {
    const { now } = this.#agenda;
    if (this.trace !== null) this.trace.end[frame] = now;
    const [kept, begin, row] = [this.#kept, this.#begin, this.#row(frame)];
    kept[row + END] = now;
    const start = kept[row + START]!;
    if (frame < this.#warmup) {
      if (kept[begin + FIRST]! <= now) {
        this.#stragglers ??= [];
        this.#stragglers.push({ start, end: now });
      }
      return;
    }
    kept[begin + COMPUTE]! += now - start;
    if (!(kept[begin + FIRST]! <= now)) kept[begin + FIRST] = now;
    kept[begin + LAST] = now;
    kept[begin + WITHIN]! += now - Math.max(start, kept[begin + FIRST]!);
    if (this.#latencies !== null) this.#latencies.add(now - this.#source!.scheduled(frame));
  }

  hasEnded(frame: number): boolean {
    return !Number.isNaN(this.#kept[this.#row(frame) + END]!);
  }

  sent(frame: number): void {
    const { now } = this.#agenda;
    if (this.trace !== null) this.trace.sent[frame] = now;
    const row = this.#row(frame);
    this.#kept[row + SENT] = now;
    if (frame >= this.#warmup) this.#kept[this.#begin + SEND]! += now - this.#kept[row + END]!;
  }

  /** The pod's thread is to spend CPU seconds on receiving. */
  receives(cpu: number): void {
    this.#kept[this.#begin + RECEIVING]! += cpu;
  }

  /** The same of sending. */
  sends(cpu: number): void {
    this.#kept[this.#begin + SENDING]! += cpu;
  }

  /** CPU seconds of receiving since the frame before was begun. */
  get receiveCpu(): number {
    return this.#of(RECEIVING);
  }

  /** A frame is begun: what messages have taken since the one before is on its account. */
  messages(frame: number): void {
    const [kept, begin] = [this.#kept, this.#begin];
    const receive = kept[begin + RECEIVING]!;
    const send = kept[begin + SENDING]!;
    kept[begin + RECEIVING] = 0;
    kept[begin + SENDING] = 0;
    if (frame > this.#warmup) kept[begin + MESSAGES]! += receive + send;
    if (this.trace === null) return;
    this.trace.receiveCpu[frame] = receive;
    this.trace.sendCpu[frame] = send;
  }

  /** The pod is gone, and what it has spent since it began its last frame with it. */
  forget(): void {
    this.#kept[this.#begin + RECEIVING] = 0;
    this.#kept[this.#begin + SENDING] = 0;
  }

  /** When a frame that is in flight was due at this source. */
  scheduled(frame: number): number {
    if (this.#schedule !== null) return this.#schedule[frame]!;
    return this.#rate > 0 ? frame / this.#rate : this.#kept[this.#row(frame) + START]!;
  }

  /** Sees to it that frames from `oldest` to `frame` have a row each. */
  reach(oldest: number, frame: number): void {
    while (frame - oldest > this.#mask) this.#grow(oldest);
  }

  #grow(oldest: number): void {
    const [from, at, mask] = [this.#kept, this.#begin, this.#mask];
    const { arena } = this.#agenda;
    this.#mask = 2 * mask + 1;
    this.#begin = arena.take(ROWS + (this.#mask + 1) * STAMPED);
    this.#kept = arena.block;
    this.#kept.set(from.subarray(at, at + ROWS), this.#begin);
    for (let i = oldest; i <= oldest + mask; i++) {
      const row = at + ROWS + (i & mask) * STAMPED;
      this.#kept.set(from.subarray(row, row + STAMPED), this.#row(i));
    }
  }

  /** The first `end` after warm-up and the last, seconds. */
  get ends(): { readonly first: number; readonly last: number } {
    return { first: this.#of(FIRST), last: this.#of(LAST) };
  }

  /** @param frames after warm-up. */
  terms(frames: number): PodTerms {
    return {
      pod: this.shape.pod,
      node: this.shape.node,
      link: this.#of(LINK) / frames,
      decode: this.#of(DECODE) / frames,
      queue: this.#of(QUEUE) / frames,
      compute: this.#of(COMPUTE) / frames,
      send: this.#of(SEND) / frames,
    };
  }

  /** As `summarise` has it. */
  get utilisation(): number {
    const [first, last] = [this.#of(FIRST), this.#of(LAST)];
    let compute = this.#of(WITHIN);
    for (const { start, end } of this.#stragglers ?? []) {
      compute += Math.max(0, Math.min(end, last) - Math.max(start, first));
    }
    const { workers } = this.shape;
    const messages = this.#of(MESSAGES);
    const busy = workers === 0 ? compute + messages : Math.max(compute / workers, messages);
    const window = last - first;
    return window === 0 ? 0 : Math.min(1, busy / window);
  }

  #of(sum: number): number {
    return this.#kept[this.#begin + sum]!;
  }
}
