import type { Arena } from "./arena.ts";

/**
 * First-in-first-out entries of a few numbers each, in an arena; it grows. Whoever extends it knows what the numbers of an entry are,
 * and reads and writes them where {@link place}, {@link append} and {@link first} say.
 */
export class Ring {
  protected block: Float64Array;
  readonly #arena: Arena;
  /** Numbers of an entry. */
  readonly #width: number;
  #begin: number;
  /** Number of entries that there is room for, less 1: a power of two, less 1. */
  #mask: number;
  #head = 0;
  #length = 0;

  /** @param capacity Entries that there is room for at first: a power of two. */
  constructor(arena: Arena, width: number, capacity: number) {
    this.#arena = arena;
    this.#width = width;
    this.#mask = capacity - 1;
    this.#begin = arena.take(width * capacity);
    this.block = arena.block;
  }

  /** Number of entries. */
  get length(): number {
    return this.#length;
  }

  /** Forgets all entries. */
  protected empty(): void {
    this.#length = 0;
    this.#head = 0;
  }

  /** Where the first entry begins. */
  protected get first(): number {
    return this.#begin + this.#head * this.#width;
  }

  /** Where an entry begins, by its position from the first. */
  protected place(position: number): number {
    return this.#begin + ((this.#head + position) & this.#mask) * this.#width;
  }

  /** Makes room for one entry more, the last: where it begins. */
  protected append(): number {
    if (this.#length > this.#mask) this.#grow();
    return this.place(this.#length++);
  }

  /** Makes room for one entry more, the first: where it begins. */
  protected prepend(): number {
    if (this.#length > this.#mask) this.#grow();
    this.#head = (this.#head - 1) & this.#mask;
    this.#length++;
    return this.first;
  }

  /** Drops the first entry. */
  protected drop(): void {
    // One that is empty again begins anew, so that a ring with little in it stays in one line of the cache.
    this.#head = --this.#length === 0 ? 0 : (this.#head + 1) & this.#mask;
  }

  #grow(): void {
    const [from, head, size] = [this.block, this.#head * this.#width, (this.#mask + 1) * this.#width];
    const begin = this.#arena.take(2 * size);
    this.block = this.#arena.block;
    this.block.set(from.subarray(this.#begin + head, this.#begin + size), begin);
    this.block.set(from.subarray(this.#begin, this.#begin + head), begin + size - head);
    this.#begin = begin;
    this.#mask = 2 * this.#mask + 1;
    this.#head = 0;
  }
}
