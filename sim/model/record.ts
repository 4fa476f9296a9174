import type { Agenda } from "../engine/agenda.ts";
import { emptyPodTrace, type PodTrace } from "../trace.ts";
import type { Latencies } from "./latencies.ts";
import {
  COMPUTE,
  DECODE,
  FIRST,
  LAST,
  LINK,
  MESSAGES,
  QUEUE,
  RECEIVING,
  SEND,
  SENDING,
  type Span,
  SUMS,
  Sums,
  WITHIN,
} from "./sums.ts";

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
export class PodRecord extends Sums {
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
  #stragglers: Span[] | null = null;
  override readonly shape: RecordShape;

  constructor(agenda: Agenda, upstream: PodRecord | null, shape: RecordShape) {
    super();
    this.#agenda = agenda;
    this.#upstream = upstream;
    this.shape = shape;
    this.#warmup = shape.warmup;
    this.#rate = shape.rate;
    this.#schedule = shape.schedule;
    const { pod, node, workers, frames } = shape;
    this.trace = shape.whole ? emptyPodTrace(pod, node, frames, { workers }) : null;
    this.#mask = FEW - 1;
    this.#begin = agenda.arena.take(SUMS + FEW * STAMPED);
    this.#kept = agenda.arena.block;
    this.#kept[this.#begin + FIRST] = Number.NaN;
    this.#kept[this.#begin + LAST] = Number.NaN;
    this.#kept.fill(Number.NaN, this.#begin + SUMS, this.#begin + SUMS + FEW * STAMPED);
  }

  /** What ends here is delivered: its latency since the line's source is to be kept. */
  deliver(source: PodRecord, latencies: Latencies): void {
    this.#source = source;
    this.#latencies = latencies;
  }

  /** Where the row of a frame begins. */
  #row(frame: number): number {
    return this.#begin + SUMS + (frame & this.#mask) * STAMPED;
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
    return this.of(RECEIVING);
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
    this.#begin = arena.take(SUMS + (this.#mask + 1) * STAMPED);
    this.#kept = arena.block;
    this.#kept.set(from.subarray(at, at + SUMS), this.#begin);
    for (let i = oldest; i <= oldest + mask; i++) {
      const row = at + SUMS + (i & mask) * STAMPED;
      this.#kept.set(from.subarray(row, row + STAMPED), this.#row(i));
    }
  }

  protected override get stragglers(): readonly Span[] {
    return this.#stragglers ?? [];
  }

  protected override of(sum: number): number {
    return this.#kept[this.#begin + sum]!;
  }
}
