import { madd, rectify } from "./lanes";

// What a loop is for is told by types: the compiler leaves out what is not meant, where an argument would be asked for each vector.

/** Where vectors of outputs lie in their row: at an end the sample beyond the row is made of its neighbour. */
type Within = u8;
type Left = u16;
type Right = u32;
/** What is done with sums. */
type Plain = u8;
type Rectified = u16;

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
  if (edges) {
    ends4<Left>(kept, table, weights, bias, out, row, 0, relu);
    ends4<Right>(kept, table, weights, bias, out, row, end, relu);
  } else ends4<Within>(kept, table, weights, bias, out, row, end, relu);
  const begin: usize = edges ? 16 : 0;
  if (relu) rows4<Within, Rectified>(kept, table, weights, bias, out, row, begin, end);
  else rows4<Within, Plain>(kept, table, weights, bias, out, row, begin, end);
}

/** One vector of outputs in each row. */
@inline
function ends4<Side>(
  kept: v128,
  table: usize,
  weights: usize,
  bias: usize,
  out: usize,
  row: usize,
  begin: usize,
  relu: bool,
): void {
  if (relu) rows4<Side, Rectified>(kept, table, weights, bias, out, row, begin, begin + 16);
  else rows4<Side, Plain>(kept, table, weights, bias, out, row, begin, begin + 16);
}

@inline
function first<Side>(from: usize, kept: v128): v128 {
  if (sizeof<Side>() == sizeof<Left>()) {
    const next = v128.load(from, 4);
    return v128.shuffle<f32>(next, v128.and(next, kept), 4, 0, 1, 2);
  }
  return v128.load(from);
}

@inline
function last<Side>(from: usize, kept: v128): v128 {
  if (sizeof<Side>() == sizeof<Right>()) {
    const before = v128.load(from, 4);
    return v128.shuffle<f32>(before, v128.and(before, kept), 1, 2, 3, 7);
  }
  return v128.load(from, 8);
}

@inline
function finished<Sums>(sums: v128): v128 {
  if (sizeof<Sums>() == sizeof<Rectified>()) return rectify(sums);
  return sums;
}

function rows4<Side, Sums>(
  kept: v128,
  table: usize,
  weights: usize,
  bias: usize,
  out: usize,
  row: usize,
  begin: usize,
  end: usize,
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
    let s = first<Side>(from, kept);
    a = madd(s, w00, a);
    s = v128.load(from, 4);
    a = madd(s, w01, a);
    s = last<Side>(from, kept);
    a = madd(s, w02, a);

    from = in1 + x;
    s = first<Side>(from, kept);
    a = madd(s, w10, a);
    b = madd(s, w00, b);
    s = v128.load(from, 4);
    a = madd(s, w11, a);
    b = madd(s, w01, b);
    s = last<Side>(from, kept);
    a = madd(s, w12, a);
    b = madd(s, w02, b);

    from = in2 + x;
    s = first<Side>(from, kept);
    a = madd(s, w20, a);
    b = madd(s, w10, b);
    c = madd(s, w00, c);
    s = v128.load(from, 4);
    a = madd(s, w21, a);
    b = madd(s, w11, b);
    c = madd(s, w01, c);
    s = last<Side>(from, kept);
    a = madd(s, w22, a);
    b = madd(s, w12, b);
    c = madd(s, w02, c);
    a = finished<Sums>(a);
    v128.store(out + x, a);

    from = in3 + x;
    s = first<Side>(from, kept);
    b = madd(s, w20, b);
    c = madd(s, w10, c);
    d = madd(s, w00, d);
    s = v128.load(from, 4);
    b = madd(s, w21, b);
    c = madd(s, w11, c);
    d = madd(s, w01, d);
    s = last<Side>(from, kept);
    b = madd(s, w22, b);
    c = madd(s, w12, c);
    d = madd(s, w02, d);
    b = finished<Sums>(b);
    v128.store(out1 + x, b);

    from = in4 + x;
    s = first<Side>(from, kept);
    c = madd(s, w20, c);
    d = madd(s, w10, d);
    s = v128.load(from, 4);
    c = madd(s, w21, c);
    d = madd(s, w11, d);
    s = last<Side>(from, kept);
    c = madd(s, w22, c);
    d = madd(s, w12, d);
    c = finished<Sums>(c);
    v128.store(out2 + x, c);

    from = in5 + x;
    s = first<Side>(from, kept);
    d = madd(s, w20, d);
    s = v128.load(from, 4);
    d = madd(s, w21, d);
    s = last<Side>(from, kept);
    d = madd(s, w22, d);
    d = finished<Sums>(d);
    v128.store(out3 + x, d);
  }
}
