import { quantile } from "./quantile.ts";

/** Values that are kept as they are unless fewer are asked for, 32 KiB of them; and room for them at first. */
const EXACT = 4096;
const FEW = 64;
/** Bits of the significand that a bucket shares: a bucket is at most 2^-10 of its values wide. */
const BITS = 10;
const OCTAVE = 1 << BITS;
/** Octaves below the largest value that have buckets: 4 KiB each. */
const OCTAVES = 24;
/** Of a float64, the word with sign, exponent and the first 20 bits of the significand. */
const HIGH = new Uint32Array(new Float64Array([1]).buffer)[1] === 0x3ff00000 ? 1 : 0;
const DROPPED = 20 - BITS;
const LIMIT = 2 ** 32 - 1;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/**
 * Quantiles of a stream of values >= 0 in bounded memory: exactly those of {@link quantile} (type 7) up to 4096 values, or as many as
 * are asked for, then from counts in buckets that are cut from the float64 itself, its exponent and 10 bits of its significand (the idea of HDR histograms;
 * an error relative to the value, as in Masson, Rim & Lee, "DDSketch", VLDB 2019, but without a logarithm per value). Ranks are
 * interpolated inside a bucket, so that the relative error of an order statistic is below 2^-10 = 0.098 %, usually by far. Of
 * values below 2^-24 of the largest only the number is kept: errors are at most 6e-8 of the largest there. 0 is exact.
 *
 * Memory: 8 bytes a value while exact, 32 KiB at most, then 4 KiB for each octave between the smallest and the largest value, at most
 * 96 KiB. The result does not depend on the order in which values are added and sketches merged.
 */
export class QuantileSketch {
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  /** Empty when no longer exact. */
  #exact = new Float64Array(0);
  readonly #limit: number;
  #sorted = true;
  /** Counts of values whose high bits are `#base + index`; empty while exact. */
  #counts = new Uint32Array(0);
  #base = 0;
  #zeros = 0;
  /** Values above 0 that are too small to have a bucket. */
  #below = 0;

  /** @param exact Values up to which it is exact. @throws RangeError unless that is an integer in 1..4096. */
  constructor(exact = EXACT) {
    if (!(Number.isInteger(exact) && exact >= 1 && exact <= EXACT))
      throw new RangeError(`exact(=${exact}) should be an integer in 1..${EXACT}`);
    this.#limit = exact;
  }

  /** Values so far. */
  get count(): number {
    return this.#count;
  }

  /** Smallest value so far, `Infinity` if there is none. */
  get min(): number {
    return this.#min;
  }

  /** Largest value so far, 0 if there is none. */
  get max(): number {
    return this.#max;
  }

  /** @throws RangeError if the value is negative, infinite or NaN, or the 2^32nd. */
  add(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`value(=${value}) should be finite and >= 0`);
    }
    if (this.#count === LIMIT) throw new RangeError(`a sketch holds at most ${LIMIT} values`);
    this.#count++;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#counts.length === 0) this.#keep(value);
    else this.#tally(value);
  }

  /**
   * Adds the first `n` values, in less time than one by one.
   * @throws RangeError as `add` does; values before the one that is wrong are added.
   */
  addAll(values: Float64Array, n: number): void {
    let i = 0;
    // Of most, all that is to be done once they are counted in buckets is to count them.
    while (i < n && this.#counts.length === 0) this.add(values[i++]!);
    if (i === n || this.#count + n - i > LIMIT) {
      while (i < n) this.add(values[i++]!);
      return;
    }
    const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
    while (i < n) i = this.#tallyAll(values, bits, i, n);
  }

  /** Counts values that have a bucket, from one on, and then one that may have none. @returns How far it has come. */
  #tallyAll(values: Float64Array, bits: Uint32Array, from: number, to: number): number {
    const counts = this.#counts;
    const base = this.#base;
    let min = this.#min;
    let max = this.#max;
    let i = from;
    for (; i < to; i++) {
      const index = (bits[2 * i + HIGH]! >>> DROPPED) - base;
      if (index >>> 0 >= counts.length) break;
      counts[index]!++;
      min = Math.min(min, values[i]!);
      max = Math.max(max, values[i]!);
    }
    this.#count += i - from;
    this.#min = min;
    this.#max = max;
    if (i < to) this.add(values[i++]!);
    return i;
  }

  /**
   * Quantile, type 7, in the unit of the values.
   * @param p 0..1
   * @throws RangeError if there are no values or p is outside 0..1.
   */
  quantile(p: number): number {
    if (this.#count === 0) throw new RangeError("quantile of no values (count 0)");
    if (!(p >= 0 && p <= 1)) throw new RangeError(`p(=${p}) should be in 0..1`);
    if (this.#counts.length === 0) {
      const kept = this.#exact.subarray(0, this.#count);
      if (!this.#sorted) kept.sort();
      this.#sorted = true;
      return quantile(kept, p);
    }
    const rank = p * (this.#count - 1);
    const below = Math.floor(rank);
    const low = this.#orderStatistic(below);
    if (below === rank) return low;
    return low + (rank - below) * (this.#orderStatistic(below + 1) - low);
  }

  /** Adds all values of another sketch, which stays as it is. @throws RangeError if they are more than 2^32 - 1 together. */
  merge(other: QuantileSketch): void {
    if (this.#count + other.#count > LIMIT) throw new RangeError(`a sketch holds at most ${LIMIT} values`);
    if (other.#counts.length === 0) {
      // By a copy, as a sketch may be merged with itself.
      for (const value of other.#exact.slice(0, other.#count)) this.add(value);
      return;
    }
    if (this.#counts.length === 0) this.#spill();
    const counts = other.#counts.slice();
    const base = other.#base;
    this.#cover(base, base + counts.length);
    const offset = base - this.#base;
    const own = this.#counts;
    let below = 0;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!;
      if (i + offset >= 0) own[i + offset] = own[i + offset]! + count;
      else below += count;
    }
    this.#below += below;
    this.#count += other.#count;
    this.#zeros += other.#zeros;
    this.#below += other.#below;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Forgets all values. */
  reset(): void {
    this.#count = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
    this.#sorted = true;
    this.#counts = new Uint32Array(0);
    this.#zeros = 0;
    this.#below = 0;
  }

  #keep(value: number): void {
    const kept = this.#count - 1;
    if (kept === this.#limit) {
      this.#count--;
      this.#spill();
      this.#count++;
      this.#tally(value);
      return;
    }
    if (kept === this.#exact.length) {
      const longer = new Float64Array(Math.min(Math.max(2 * kept, FEW), this.#limit));
      longer.set(this.#exact);
      this.#exact = longer;
    }
    this.#exact[kept] = value;
    this.#sorted = false;
  }

  /** From kept values to buckets. */
  #spill(): void {
    const kept = this.#exact.subarray(0, this.#count);
    this.#exact = new Float64Array(0);
    // Somewhere to begin; the values make it as wide as they need.
    const first = octaveOf(this.#max > 0 ? keyOf(this.#max) : keyOf(1));
    this.#base = first;
    this.#counts = new Uint32Array(OCTAVE);
    for (const value of kept) this.#tally(value);
  }

  #tally(value: number): void {
    float[0] = value;
    const index = (words[HIGH]! >>> DROPPED) - this.#base;
    // As unsigned, a negative index is beyond the end, too.
    if (index >>> 0 < this.#counts.length) this.#counts[index]!++;
    else this.#outside(value);
  }

  #outside(value: number): void {
    if (value === 0) {
      this.#zeros++;
      return;
    }
    const key = keyOf(value);
    this.#cover(octaveOf(key), octaveOf(key) + OCTAVE);
    if (key >= this.#base) this.#counts[key - this.#base]!++;
    else this.#below++;
  }

  /** Makes the buckets reach from one key to before another, as far down as there may be buckets. */
  #cover(from: number, to: number): void {
    if (this.#below === 0 && !this.#counts.some((count) => count > 0)) {
      // Nothing but zeros so far: buckets begin where they are needed.
      this.#base = from;
      this.#counts = new Uint32Array(to - from);
      return;
    }
    const end = Math.max(to, this.#base + this.#counts.length);
    const base = Math.max(Math.min(from, this.#base), end - OCTAVES * OCTAVE);
    if (base === this.#base && end === base + this.#counts.length) return;
    const wider = new Uint32Array(end - base);
    const dropped = Math.min(Math.max(base - this.#base, 0), this.#counts.length);
    for (const count of this.#counts.subarray(0, dropped)) this.#below += count;
    const rest = this.#counts.subarray(dropped);
    if (rest.length > 0) wider.set(rest, this.#base + dropped - base);
    this.#counts = wider;
    this.#base = base;
  }

  /** @param k 0..count - 1 */
  #orderStatistic(k: number): number {
    if (k === 0) return this.#min;
    if (k === this.#count - 1) return this.#max;
    let before = this.#zeros;
    if (k < before) return 0;
    if (k < before + this.#below) return this.#inside(0, lowestOf(this.#base), (k - before + 0.5) / this.#below);
    before += this.#below;
    for (let i = 0; ; i++) {
      const count = this.#counts[i]!;
      if (k < before + count) {
        return this.#inside(lowestOf(this.#base + i), lowestOf(this.#base + i + 1), (k - before + 0.5) / count);
      }
      before += count;
    }
  }

  #inside(low: number, high: number, share: number): number {
    return Math.min(Math.max(low + share * (high - low), this.#min), this.#max);
  }
}

/** The bits by which a value is put into a bucket, as an integer. */
function keyOf(value: number): number {
  float[0] = value;
  return words[HIGH]! >>> DROPPED;
}

/** The first key of a key's octave. */
function octaveOf(key: number): number {
  return key - (key % OCTAVE);
}

/** The smallest value of a key. */
function lowestOf(key: number): number {
  words[HIGH] = key << DROPPED;
  words[1 - HIGH] = 0;
  return float[0]!;
}
