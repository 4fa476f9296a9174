import { exp } from "../engine/elementary.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Gaps, Thread } from "../profile.ts";
import type { ThreadSamples, WaitedSamples } from "./costs.ts";
import type { Samples } from "./measured-cost.ts";

/** What a thread did before: a number, as it indexes what it costs. */
export const BUSY = 0;
export const IDLE = 1;
export const COLD = 2;
export type ThreadState = typeof BUSY | typeof IDLE | typeof COLD;
const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** Tells what threads are by the time that they have waited. */
export class Waiting {
  readonly #idle: number;
  readonly #cold: number;
  readonly #cooling: number;
  /** How far a thread goes cold from the one to the other, as a share of how far it ever does. */
  readonly #span: number;
  readonly #stream: RandomStream;

  constructor({ idle, cold, cooling }: Gaps, stream: RandomStream) {
    this.#idle = idle;
    this.#cold = cold;
    this.#cooling = cooling;
    this.#span = 1 - exp((idle - cold) / cooling);
    this.#stream = stream;
  }

  /**
   * What a thread is that has waited for `gap` seconds: idle, or cold if that is long. In between either, so that on average it
   * costs what one does that goes cold exponentially.
   */
  after(gap: number): typeof IDLE | typeof COLD {
    if (gap <= this.#idle) return IDLE;
    if (gap >= this.#cold) return COLD;
    return this.#stream.uniform() * this.#span < 1 - exp((this.#idle - gap) / this.#cooling) ? COLD : IDLE;
  }
}

/** Draws costs of one kind, by what the thread did before. */
export class Draws {
  readonly #sequences: readonly Sequence[];

  constructor(stream: RandomStream, samples: ThreadSamples | WaitedSamples) {
    this.#sequences = THREADS.map(
      (thread) => new Sequence(stream, thread in samples ? (samples as ThreadSamples)[thread] : samples.idle),
    );
  }

  /** Seconds. */
  next(thread: ThreadState): number {
    return this.#sequences[thread]!.next();
  }
}

/** Longer than any run: what is always the same is drawn once. */
const FOREVER = 2 ** 30;

/**
 * Draws from samples in blocks: some sample and those that were measured after it in the same visit, of which the first comes after the
 * last. So each is drawn equally often, and what near ones have in common is kept: the circular block bootstrap (Politis &
 * Romano, "A Circular Block-Resampling Procedure for Stationary Data", in: Exploring the Limits of Bootstrap, 1992; of blocks: Künsch, Annals
 * of Statistics 17(3), 1989). Where nothing is known of their order, each by itself.
 */
class Sequence {
  readonly #stream: RandomStream;
  readonly #samples: Float64Array;
  readonly #block: number;
  /** Where each visit ends. */
  readonly #ends: Int32Array;
  #at = 0;
  #begin = 0;
  #end: number;
  /** Of the block. */
  #left = 0;

  constructor(stream: RandomStream, samples: Samples) {
    this.#stream = stream;
    this.#samples = samples instanceof Float64Array ? samples : Float64Array.from(samples);
    this.#end = samples.length;
    const { visits = [], block = 1 } = samples.order ?? {};
    this.#block = samples.length === 1 ? FOREVER : block;
    let end = 0;
    this.#ends = Int32Array.from(block === 1 ? [] : visits, (visit) => (end += visit.samples));
  }

  next(): number {
    if (this.#left === 0) this.#jump();
    this.#left--;
    const sample = this.#samples[this.#at]!;
    this.#at++;
    if (this.#at === this.#end) this.#at = this.#begin;
    return sample;
  }

  #jump(): void {
    this.#at = this.#stream.integer(this.#samples.length);
    this.#left = this.#block;
    const ends = this.#ends;
    if (ends.length < 2) return;
    let visit = 0;
    while (ends[visit]! <= this.#at) visit++;
    this.#begin = visit === 0 ? 0 : ends[visit - 1]!;
    this.#end = ends[visit]!;
  }
}
