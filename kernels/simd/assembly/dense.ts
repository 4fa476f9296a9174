import { madd } from "./lanes";

/** Samples that are summed by themselves first: long sums in float32 lose less so. A multiple of 8. */
const CHUNK: i32 = 1024;

/**
 * out(n) = bias(n) + sum over i of weights(n, i) * input(i), float32: four outputs at a time, eight sums each.
 */
export function dense(input: usize, weights: usize, bias: usize, out: usize, count: i32, outputs: i32): void {
  const row = (<usize>count) << 2;
  let n = 0;
  for (; n + 4 <= outputs; n += 4) {
    let a = v128.load(bias + (<usize>n << 2));
    const w = weights + (<usize>n) * row;
    for (let begin = 0; begin < count; begin += CHUNK) {
      a = f32x4.add(a, four(input, w, row, begin, min(count, begin + CHUNK)));
    }
    v128.store(out + (<usize>n << 2), a);
  }
  for (; n < outputs; n++) {
    let sum = load<f32>(bias + (<usize>n << 2));
    const w = weights + (<usize>n) * row;
    // The same sums as if there were four: bytes do not depend on how many outputs there are.
    for (let begin = 0; begin < count; begin += CHUNK) {
      sum += f32x4.extract_lane(four(input, w, 0, begin, min(count, begin + CHUNK)), 0);
    }
    store<f32>(out + (<usize>n << 2), sum);
  }
}

/** Sums of samples `begin` to `end` for four rows of weights, `row` bytes apart. */
function four(input: usize, weights: usize, row: usize, begin: i32, end: i32): v128 {
  let a0 = f32x4.splat(0);
  let b0 = a0;
  let c0 = a0;
  let d0 = a0;
  let a1 = a0;
  let b1 = a0;
  let c1 = a0;
  let d1 = a0;
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const at = (<usize>i) << 2;
    const x = v128.load(input + at);
    const y = v128.load(input + at, 16);
    let w = weights + at;
    a0 = madd(x, v128.load(w), a0);
    a1 = madd(y, v128.load(w, 16), a1);
    w += row;
    b0 = madd(x, v128.load(w), b0);
    b1 = madd(y, v128.load(w, 16), b1);
    w += row;
    c0 = madd(x, v128.load(w), c0);
    c1 = madd(y, v128.load(w, 16), c1);
    w += row;
    d0 = madd(x, v128.load(w), d0);
    d1 = madd(y, v128.load(w, 16), d1);
  }
  a0 = f32x4.add(a0, a1);
  b0 = f32x4.add(b0, b1);
  c0 = f32x4.add(c0, c1);
  d0 = f32x4.add(d0, d1);
  // Lanes of each added up, in pairs, as one vector of four sums.
  const ab = f32x4.add(v128.shuffle<f32>(a0, b0, 0, 2, 4, 6), v128.shuffle<f32>(a0, b0, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c0, d0, 0, 2, 4, 6), v128.shuffle<f32>(c0, d0, 1, 3, 5, 7));
  let sums = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
  for (; i < end; i++) {
    const at = (<usize>i) << 2;
    const x = v128.load32_splat(input + at);
    let w = weights + at;
    let column = v128.load32_zero(w);
    column = v128.load32_lane(w + row, column, 1);
    column = v128.load32_lane(w + 2 * row, column, 2);
    column = v128.load32_lane(w + 3 * row, column, 3);
    sums = madd(x, column, sums);
  }
  return sums;
}
