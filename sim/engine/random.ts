import { exp, log } from "./elementary.ts";

const TWO_32 = 4294967296;

/**
 * A stream of random numbers: xoshiro128++ 1.0 (Blackman & Vigna, ACM Trans. Math. Softw. 47(4), 2021; period 2^128 - 1) on
 * 32-bit integers. Its state is a 128-bit hash of a seed and a path, so that every (seed, path) has a stream of its own and
 * adding one elsewhere changes none. Only operations that IEEE 754 or ECMAScript fix to the last bit are used: the same
 * (seed, path) gives the same numbers on every platform. `exponential`, `normal` and `lognormal` are by inversion and polar
 * method rather than by ziggurat, which would need tables that depend on `Math.exp`.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  /** The polar method makes normals in pairs. */
  #spare: number | undefined;

  /**
   * @param seed Any number but NaN.
   * @param path What the stream is for; `("pod", 1)` and `("pod", "1")` are different.
   * @throws RangeError if the seed or a number in the path is NaN.
   */
  constructor(seed: number, ...path: readonly (string | number)[]) {
    [this.#a, this.#b, this.#c, this.#d] = hash([seed, ...path]);
  }

  /** 32 random bits as an integer in 0..2^32 - 1. */
  #bits(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) | 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.#bits() >>> 5;
    return (high * 67108864 + (this.#bits() >>> 6)) / 9007199254740992;
  }

  /**
   * Uniform over 0..n - 1, without bias (by rejection).
   * @throws RangeError unless n is an integer in 1..2^32.
   */
  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= TWO_32))
      throw new RangeError(`n(=${n}) should be an integer in 1..2^32`);
    const limit = TWO_32 - (TWO_32 % n);
    let bits = this.#bits();
    while (bits >= limit) bits = this.#bits();
    return bits % n;
  }

  /**
   * Exponential with the given mean, by inversion.
   * @throws RangeError if the mean is negative, infinite or NaN.
   */
  exponential(mean: number): number {
    if (!(mean >= 0 && mean < Number.POSITIVE_INFINITY))
      throw new RangeError(`mean(=${mean}) should be finite and >= 0`);
    return -mean * log(1 - this.uniform());
  }

  /**
   * Normal with the given mean and standard deviation, by the polar method (Knuth, TAOCP vol. 2, 3.4.1 C, algorithm P).
   * @throws RangeError if the mean is not finite or the deviation negative, infinite or NaN.
   */
  normal(mean = 0, sd = 1): number {
    if (!Number.isFinite(mean)) throw new RangeError(`mean(=${mean}) should be finite`);
    if (!(sd >= 0 && sd < Number.POSITIVE_INFINITY)) throw new RangeError(`sd(=${sd}) should be finite and >= 0`);
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return mean + sd * spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * log(s)) / s);
      this.#spare = y * factor;
      return mean + sd * x * factor;
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
    const variance = log(1 + cv * cv);
    return mean * exp(Math.sqrt(variance) * this.normal() - variance / 2);
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

/**
 * 128-bit hash of numbers and strings: a sponge that takes 32 bits at a time between rounds of ChaCha's quarter round
 * (Bernstein 2008), which is a permutation of 128 bits. Each part goes in with its kind and length, so `("ab")` and
 * `("a", "b")` differ.
 */
function hash(parts: readonly (string | number)[]): [number, number, number, number] {
  // ChaCha's constants, "expand 32-byte k"
  const state: [number, number, number, number] = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
  const view = new DataView(new ArrayBuffer(8));
  for (const part of parts) {
    if (typeof part === "number") {
      if (Number.isNaN(part)) throw new RangeError(`seed and path should not hold NaN: (${parts.join(", ")})`);
      // + 0 makes -0 the same as 0
      view.setFloat64(0, part + 0);
      absorb(state, 1);
      absorb(state, view.getUint32(0));
      absorb(state, view.getUint32(4));
    } else {
      absorb(state, 2);
      absorb(state, part.length);
      for (let i = 0; i < part.length; i++) absorb(state, part.charCodeAt(i));
    }
  }
  absorb(state, parts.length);
  absorb(state, 0);
  // xoshiro must not start from all zeros, the one state that it never leaves.
  if ((state[0] | state[1] | state[2] | state[3]) === 0) state[0] = 1;
  return state;
}

function absorb(state: [number, number, number, number], word: number): void {
  let [a, b, c, d] = state;
  a ^= word;
  for (let round = 0; round < 4; round++) {
    a = (a + b) | 0;
    d = rotate(d ^ a, 16);
    c = (c + d) | 0;
    b = rotate(b ^ c, 12);
    a = (a + b) | 0;
    d = rotate(d ^ a, 8);
    c = (c + d) | 0;
    b = rotate(b ^ c, 7);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
