/** Numbers in the first block, and in the longest: 4 KiB and 256 KiB. */
const FIRST = 512;
const LONGEST = 32768;

/** Where numbers begin in a block. */
export interface ArenaPlace {
  readonly block: Float64Array;
  readonly at: number;
}

/**
 * Numbers of many small things side by side in few long arrays: a typed array of its own takes each of them 200 bytes and more beside
 * its numbers, and three lines of the cache to reach them.
 */
export class Arena {
  static readonly #owners = new WeakMap<Float64Array, Arena>();

  /** The arena of a block. */
  static of(block: Float64Array): Arena {
    return Arena.#owners.get(block)!;
  }

  #block = this.#blockOf(FIRST);
  #used = 0;
  readonly #shared = new Map<ArrayLike<number>, ArenaPlace>();
  /** By checksum. */
  readonly #alike = new Map<number, (ArenaPlace & { readonly bits: Int32Array })[]>();

  /** Where {@link take} found room last. */
  get block(): Float64Array {
    return this.#block;
  }

  /** Room for so many numbers, all 0, for good: where they begin in {@link block}. */
  take(length: number): number {
    if (this.#used + length > this.#block.length) {
      this.#block = this.#blockOf(Math.max(Math.min(2 * this.#block.length, LONGEST), length));
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    return at;
  }

  #blockOf(length: number): Float64Array {
    const block = new Float64Array(length);
    Arena.#owners.set(block, this);
    return block;
  }

  /** Where the same numbers stand, the same to the last bit, for all that have them in common. */
  shared(numbers: ArrayLike<number>): ArenaPlace {
    let place = this.#shared.get(numbers);
    if (place === undefined) {
      place = this.#known(Float64Array.from(numbers));
      this.#shared.set(numbers, place);
    }
    return place;
  }

  #known(numbers: Float64Array): ArenaPlace {
    const bits = new Int32Array(numbers.buffer);
    const sum = checksum(bits);
    const alike = this.#alike.get(sum) ?? [];
    const known = alike.find(
      (other) => other.bits.length === bits.length && other.bits.every((bit, i) => bit === bits[i]),
    );
    if (known !== undefined) return known;
    const at = this.take(numbers.length);
    const block = this.#block;
    block.set(numbers, at);
    const place = { block, at, bits: new Int32Array(block.buffer, 8 * at, bits.length) };
    this.#alike.set(sum, [...alike, place]);
    return place;
  }
}

/** FNV-1a, of words instead of bytes (Fowler, Noll & Vo). */
function checksum(words: Int32Array): number {
  let sum = 0x811c9dc5 | 0;
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  return sum;
}
