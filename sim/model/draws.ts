import type { Arena } from "../engine/arena.ts";
import type { RandomStream } from "../engine/random.ts";
import { integerOf } from "../engine/xoshiro.ts";
import type { Thread } from "../profile.ts";
import type { ThreadSamples, WaitedSamples } from "./costs.ts";
import type { Samples } from "./measured-cost.ts";
import type { ThreadState } from "./thread.ts";

/** By the number of what the thread did before. */
const THREADS: readonly Thread[] = ["busy", "idle", "cold"];
/** Of a table, for each of these: how many samples there are, and where they begin. The samples come after that. */
const HEAD = 2 * THREADS.length;

/** How samples are drawn of which their order is known. */
interface Blocks {
  /** So many consecutive ones are drawn together. */
  readonly length: number;
  /** Where each visit of the calibration ends: blocks keep within it. */
  readonly ends: Int32Array;
}

/** By samples, which all pods have in common that cost the same. */
const known = new WeakMap<Samples, Blocks>();

function blocksOf(samples: Samples): Blocks | null {
  const { order } = samples;
  if (order === undefined || order.block === 1) return null;
  let blocks = known.get(samples);
  if (blocks === undefined) {
    let end = 0;
    blocks = { length: order.block, ends: Int32Array.from(order.visits, (visit) => (end += visit.samples)) };
    known.set(samples, blocks);
  }
  return blocks;
}

type Costs = ThreadSamples | WaitedSamples | Samples;

function samplesOf(costs: Costs, thread: Thread): Samples {
  if (!("idle" in costs)) return costs;
  return thread === "busy" && "busy" in costs ? costs.busy : costs[thread === "cold" ? "cold" : "idle"];
}

/** Those of all threads side by side. */
function tableOf(all: readonly Samples[]): Float64Array {
  const different = new Map<Samples, number>();
  let length = HEAD;
  for (const samples of all) {
    if (different.has(samples)) continue;
    different.set(samples, length);
    length += samples.length;
  }
  const table = new Float64Array(length);
  for (const [samples, begin] of different) table.set(samples, begin);
  all.forEach((samples, thread) => {
    table[2 * thread] = samples.length;
    table[2 * thread + 1] = different.get(samples)!;
  });
  return table;
}

/**
 * Draws costs of one kind, by what the thread did before, in blocks: some sample and those that were measured after it in the same
 * visit, of which the first comes after the last. So each is drawn equally often, and what near ones have in common is kept: the
 * circular block bootstrap (Politis & Romano, "A Circular Block-Resampling Procedure for Stationary Data", in: Exploring the Limits of
 * Bootstrap, 1992; of blocks: Künsch, Annals of Statistics 17(3), 1989). Where nothing is known of their order, each by itself.
 */
export class Draws {
  /** State of the stream. */
  readonly #words: Int32Array;
  readonly #state: number;
  /** Where the table is. */
  readonly #block: Float64Array;
  readonly #at: number;
  /** Where each thread is in its block; `null` where each sample is drawn by itself, and where all are. */
  readonly #sequences: readonly (Sequence | null)[] | null;

  /** @param arena with what other pods draw, too. @param costs by what the thread did before, or whatever that was. */
  constructor(arena: Arena, stream: RandomStream, costs: Costs) {
    const all = THREADS.map((thread) => samplesOf(costs, thread));
    const { block, at } = arena.shared(costs, () => tableOf(all));
    const { words, at: state } = stream.state;
    this.#words = words;
    this.#state = state;
    this.#block = block;
    this.#at = at;
    const sequences = all.map((samples) => {
      const blocks = blocksOf(samples);
      return blocks && new Sequence(blocks, samples.length);
    });
    this.#sequences = sequences.every((one) => one === null) ? null : sequences;
  }

  /** Seconds. So short that it is always compiled into whoever calls it: a number that is not an integer takes memory when it is returned. */
  next(thread: ThreadState): number {
    return this.#block[this.place(thread)]!;
  }

  /** For {@link next}: where the sample is. */
  place(thread: ThreadState): number {
    const [block, at] = [this.#block, this.#at];
    const count = block[at + 2 * thread]! | 0;
    const begin = at + (block[at + 2 * thread + 1]! | 0);
    if (count === 1) return begin;
    const sequence = this.#sequences === null ? null : this.#sequences[thread]!;
    const [words, state] = [this.#words, this.#state];
    return begin + (sequence === null ? integerOf(words, state, count) : sequence.next(words, state));
  }
}

/** Places of samples, block after block. */
class Sequence {
  readonly #blocks: Blocks;
  readonly #count: number;
  #at = 0;
  /** Of the visit. */
  #begin = 0;
  #end: number;
  /** Of the block. */
  #left = 0;

  constructor(blocks: Blocks, count: number) {
    this.#blocks = blocks;
    this.#count = count;
    this.#end = count;
  }

  next(words: Int32Array, state: number): number {
    if (this.#left === 0) this.#jump(words, state);
    this.#left--;
    const at = this.#at++;
    if (this.#at === this.#end) this.#at = this.#begin;
    return at;
  }

  #jump(words: Int32Array, state: number): void {
    const { length, ends } = this.#blocks;
    this.#at = integerOf(words, state, this.#count);
    this.#left = length;
    if (ends.length < 2) return;
    let visit = 0;
    while (ends[visit]! <= this.#at) visit++;
    this.#begin = visit === 0 ? 0 : ends[visit - 1]!;
    this.#end = ends[visit]!;
  }
}
