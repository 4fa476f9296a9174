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
  /** Seconds: all pods of a plan have the same. */
  readonly #gaps: Gaps;
  /** How far a thread goes cold from `idle` to `cold`, as a share of how far it ever does. */
  readonly #span: number;
  readonly #stream: RandomStream;

  constructor(gaps: Gaps, stream: RandomStream) {
    this.#gaps = gaps;
    this.#span = 1 - exp((gaps.idle - gaps.cold) / gaps.cooling);
    this.#stream = stream;
  }

  /**
   * What a thread is that has waited for `gap` seconds: idle, or cold if that is long. In between either, so that on average it
   * costs what one does that goes cold exponentially.
   */
  after(gap: number): typeof IDLE | typeof COLD {
    const { idle, cold, cooling } = this.#gaps;
    if (gap <= idle) return IDLE;
    if (gap >= cold) return COLD;
    return this.#stream.uniform() * this.#span < 1 - exp((idle - gap) / cooling) ? COLD : IDLE;
  }
}

/** Samples of one cost, as they are drawn from. */
interface Drawable {
  readonly samples: Float64Array;
  /** So many consecutive ones are drawn together. */
  readonly block: number;
  /** Where each visit of the calibration ends, where blocks are to keep within it. */
  readonly ends: Int32Array;
}

/** By costs, which all pods have in common that cost the same: a fleet has thousands of those. */
const known = new WeakMap<ThreadSamples | WaitedSamples, readonly Drawable[]>();

/** Samples by the number of what the thread did before. */
function inTurn(costs: ThreadSamples | WaitedSamples): readonly Drawable[] {
  let all = known.get(costs);
  if (all === undefined) {
    all = THREADS.map((thread) => drawable(thread in costs ? (costs as ThreadSamples)[thread] : costs.idle));
    known.set(costs, all);
  }
  return all;
}

function drawable(samples: Samples): Drawable {
  const { visits = [], block = 1 } = samples.order ?? {};
  let end = 0;
  return {
    samples: samples instanceof Float64Array ? samples : Float64Array.from(samples),
    block,
    ends: Int32Array.from(block === 1 ? [] : visits, (visit) => (end += visit.samples)),
  };
}

/**
 * Draws costs of one kind, by what the thread did before, in blocks: some sample and those that were measured after it in the same
 * visit, of which the first comes after the last. So each is drawn equally often, and what near ones have in common is kept: the
 * circular block bootstrap (Politis & Romano, "A Circular Block-Resampling Procedure for Stationary Data", in: Exploring the Limits of
 * Bootstrap, 1992; of blocks: Künsch, Annals of Statistics 17(3), 1989). Where nothing is known of their order, each by itself.
 */
export class Draws {
  readonly #stream: RandomStream;
  readonly #costs: readonly Drawable[];
  /** Where each is in its block; none where there are no blocks. */
  #sequences: readonly Sequence[] | undefined;

  constructor(stream: RandomStream, costs: ThreadSamples | WaitedSamples) {
    this.#stream = stream;
    this.#costs = inTurn(costs);
  }

  /** Seconds. */
  next(thread: ThreadState): number {
    const cost = this.#costs[thread]!;
    const { samples } = cost;
    if (samples.length === 1) return samples[0]!;
    if (cost.block === 1) return samples[this.#stream.integer(samples.length)]!;
    this.#sequences ??= this.#costs.map((one) => new Sequence(one.samples.length));
    return this.#sequences[thread]!.next(cost, this.#stream);
  }
}

class Sequence {
  #at = 0;
  /** Of the visit. */
  #begin = 0;
  #end: number;
  /** Of the block. */
  #left = 0;

  constructor(end: number) {
    this.#end = end;
  }

  next(cost: Drawable, stream: RandomStream): number {
    if (this.#left === 0) this.#jump(cost, stream);
    this.#left--;
    const sample = cost.samples[this.#at]!;
    this.#at++;
    if (this.#at === this.#end) this.#at = this.#begin;
    return sample;
  }

  #jump({ samples, block, ends }: Drawable, stream: RandomStream): void {
    this.#at = stream.integer(samples.length);
    this.#left = block;
    if (ends.length < 2) return;
    let visit = 0;
    while (ends[visit]! <= this.#at) visit++;
    this.#begin = visit === 0 ? 0 : ends[visit - 1]!;
    this.#end = ends[visit]!;
  }
}
