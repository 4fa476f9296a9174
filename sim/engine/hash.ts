const view = new DataView(new ArrayBuffer(8));

/**
 * 128-bit hash of numbers and strings: a sponge that takes 32 bits at a time between rounds of ChaCha's quarter round
 * (Bernstein 2008), which is a permutation of 128 bits. Each part goes in with its kind and length, so `("ab")` and
 * `("a", "b")` differ.
 */
export function hash(parts: readonly (string | number)[]): [number, number, number, number] {
  // ChaCha's constants, "expand 32-byte k"
  const state: [number, number, number, number] = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
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
  let a = state[0] ^ word;
  let b = state[1];
  let c = state[2];
  let d = state[3];
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
