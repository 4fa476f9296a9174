import type { Agenda } from "../engine/agenda.ts";
import { QuantileSketch } from "../statistics/quantile-sketch.ts";
import type { PodTerms } from "../summary.ts";
import { emptyPodTrace, type PodTrace } from "../trace.ts";

/** How a pod is recorded. */
export interface RecordShape {
  readonly pod: string;
  readonly node: string;
  readonly workers: number;
  readonly warmup: number;
  /** Rows: a power of two, as many as frames can be in flight at least; or all frames there are, for the whole trace. */
  readonly rows: number;
  /** All stamps of all frames are wanted. */
  readonly whole: boolean;
  /** Frames/s of a source that has to make them at a rate; 0: of another. */
  readonly rate: number;
  /** When each frame is due there, where that is not at a constant interval. */
  readonly schedule: Float64Array | null;
}

/** Latencies of the frames of a line after warm-up, seconds. */
export class Latencies {
  readonly sketch = new QuantileSketch();
  sum = 0;

  add(seconds: number): void {
    this.sum += seconds;
    this.sketch.add(seconds);
  }
}

/**
 * What happens to frames at one pod: columns by sequence number, of which only those in flight are kept unless the whole trace is
 * wanted, and sums of what `summarise` takes means of.
 */
export class PodRecord {
  readonly shape: RecordShape;
  /** Where frames come from. */
  readonly #upstream: PodRecord | null;
  readonly #agenda: Agenda;
  readonly #warmup: number;
  readonly #rate: number;
  /** The columns; row = frame & mask. */
  trace: PodTrace;
  mask: number;
  #arrived: Float64Array;
  #decoded: Float64Array;
  #start: Float64Array;
  #end: Float64Array;
  #sent: Float64Array;
  #link = 0;
  #decode = 0;
  #queue = 0;
  #compute = 0;
  #send = 0;
  /** CPU seconds of messages, and seconds of compute since the first end after warm-up. */
  #messages = 0;
  #within = 0;
  #first = Number.NaN;
  #last = Number.NaN;
  /** Of the last pod, where they are wanted; from its line's source. */
  #latencies: Latencies | null = null;
  #source: PodRecord | null = null;
  /** Frames of the warm-up whose compute ended after others': they count up to the last of those. */
  #stragglers: { readonly start: number; readonly end: number }[] = [];

  constructor(agenda: Agenda, upstream: PodRecord | null, shape: RecordShape) {
    this.#agenda = agenda;
    this.#upstream = upstream;
    this.shape = shape;
    this.#warmup = shape.warmup;
    this.#rate = shape.rate;
    this.trace = emptyPodTrace(shape.pod, shape.node, shape.rows, { workers: shape.workers });
    this.mask = shape.whole ? -1 : shape.rows - 1;
    this.#arrived = this.trace.arrived;
    this.#decoded = this.trace.decoded;
    this.#start = this.trace.start;
    this.#end = this.trace.end;
    this.#sent = this.trace.sent;
  }

  /** What ends here is delivered: its latency since the line's source is to be kept. */
  deliver(source: PodRecord, latencies: Latencies): void {
    this.#source = source;
    this.#latencies = latencies;
  }

  arrived(frame: number): void {
    const { now } = this.#agenda;
    const row = frame & this.mask;
    this.#arrived[row] = now;
    if (frame < this.#warmup) return;
    const upstream = this.#upstream!;
    this.#link += now - upstream.#sent[frame & upstream.mask]!;
  }

  decoded(frame: number): void {
    const { now } = this.#agenda;
    const row = frame & this.mask;
    this.#decoded[row] = now;
    if (frame >= this.#warmup) this.#decode += now - this.#arrived[row]!;
  }

  started(frame: number): void {
    const { now } = this.#agenda;
    const row = frame & this.mask;
    this.#start[row] = now;
    this.#end[row] = Number.NaN;
    if (frame < this.#warmup) return;
    if (this.#upstream !== null) this.#queue += now - this.#decoded[row]!;
    else if (this.#rate > 0) this.#queue += now - this.scheduled(frame);
  }

  ended(frame: number): void {
    const { now } = this.#agenda;
    const row = frame & this.mask;
    this.#end[row] = now;
    const start = this.#start[row]!;
    if (frame < this.#warmup) {
      if (this.#first <= now) this.#stragglers.push({ start, end: now });
      return;
    }
    this.#compute += now - start;
    if (!(this.#first <= now)) this.#first = now;
    this.#last = now;
    this.#within += now - Math.max(start, this.#first);
    if (this.#latencies !== null) this.#latencies.add(now - this.#source!.scheduled(frame));
  }

  hasEnded(frame: number): boolean {
    return !Number.isNaN(this.#end[frame & this.mask]!);
  }

  sent(frame: number): void {
    const { now } = this.#agenda;
    const row = frame & this.mask;
    this.#sent[row] = now;
    if (frame >= this.#warmup) this.#send += now - this.#end[row]!;
  }

  /** CPU seconds of messages since the frame before was begun. */
  messages(frame: number, receive: number, send: number): void {
    if (frame > this.#warmup) this.#messages += receive + send;
    if (!this.shape.whole) return;
    this.trace.receiveCpu[frame] = receive;
    this.trace.sendCpu[frame] = send;
  }

  /** When a frame that is in flight was due at this source. */
  scheduled(frame: number): number {
    const { schedule } = this.shape;
    if (schedule !== null) return schedule[frame]!;
    return this.#rate > 0 ? frame / this.#rate : this.#start[frame & this.mask]!;
  }

  /** Sees to it that frames from `oldest` to `frame` have a row each. */
  reach(oldest: number, frame: number): void {
    if (this.shape.whole || frame - oldest <= this.mask) return;
    const { pod, node, workers } = this.shape;
    const [from, size] = [this.trace, this.mask + 1];
    const to = emptyPodTrace(pod, node, 2 * size, { workers });
    for (const name of ["arrived", "decoded", "start", "end", "sent"] as const) {
      for (let i = oldest; i < oldest + size; i++) to[name][i & (2 * size - 1)] = from[name][i & (size - 1)]!;
    }
    this.trace = to;
    this.mask = 2 * size - 1;
    this.#arrived = to.arrived;
    this.#decoded = to.decoded;
    this.#start = to.start;
    this.#end = to.end;
    this.#sent = to.sent;
  }

  /** The first `end` after warm-up and the last, seconds. */
  get ends(): { readonly first: number; readonly last: number } {
    return { first: this.#first, last: this.#last };
  }

  /** @param frames after warm-up. */
  terms(frames: number): PodTerms {
    return {
      pod: this.shape.pod,
      node: this.shape.node,
      link: this.#link / frames,
      decode: this.#decode / frames,
      queue: this.#queue / frames,
      compute: this.#compute / frames,
      send: this.#send / frames,
    };
  }

  /** As `summarise` has it. */
  get utilisation(): number {
    let compute = this.#within;
    for (const { start, end } of this.#stragglers) {
      compute += Math.max(0, Math.min(end, this.#last) - Math.max(start, this.#first));
    }
    const { workers } = this.shape;
    const busy = workers === 0 ? compute + this.#messages : Math.max(compute / workers, this.#messages);
    const window = this.#last - this.#first;
    return window === 0 ? 0 : Math.min(1, busy / window);
  }
}
