import { exp, expWithin700, log } from "./elementary.ts";
import { bitsOf, integerOf, type RandomState, stateOf } from "./xoshiro.ts";
import { EXPONENTIAL, LAYERS, NORMAL } from "./ziggurat.ts";

const TWO_32 = 4294967296;
// As constants of the module, which the engine reads without a look at any object.
const { x: EXPONENTIAL_X } = EXPONENTIAL;
const { x: NORMAL_X } = NORMAL;
/** 2^-53 */
const UNIT = 1.1102230246251565e-16;
/** Bits of the rest of a draw. */
const LAYER = LAYERS - 1;
const SIGN = LAYERS;
/** What `#fill` multiplies by, where that bit is 0 and 1. */
const SCALES = new Float64Array(2);

/**
 * A stream of random numbers: xoshiro128++ 1.0 (Blackman & Vigna, ACM Trans. Math. Softw. 47(4), 2021; period 2^128 - 1) on
 * 32-bit integers. Its state is a 128-bit hash of a seed and a path, so that every (seed, path) has a stream of its own and
 * adding one elsewhere changes none. Only operations that IEEE 754 or ECMAScript fix to the last bit are used, also for the
 * tables of the ziggurats: the same (seed, path) gives the same numbers on every platform.
 */
export class RandomStream {
  readonly #words: Int32Array;
  readonly #at: number;
  /** The 11 bits of the last two words that are not in the last `#draw()`. */
  #rest = 0;
  /** Of the last lognormal: cv, variance of its logarithm, and the deviation. */
  #lognormal: Float64Array | null = null;

  /**
   * @param seed Any number but NaN.
   * @param path What the stream is for; `("pod", 1)` and `("pod", "1")` are different.
   * @throws RangeError if the seed or a number in the path is NaN.
   */
  constructor(seed: number, ...path: readonly (string | number)[]) {
    const { words, at } = stateOf([seed, ...path]);
    this.#words = words;
    this.#at = at;
  }

  /** Where its state is, for whoever draws from it without the object: those of others lie beside it, which are not to be touched. */
  get state(): RandomState {
    return { words: this.#words, at: this.#at };
  }

  /** 53 random bits as an integer in 0..2^53 - 1, and 11 more in `#rest`. In one piece, as a call for each word takes twice the time. */
  #draw(): number {
    const [words, at] = [this.#words, this.#at];
    let a = words[at]!;
    let b = words[at + 1]!;
    let c = words[at + 2]!;
    let d = words[at + 3]!;
    let sum = (a + d) | 0;
    const high = (((sum << 7) | (sum >>> 25)) + a) | 0;
    let shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    sum = (a + d) | 0;
    const low = (((sum << 7) | (sum >>> 25)) + a) | 0;
    shifted = b << 9;
    c ^= a;
    d ^= b;
    words[at + 1] = b ^ c;
    words[at] = a ^ d;
    words[at + 2] = c ^ shifted;
    words[at + 3] = (d << 11) | (d >>> 21);
    this.#rest = ((high & 31) << 6) | (low & 63);
    return (high >>> 5) * 67108864 + (low >>> 6);
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    return this.#draw() * UNIT;
  }

  /**
   * Uniform over 0..n - 1, without bias.
   * @throws RangeError unless n is an integer in 1..2^32.
   */
  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= TWO_32))
      throw new RangeError(`n(=${n}) should be an integer in 1..2^32`);
    // Up to here the product is exact.
    if (n <= 2097152) return integerOf(this.#words, this.#at, n);
    const limit = TWO_32 - (TWO_32 % n);
    let bits = bitsOf(this.#words, this.#at);
    while (bits >= limit) bits = bitsOf(this.#words, this.#at);
    return bits % n;
  }

  /**
   * Exponential with the given mean, by ziggurat.
   * @throws RangeError if the mean is negative, infinite or NaN.
   */
  exponential(mean: number): number {
    if (!(mean >= 0 && mean < Number.POSITIVE_INFINITY))
      throw new RangeError(`mean(=${mean}) should be finite and >= 0`);
    // Layer and value are of different bits, unlike in the paper's code, where they are correlated (Doornik, "An Improved
    // Ziggurat Method to Generate Normal Random Samples", 2005).
    const value = this.#draw() * UNIT;
    const layer = this.#rest & LAYER;
    const x = value * EXPONENTIAL_X[layer]!;
    return mean * (x < EXPONENTIAL_X[layer + 1]! ? x : this.#edgeOfExponential(layer, x));
  }

  /** Past the inside of a layer, once in a hundred times. */
  #edgeOfExponential(first: number, outside: number): number {
    const { x, f, tail } = EXPONENTIAL;
    let layer = first;
    let value = outside;
    let beyond = 0;
    for (;;) {
      if (value < x[layer + 1]!) return beyond + value;
      // It has no memory: what it exceeds the tail's beginning by is exponential again.
      if (layer === 0) beyond += tail;
      else if (f[layer]! + this.uniform() * (f[layer + 1]! - f[layer]!) < exp(-value)) return beyond + value;
      value = this.#draw() * UNIT;
      layer = this.#rest & LAYER;
      value *= x[layer]!;
    }
  }

  /**
   * Normal with the given mean and standard deviation, by ziggurat.
   * @throws RangeError if the mean is not finite or the deviation negative, infinite or NaN.
   */
  normal(mean = 0, sd = 1): number {
    if (!Number.isFinite(mean)) throw new RangeError(`mean(=${mean}) should be finite`);
    if (!(sd >= 0 && sd < Number.POSITIVE_INFINITY)) throw new RangeError(`sd(=${sd}) should be finite and >= 0`);
    return mean + sd * this.#standardNormal();
  }

  #standardNormal(): number {
    const value = this.#draw() * UNIT;
    const rest = this.#rest;
    const layer = rest & LAYER;
    const inside = value * NORMAL_X[layer]!;
    const x = inside < NORMAL_X[layer + 1]! ? inside : this.#edgeOfNormal(layer, inside);
    return (rest & SIGN) === 0 ? x : -x;
  }

  #edgeOfNormal(first: number, outside: number): number {
    const { x, f, tail } = NORMAL;
    let layer = first;
    let value = outside;
    for (;;) {
      if (value < x[layer + 1]!) return value;
      if (layer === 0) return tail + this.#normalTail(tail);
      if (f[layer]! + this.uniform() * (f[layer + 1]! - f[layer]!) < exp(-0.5 * value * value)) return value;
      value = this.#draw() * UNIT;
      layer = this.#rest & LAYER;
      value *= x[layer]!;
    }
  }

  /** What a normal beyond the tail's beginning exceeds it by (Marsaglia, Technometrics 6, 1964). */
  #normalTail(tail: number): number {
    for (;;) {
      const x = this.exponential(1 / tail);
      if (2 * this.exponential(1) > x * x) return x;
    }
  }

  /**
   * Lognormal with the given mean and coefficient of variation (standard deviation / mean) of the result itself.
   * @throws RangeError if either is negative, infinite or NaN.
   */
  lognormal(mean: number, cv: number): number {
    if (!(mean >= 0 && mean < Number.POSITIVE_INFINITY))
      throw new RangeError(`mean(=${mean}) should be finite and >= 0`);
    if (!(cv >= 0 && cv < Number.POSITIVE_INFINITY)) throw new RangeError(`cv(=${cv}) should be finite and >= 0`);
    // Few streams have one: the others do without its memory.
    this.#lognormal ??= Float64Array.of(Number.NaN, 0, 0);
    const last = this.#lognormal;
    if (cv !== last[0]!) {
      last[0] = cv;
      last[1] = log(1 + cv * cv);
      last[2] = Math.sqrt(last[1]!);
    }
    return mean * expWithin700(last[2]! * this.#standardNormal() - last[1]! / 2);
  }

  /**
   * What as many calls of `exponential(mean)` as `out` holds would give, in half the time.
   * @throws RangeError if the mean is negative, infinite or NaN.
   */
  fillExponential(out: Float64Array, mean: number): void {
    this.#checkMean(mean);
    this.#fill(out, EXPONENTIAL_X, mean, mean);
  }

  /**
   * What as many calls of `lognormal(mean, cv)` as `out` holds would give, in half the time.
   * @throws RangeError if either is negative, infinite or NaN.
   */
  fillLognormal(out: Float64Array, mean: number, cv: number): void {
    this.#checkMean(mean);
    if (!(cv >= 0 && cv < Number.POSITIVE_INFINITY)) throw new RangeError(`cv(=${cv}) should be finite and >= 0`);
    const variance = log(1 + cv * cv);
    const deviation = Math.sqrt(variance);
    const half = variance / 2;
    this.#fill(out, NORMAL_X, deviation, -deviation);
    for (let i = 0; i < out.length; i++) out[i] = mean * expWithin700(out[i]! - half);
  }

  /**
   * By ziggurat, in one loop with the generator's state in variables: most of what a call for each takes is to load and to
   * store that. @param scales What to multiply by, where the bit for the sign is 0 and 1: a branch would be foreseen wrongly half the time.
   */
  #fill(out: Float64Array, x: Float64Array, plus: number, minus: number): void {
    SCALES[0] = plus;
    SCALES[1] = minus;
    const [words, at] = [this.#words, this.#at];
    let a = words[at]!;
    let b = words[at + 1]!;
    let c = words[at + 2]!;
    let d = words[at + 3]!;
    const n = out.length;
    for (let i = 0; i < n; i++) {
      // As in `#draw`.
      let sum = (a + d) | 0;
      const high = (((sum << 7) | (sum >>> 25)) + a) | 0;
      let shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      sum = (a + d) | 0;
      const low = (((sum << 7) | (sum >>> 25)) + a) | 0;
      shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      const rest = ((high & 31) << 6) | (low & 63);
      const layer = rest & LAYER;
      let value = ((high >>> 5) * 67108864 + (low >>> 6)) * UNIT * x[layer]!;
      if (value >= x[layer + 1]!) {
        words[at] = a;
        words[at + 1] = b;
        words[at + 2] = c;
        words[at + 3] = d;
        value = x === NORMAL_X ? this.#edgeOfNormal(layer, value) : this.#edgeOfExponential(layer, value);
        a = words[at]!;
        b = words[at + 1]!;
        c = words[at + 2]!;
        d = words[at + 3]!;
      }
      out[i] = value * SCALES[(rest & SIGN) >>> 8]!;
    }
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
  }

  #checkMean(mean: number): void {
    if (!(mean >= 0 && mean < Number.POSITIVE_INFINITY))
      throw new RangeError(`mean(=${mean}) should be finite and >= 0`);
  }

  /**
   * One of the values, each equally likely: resampling.
   * @throws RangeError if there is none.
   */
  pick(values: ArrayLike<number>): number {
    if (values.length === 0) throw new RangeError("pick: no values to pick from (length 0)");
    return values[this.integer(values.length)]!;
  }
}
