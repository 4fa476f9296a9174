/**
 * The largest sample of each window of `size` x `size`, float32; of equal ones (0 and -0) the first, column by column. NaN in a
 * window is its maximum: vectors take maxima in one instruction that may lose a NaN which is not the first of its window, so
 * what they compare is also added up. A sum that is no number (after NaN, or infinities) has the row done again, carefully.
 */

/** Rows `from` to `to` of the outputs of one channel; `input` is its row 0. @param scratch `width` samples. */
export function maxpoolFloat(
  input: usize,
  output: usize,
  width: i32,
  outWidth: i32,
  size: i32,
  stride: i32,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const rowBytes = (<usize>width) << 2;
  const outBytes = (<usize>outWidth) << 2;
  const used = (outWidth - 1) * stride + size;
  for (let y = from; y < to; y++) {
    const top = input + <usize>(y * stride) * rowBytes;
    const out = output + (<usize>y) * outBytes;
    let doubt: bool;
    if (size == 2 && stride == 2) doubt = pairs(top, top + rowBytes, out, outWidth);
    else {
      doubt = tallest(top, rowBytes, used, size, scratch);
      if (!doubt) doubt = across(scratch, out, outWidth, size, stride);
    }
    if (doubt) careful(top, rowBytes, out, outWidth, size, stride);
  }
}

@inline
function noNumber(sums: v128): bool {
  return v128.any_true(f32x4.ne(sums, sums));
}

@inline
function larger(largest: f32, sample: f32): f32 {
  return sample > largest || sample != sample ? sample : largest;
}

function careful(top: usize, rowBytes: usize, out: usize, count: i32, size: i32, stride: i32): void {
  for (let x = 0; x < count; x++) {
    const corner = top + (<usize>(x * stride) << 2);
    let largest = load<f32>(corner);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        largest = larger(largest, load<f32>(corner + (<usize>i << 2) + <usize>j * rowBytes));
      }
    }
    store<f32>(out + (<usize>x << 2), largest);
  }
}

/** Windows of 2 x 2, side by side. @returns whether NaN may be lost. */
function pairs(top: usize, bottom: usize, out: usize, count: i32): bool {
  let lower = f32x4.splat(0);
  let right = f32x4.splat(0);
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    const at = (<usize>x) << 3;
    const b0 = v128.load(bottom + at);
    const b1 = v128.load(bottom + at, 16);
    const b2 = v128.load(bottom + at, 32);
    const b3 = v128.load(bottom + at, 48);
    const a0 = f32x4.pmax(v128.load(top + at), b0);
    const a1 = f32x4.pmax(v128.load(top + at, 16), b1);
    const a2 = f32x4.pmax(v128.load(top + at, 32), b2);
    const a3 = f32x4.pmax(v128.load(top + at, 48), b3);
    lower = f32x4.add(lower, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)));
    const odd0 = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
    const odd1 = v128.shuffle<f32>(a2, a3, 1, 3, 5, 7);
    v128.store(out + (at >> 1), f32x4.pmax(v128.shuffle<f32>(a0, a1, 0, 2, 4, 6), odd0));
    v128.store(out + (at >> 1), f32x4.pmax(v128.shuffle<f32>(a2, a3, 0, 2, 4, 6), odd1), 16);
    right = f32x4.add(right, f32x4.add(odd0, odd1));
  }
  if (x < count) {
    const at = (<usize>x) << 3;
    careful(top + at, bottom - top, out + (at >> 1), count - x, 2, 2);
  }
  return noNumber(f32x4.add(lower, right));
}

/** The largest of `size` samples, one above the other, of each of `count` columns. @returns whether NaN may be lost. */
function tallest(top: usize, rowBytes: usize, count: i32, size: i32, to: usize): bool {
  let sums = f32x4.splat(0);
  let others = f32x4.splat(0);
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    let at = top + (<usize>x << 2);
    let largest = v128.load(at);
    let next = v128.load(at, 16);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      const sample = v128.load(at);
      const other = v128.load(at, 16);
      sums = f32x4.add(sums, sample);
      others = f32x4.add(others, other);
      largest = f32x4.pmax(largest, sample);
      next = f32x4.pmax(next, other);
    }
    v128.store(to + (<usize>x << 2), largest);
    v128.store(to + (<usize>x << 2), next, 16);
  }
  for (; x < count; x++) {
    let at = top + (<usize>x << 2);
    let largest = load<f32>(at);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      largest = larger(largest, load<f32>(at));
    }
    store<f32>(to + (<usize>x << 2), largest);
  }
  return noNumber(f32x4.add(sums, others));
}

/** The largest of `size` neighbours, every `stride` samples. @returns whether NaN may be lost. */
function across(from: usize, out: usize, count: i32, size: i32, stride: i32): bool {
  let sums = f32x4.splat(0);
  let x = 0;
  if (stride == 1) {
    for (; x + 4 <= count; x += 4) {
      const at = from + (<usize>x << 2);
      let largest = v128.load(at);
      for (let i = 1; i < size; i++) {
        const sample = v128.load(at + (<usize>i << 2));
        sums = f32x4.add(sums, sample);
        largest = f32x4.pmax(largest, sample);
      }
      v128.store(out + (<usize>x << 2), largest);
    }
  } else if (stride == 2) {
    // The last vectors would read beyond the row of columns: left to the loop below.
    for (; x + 8 <= count; x += 4) {
      const at = from + (<usize>x << 3);
      let largest = evens(at);
      for (let i = 1; i < size; i++) {
        const sample = evens(at + (<usize>i << 2));
        sums = f32x4.add(sums, sample);
        largest = f32x4.pmax(largest, sample);
      }
      v128.store(out + (<usize>x << 2), largest);
    }
  }
  for (; x < count; x++) {
    const at = from + (<usize>(x * stride) << 2);
    let largest = load<f32>(at);
    for (let i = 1; i < size; i++) largest = larger(largest, load<f32>(at + (<usize>i << 2)));
    store<f32>(out + (<usize>x << 2), largest);
  }
  return noNumber(sums);
}

/** Every other of eight samples. */
@inline
function evens(at: usize): v128 {
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}
