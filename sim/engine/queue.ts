/** First-in-first-out queue on a ring buffer: `push` and `shift` are O(1) (amortised) and allocate only when it grows. */
export class Fifo<T> {
  /** Its length is a power of two, so that the position wraps with a mask. */
  #ring: (T | undefined)[] = new Array(8).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  /** Takes the oldest item; `undefined` when empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  /** The oldest item, left in place; `undefined` when empty. */
  peek(): T | undefined {
    return this.#ring[this.#head];
  }

  /** The item at a position counted from the oldest, `0 <= position < length`. */
  at(position: number): T | undefined {
    return this.#ring[(this.#head + position) & (this.#ring.length - 1)];
  }

  #grow(): void {
    const size = this.#ring.length;
    const ring = new Array<T | undefined>(2 * size).fill(undefined);
    for (let i = 0; i < size; i++) ring[i] = this.#ring[(this.#head + i) & (size - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}
