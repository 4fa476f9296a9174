/** Numbers in the first block, and in the longest: 4 KiB and 256 KiB. */
const FIRST = 512;
const LONGEST = 32768;

/**
 * Numbers of many small things side by side in few long arrays: a typed array of its own takes each of them 200 bytes and more beside
 * its numbers, and three lines of the cache to reach them.
 */
export class Arena {
  #block = new Float64Array(FIRST);
  #used = 0;
  readonly #shared = new Map<object, { readonly block: Float64Array; readonly at: number }>();

  /** Where {@link take} found room last. */
  get block(): Float64Array {
    return this.#block;
  }

  /** Room for so many numbers, all 0, for good: where they begin in {@link block}. */
  take(length: number): number {
    if (this.#used + length > this.#block.length) {
      this.#block = new Float64Array(Math.max(Math.min(2 * this.#block.length, LONGEST), length));
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    return at;
  }

  /** Where numbers stand that many things have in common. @param owner Whose they are. @param numbers For when they are first asked for. */
  shared(owner: object, numbers: () => Float64Array): { readonly block: Float64Array; readonly at: number } {
    let place = this.#shared.get(owner);
    if (place === undefined) {
      const all = numbers();
      const at = this.take(all.length);
      place = { block: this.#block, at };
      place.block.set(all, at);
      this.#shared.set(owner, place);
    }
    return place;
  }
}
