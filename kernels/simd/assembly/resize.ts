import { widenRow } from "./lanes";

/** What a prepared resize knows, laid down in memory by `kernels/simd/resize.ts` in this order. */
@unmanaged
class Resize {
  height: i32;
  width: i32;
  channels: i32;
  outWidth: i32;
  uint8: i32;
  /** Every output lies in the middle between two samples of its own. */
  halves: i32;
  /** The same down, too, in a float32 frame: each output is computed from four samples of its own. */
  quarters: i32;
  /** Outputs of a row that have a sample to their right; those after them see the last sample only. */
  inner: i32;
  /** For each output row and column the sample before it (int32) and the weight of the one after that (float32). */
  rowLow: usize;
  rowWeight: usize;
  columnLow: usize;
  columnWeight: usize;
  /** A row of input as float32, for uint8 frames. */
  wide: usize;
  /** Two rows of input, resized. */
  upper: usize;
  lower: usize;
}

/** Bilinear interpolation, across, then down, each a + (b - a) * weight; see `conv2d` for the arguments. */
export function resize(
  job: usize,
  input: usize,
  inPlane: usize,
  output: usize,
  outPlane: usize,
  from: i32,
  to: i32,
): void {
  const resize = changetype<Resize>(job);
  const outRow = resize.uint8 ? <usize>resize.outWidth : (<usize>resize.outWidth) << 2;
  for (let c = 0; c < resize.channels; c++) {
    let upper = resize.upper;
    let lower = resize.lower;
    // Rows of input that upper and lower hold.
    let above = -1;
    let below = -1;
    for (let y = from; y < to; y++) {
      const low = load<i32>(resize.rowLow + (<usize>y << 2));
      if (resize.quarters) {
        const top = input + <usize>(low * resize.width) * 4;
        quarters(top, top + ((<usize>resize.width) << 2), output + (<usize>y) * outRow, resize.outWidth);
        continue;
      }
      const high = min(low + 1, resize.height - 1);
      if (low == below) {
        const spare = upper;
        upper = lower;
        lower = spare;
        above = below;
        below = -1;
      }
      if (low != above) across(resize, input, low, upper);
      above = low;
      if (high != low && high != below) {
        across(resize, input, high, lower);
        below = high;
      }
      const out = output + (<usize>y) * outRow;
      const weight = load<f32>(resize.rowWeight + (<usize>y << 2));
      const other = high == low ? upper : lower;
      if (resize.uint8) downBytes(upper, other, weight, out, resize.outWidth);
      else down(upper, other, weight, out, resize.outWidth);
    }
    input += inPlane;
    output += outPlane;
  }
}

@inline
function between(a: v128, b: v128, weight: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), weight));
}

/** Outputs in the midst of two by two samples: the same operations as across, then down. */
function quarters(top: usize, bottom: usize, out: usize, count: i32): void {
  const half = f32x4.splat(0.5);
  let x = 0;
  for (; x + 16 <= count; x += 16) {
    const upper0 = halve(v128.load(top), v128.load(top, 16), half);
    const lower0 = halve(v128.load(bottom), v128.load(bottom, 16), half);
    v128.store(out, between(upper0, lower0, half));
    const upper1 = halve(v128.load(top, 32), v128.load(top, 48), half);
    const lower1 = halve(v128.load(bottom, 32), v128.load(bottom, 48), half);
    v128.store(out, between(upper1, lower1, half), 16);
    const upper2 = halve(v128.load(top, 64), v128.load(top, 80), half);
    const lower2 = halve(v128.load(bottom, 64), v128.load(bottom, 80), half);
    v128.store(out, between(upper2, lower2, half), 32);
    const upper3 = halve(v128.load(top, 96), v128.load(top, 112), half);
    const lower3 = halve(v128.load(bottom, 96), v128.load(bottom, 112), half);
    v128.store(out, between(upper3, lower3, half), 48);
    top += 128;
    bottom += 128;
    out += 64;
  }
  for (; x + 4 <= count; x += 4, top += 32, bottom += 32, out += 16) {
    const upper = halve(v128.load(top), v128.load(top, 16), half);
    const lower = halve(v128.load(bottom), v128.load(bottom, 16), half);
    v128.store(out, between(upper, lower, half));
  }
  for (; x < count; x++, top += 8, bottom += 8, out += 4) {
    const a = load<f32>(top);
    const b = load<f32>(bottom);
    const upper = a + (load<f32>(top, 4) - a) * <f32>0.5;
    const lower = b + (load<f32>(bottom, 4) - b) * <f32>0.5;
    store<f32>(out, upper + (lower - upper) * <f32>0.5);
  }
}

@inline
function halve(a: v128, b: v128, half: v128): v128 {
  return between(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7), half);
}

function across(resize: Resize, input: usize, row: i32, to: usize): void {
  const width = resize.width;
  let from = input + <usize>(row * width) * (resize.uint8 ? 1 : 4);
  if (resize.uint8) {
    widenRow(from, resize.wide, width, true);
    from = resize.wide;
  }
  const count = resize.outWidth;
  const inner = resize.inner;
  let x = 0;
  if (resize.halves) {
    const half = f32x4.splat(0.5);
    for (; x + 4 <= inner; x += 4) {
      const a = v128.load(from + (<usize>x << 3));
      const b = v128.load(from + (<usize>x << 3), 16);
      const left = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
      const right = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
      v128.store(to + (<usize>x << 2), between(left, right, half));
    }
  }
  const lows = resize.columnLow;
  const weights = resize.columnWeight;
  for (; x + 4 <= inner; x += 4) {
    const at = (<usize>x) << 2;
    let a = v128.load64_zero(from + (<usize>load<i32>(lows + at) << 2));
    a = v128.load64_lane(from + (<usize>load<i32>(lows + at, 4) << 2), a, 1);
    let b = v128.load64_zero(from + (<usize>load<i32>(lows + at, 8) << 2));
    b = v128.load64_lane(from + (<usize>load<i32>(lows + at, 12) << 2), b, 1);
    const left = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    const right = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    v128.store(to + at, between(left, right, v128.load(weights + at)));
  }
  for (; x < count; x++) {
    const at = (<usize>x) << 2;
    const low = load<i32>(lows + at);
    const left = load<f32>(from + (<usize>low << 2));
    const right = load<f32>(from + (<usize>min(low + 1, width - 1) << 2));
    store<f32>(to + at, left + (right - left) * load<f32>(weights + at));
  }
}

function down(upper: usize, lower: usize, weight: f32, out: usize, count: i32): void {
  const weights = f32x4.splat(weight);
  const bytes = (<usize>count) << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(out + i, between(v128.load(upper + i), v128.load(lower + i), weights));
  }
  for (; i < bytes; i += 4) {
    const a = load<f32>(upper + i);
    store<f32>(out + i, a + (load<f32>(lower + i) - a) * weight);
  }
}

function downBytes(upper: usize, lower: usize, weight: f32, out: usize, count: i32): void {
  const weights = f32x4.splat(weight);
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    const at = (<usize>x) << 2;
    const a = rounded(between(v128.load(upper + at), v128.load(lower + at), weights));
    const b = rounded(between(v128.load(upper + at, 16), v128.load(lower + at, 16), weights));
    const words = i16x8.narrow_i32x4_u(a, b);
    v128.store64_lane(out + x, i8x16.narrow_i16x8_u(words, words), 0);
  }
  for (; x < count; x++) {
    const a = load<f32>(upper + (<usize>x << 2));
    const value = a + (load<f32>(lower + (<usize>x << 2)) - a) * weight;
    store<u8>(out + x, <u8>(value + <f32>0.5));
  }
}

@inline
function rounded(x: v128): v128 {
  return i32x4.trunc_sat_f32x4_u(f32x4.add(x, f32x4.splat(0.5)));
}
