import { Arena } from "./arena.ts";

/**
 * First-in-first-out entries of a few numbers each, in an arena; it grows. Whoever extends it knows what the numbers of an entry are,
 * and reads and writes them where {@link place}, {@link append} and {@link first} say; it may have numbers of its own, too, which end
 * where the {@link begin entries begin}, so that both are in the same lines of the cache.
 */
export class Ring {
  protected block: Float64Array;
  /** Where the entries begin. */
  protected begin: number;
  /** Numbers of an entry. */
  readonly #width: number;
  /** Number of entries that there is room for, less 1: a power of two, less 1. */
  #mask: number;
  #head = 0;
  #length = 0;

  /** @param capacity Entries that there is room for at first: a power of two. */
  constructor(arena: Arena, width: number, capacity: number) {
    const { own } = this;
    this.begin = arena.take(own + width * capacity) + own;
    this.block = arena.block;
    this.#width = width;
    this.#mask = capacity - 1;
  }

  /** How many numbers of its own it has. */
  protected get own(): number {
    return 0;
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
    return this.begin + this.#head * this.#width;
  }

  /** Where an entry begins, by its position from the first. */
  protected place(position: number): number {
    return this.begin + ((this.#head + position) & this.#mask) * this.#width;
  }

  /** Makes room for one entry more, the last: where it begins. */
  protected append(): number {
    if (this.#length > this.#mask) this.grow();
    return this.place(this.#length++);
  }

  /** Makes room for one entry more, the first: where it begins. */
  protected prepend(): number {
    if (this.#length > this.#mask) this.grow();
    // One that is empty begins where it does after each time that it was.
    if (this.#length++ > 0) this.#head = (this.#head - 1) & this.#mask;
    return this.first;
  }

  /** Drops the first entry. */
  protected drop(): void {
    // One that is empty again begins anew, so that a ring with little in it stays in one line of the cache.
    this.#head = --this.#length === 0 ? 0 : (this.#head + 1) & this.#mask;
  }

  /** Not private, as methods that are private take each object a word. */
  protected grow(): void {
    const { own } = this;
    const [from, entries, head, size] = [
      this.block,
      this.begin,
      this.#head * this.#width,
      (this.#mask + 1) * this.#width,
    ];
    const arena = Arena.of(from);
    this.begin = arena.take(own + 2 * size) + own;
    this.block = arena.block;
    this.block.set(from.subarray(entries - own, entries), this.begin - own);
    this.block.set(from.subarray(entries + head, entries + size), this.begin);
    this.block.set(from.subarray(entries, entries + head), this.begin + size - head);
    this.#mask = 2 * this.#mask + 1;
    this.#head = 0;
  }
}
