import { madd, rectify } from "./lanes";

/** Where a vector of outputs lies in its row: at an end, where the sample beyond the row is made of its neighbour. */
const LEFT = -1;
const WITHIN = 0;
const RIGHT = 1;

/**
 * One filter of 3x3 over one channel, four rows of outputs at once: its nine weights and four sums stay in registers, and each
 * sample is loaded for all the rows that see it. Outputs at the end of a row are computed with those before them once more.
 * @param table addresses of six rows: of the sample that the first output sees first. @param width outputs of a row, 4 at least.
 * @param edges whether the first and the last sample that a row of outputs sees are beyond the row: its neighbour if
 * `replicate`, otherwise 0. @param row bytes of a row of outputs.
 */
export function square3(
  table: usize,
  weights: usize,
  bias: usize,
  out: usize,
  row: usize,
  width: i32,
  edges: bool,
  replicate: bool,
  relu: bool,
): void {
  const end = <usize>((width - 4) << 2);
  const kept = i32x4.splat(replicate ? -1 : 0);
  if (edges) rows4(LEFT, kept, table, weights, bias, out, row, 0, 16, relu);
  if (edges) rows4(RIGHT, kept, table, weights, bias, out, row, end, end + 16, relu);
  else rows4(WITHIN, kept, table, weights, bias, out, row, end, end + 16, relu);
  const begin: usize = edges ? 16 : 0;
  if (relu) rows4(WITHIN, kept, table, weights, bias, out, row, begin, end, true);
  else rows4(WITHIN, kept, table, weights, bias, out, row, begin, end, false);
}

@inline
function first(side: i32, from: usize, kept: v128): v128 {
  if (side == LEFT) {
    const next = v128.load(from, 4);
    return v128.shuffle<f32>(next, v128.and(next, kept), 4, 0, 1, 2);
  }
  return v128.load(from);
}

@inline
function last(side: i32, from: usize, kept: v128): v128 {
  if (side == RIGHT) {
    const before = v128.load(from, 4);
    return v128.shuffle<f32>(before, v128.and(before, kept), 1, 2, 3, 7);
  }
  return v128.load(from, 8);
}

@inline
function rows4(
  side: i32,
  kept: v128,
  table: usize,
  weights: usize,
  bias: usize,
  out: usize,
  row: usize,
  begin: usize,
  end: usize,
  relu: bool,
): void {
  const in0: usize = load<u32>(table);
  const in1: usize = load<u32>(table, 4);
  const in2: usize = load<u32>(table, 8);
  const in3: usize = load<u32>(table, 12);
  const in4: usize = load<u32>(table, 16);
  const in5: usize = load<u32>(table, 20);
  const out1 = out + row;
  const out2 = out1 + row;
  const out3 = out2 + row;
  const w00 = v128.load32_splat(weights);
  const w01 = v128.load32_splat(weights, 4);
  const w02 = v128.load32_splat(weights, 8);
  const w10 = v128.load32_splat(weights, 12);
  const w11 = v128.load32_splat(weights, 16);
  const w12 = v128.load32_splat(weights, 20);
  const w20 = v128.load32_splat(weights, 24);
  const w21 = v128.load32_splat(weights, 28);
  const w22 = v128.load32_splat(weights, 32);
  for (let x = begin; x < end; x += 16) {
    let a = v128.load32_splat(bias);
    let b = a;
    let c = a;
    let d = a;
    let from = in0 + x;
    let s = first(side, from, kept);
    a = madd(s, w00, a);
    s = v128.load(from, 4);
    a = madd(s, w01, a);
    s = last(side, from, kept);
    a = madd(s, w02, a);

    from = in1 + x;
    s = first(side, from, kept);
    a = madd(s, w10, a);
    b = madd(s, w00, b);
    s = v128.load(from, 4);
    a = madd(s, w11, a);
    b = madd(s, w01, b);
    s = last(side, from, kept);
    a = madd(s, w12, a);
    b = madd(s, w02, b);

    from = in2 + x;
    s = first(side, from, kept);
    a = madd(s, w20, a);
    b = madd(s, w10, b);
    c = madd(s, w00, c);
    s = v128.load(from, 4);
    a = madd(s, w21, a);
    b = madd(s, w11, b);
    c = madd(s, w01, c);
    s = last(side, from, kept);
    a = madd(s, w22, a);
    b = madd(s, w12, b);
    c = madd(s, w02, c);
    if (relu) a = rectify(a);
    v128.store(out + x, a);

    from = in3 + x;
    s = first(side, from, kept);
    b = madd(s, w20, b);
    c = madd(s, w10, c);
    d = madd(s, w00, d);
    s = v128.load(from, 4);
    b = madd(s, w21, b);
    c = madd(s, w11, c);
    d = madd(s, w01, d);
    s = last(side, from, kept);
    b = madd(s, w22, b);
    c = madd(s, w12, c);
    d = madd(s, w02, d);
    if (relu) b = rectify(b);
    v128.store(out1 + x, b);

    from = in4 + x;
    s = first(side, from, kept);
    c = madd(s, w20, c);
    d = madd(s, w10, d);
    s = v128.load(from, 4);
    c = madd(s, w21, c);
    d = madd(s, w11, d);
    s = last(side, from, kept);
    c = madd(s, w22, c);
    d = madd(s, w12, d);
    if (relu) c = rectify(c);
    v128.store(out2 + x, c);

    from = in5 + x;
    s = first(side, from, kept);
    d = madd(s, w20, d);
    s = v128.load(from, 4);
    d = madd(s, w21, d);
    s = last(side, from, kept);
    d = madd(s, w22, d);
    if (relu) d = rectify(d);
    v128.store(out3 + x, d);
  }
}
