import type { Arena, ArenaPlace } from "../engine/arena.ts";
import { integerOf } from "../engine/xoshiro.ts";
import type { Thread } from "../profile.ts";
import type { ThreadSamples, WaitedSamples } from "./costs.ts";
import type { Samples } from "./measured-cost.ts";

/** By the number of what the thread did before. */
export const THREADS: readonly Thread[] = ["busy", "idle", "cold"];

/** How samples are drawn of which their order is known. */
interface Blocks {
  /** So many consecutive ones are drawn together. */
  readonly length: number;
  /** Where each visit of the calibration ends: blocks keep within it. */
  readonly ends: Int32Array;
}

/** By samples, which all pods have in common that cost the same. */
const known = new WeakMap<Samples, Blocks>();

/** How samples are drawn in blocks; `null`: each by itself. */
export function blocksOf(samples: Samples): Blocks | null {
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

/** Samples of a cost by what the thread did before, or the same whatever that was. */
export type CostSamples = ThreadSamples | WaitedSamples | Samples;

/** Samples of costs for a thread. */
export function samplesOf(costs: CostSamples, thread: Thread): Samples {
  if (!("idle" in costs)) return costs;
  return thread === "busy" && "busy" in costs ? costs.busy : costs[thread === "cold" ? "cold" : "idle"];
}

/**
 * Draws from samples, in blocks: some sample and those that were measured after it in the same visit, of which the first comes after
 * the last. So each is drawn equally often, and what near ones have in common is kept: the circular block bootstrap (Politis & Romano,
 * "A Circular Block-Resampling Procedure for Stationary Data", in: Exploring the Limits of Bootstrap, 1992; of blocks: Künsch, Annals of
 * Statistics 17(3), 1989). Where nothing is known of their order, each by itself: then whoever costs the same has the same draws, each
 * with a random state of its own.
 */
export class Draws {
  readonly #block: Float64Array;
  readonly #at: number;
  readonly #count: number;
  /** `null` where each sample is drawn by itself. */
  readonly #sequence: Sequence | null;

  /** For {@link drawsOf}. */
  constructor({ block, at }: ArenaPlace, count: number, sequence: Sequence | null) {
    this.#block = block;
    this.#at = at;
    this.#count = count;
    this.#sequence = sequence;
  }

  /**
   * Seconds. So short that it is always compiled into whoever calls it: a number that is not an integer takes memory when it is returned.
   * @param words With the state of the random stream, from `state` on.
   */
  next(words: Int32Array, state: number): number {
    return this.#block[this.place(words, state)]!;
  }

  /** For {@link next}: where the sample is. */
  place(words: Int32Array, state: number): number {
    if (this.#count === 1) return this.#at;
    const sequence = this.#sequence;
    return this.#at + (sequence === null ? integerOf(words, state, this.#count) : sequence.next(words, state));
  }
}

/** By what the thread did before. */
export type ThreadDraws = readonly [busy: Draws, idle: Draws, cold: Draws];

/** Of samples that are drawn each by itself, and of costs all of whose are. */
const independent = new WeakMap<ArenaPlace, Draws>();
const shared = new WeakMap<Arena, WeakMap<CostSamples, ThreadDraws>>();

/** Draws of one kind of costs. @param arena With what other pods draw, too. @param costs By what the thread did before, or whatever that was. */
export function drawsOf(arena: Arena, costs: CostSamples): ThreadDraws {
  const known = shared.get(arena) ?? new WeakMap<CostSamples, ThreadDraws>();
  shared.set(arena, known);
  const before = known.get(costs);
  if (before !== undefined) return before;
  let alone = true;
  const [busy, idle, cold] = THREADS.map((thread) => {
    const samples = samplesOf(costs, thread);
    const place = arena.shared(samples);
    const blocks = blocksOf(samples);
    if (blocks !== null) {
      alone = false;
      return new Draws(place, samples.length, new Sequence(blocks, samples.length));
    }
    const draws = independent.get(place) ?? new Draws(place, samples.length, null);
    independent.set(place, draws);
    return draws;
  });
  const draws: ThreadDraws = [busy!, idle!, cold!];
  if (alone) known.set(costs, draws);
  return draws;
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
