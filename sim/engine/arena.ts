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
}
