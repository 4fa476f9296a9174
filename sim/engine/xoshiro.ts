import { hash } from "./hash.ts";

const TWO_32 = 4294967296;
/** 2^-53 */
const UNIT = 1.1102230246251565e-16;
/** Words of a state, and states of a block. */
const WORDS = 4;
const STATES = 1024;

// Where the next state goes. What a state is does not depend on that, and a block is there as long as anybody who has a state in it.
let block = new Int32Array(0);
let used = 0;

/** Where the state of a generator is: 4 words from `at` on. */
export interface RandomState {
  readonly words: Int32Array;
  readonly at: number;
}

/**
 * State of a generator xoshiro128++ 1.0 (Blackman & Vigna, ACM Trans. Math. Softw. 47(4), 2021; period 2^128 - 1): a 128-bit hash of
 * a seed and a path. States that are made one after the other lie side by side, 4 of them in a line of the cache, as those are made so
 * that are used together.
 */
export function stateOf(parts: readonly (string | number)[]): RandomState {
  const hashed = hash(parts);
  if (used === block.length) {
    block = new Int32Array(WORDS * STATES);
    used = 0;
  }
  const at = used;
  used += WORDS;
  block.set(hashed, at);
  return { words: block, at };
}

/** The next 32 random bits as an integer in 0..2^32 - 1. */
export function bitsOf(words: Int32Array, at: number): number {
  const a = words[at]!;
  const b = words[at + 1]!;
  const d = words[at + 3]!;
  const sum = (a + d) | 0;
  const c = words[at + 2]! ^ a;
  const e = d ^ b;
  words[at] = a ^ e;
  words[at + 1] = b ^ c;
  words[at + 2] = c ^ (b << 9);
  words[at + 3] = (e << 11) | (e >>> 21);
  return (((sum << 7) | (sum >>> 25)) + a) >>> 0;
}

/** Uniform in [0, 1), a multiple of 2^-53. */
export function uniformOf(words: Int32Array, at: number): number {
  const high = bitsOf(words, at) >>> 5;
  return (high * 67108864 + (bitsOf(words, at) >>> 6)) * UNIT;
}

/**
 * Uniform over 0..n - 1, without bias: the integer part of n times a fraction of 32 bits, drawn again where some of the
 * fractions would favour a number (Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019).
 * @param n An integer in 1..2^21, up to which the product is exact.
 */
export function integerOf(words: Int32Array, at: number, n: number): number {
  for (;;) {
    const product = bitsOf(words, at) * n;
    const whole = Math.floor(product / TWO_32);
    const fraction = product - whole * TWO_32;
    if (fraction >= n || fraction >= TWO_32 % n) return whole;
  }
}
