/**
 * The largest sample of each window of `size` x `size`, float32. Two steps: over rows, then over columns; the maximum is
 * WebAssembly's, which knows NaN (it stays) and holds 0 larger than -0, so the order does not matter.
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
    const top = input + (<usize>(y * stride)) * rowBytes;
    const out = output + (<usize>y) * outBytes;
    if (size == 2 && stride == 2) pairs(top, top + rowBytes, out, outWidth);
    else {
      tallest(top, rowBytes, used, size, scratch);
      across(scratch, out, outWidth, size, stride);
    }
  }
}

/** Windows of 2 x 2, side by side. */
function pairs(top: usize, bottom: usize, out: usize, count: i32): void {
  let x = 0;
  for (; x + 8 <= count; x += 8) {
    const at = (<usize>x) << 3;
    const a = f32x4.max(v128.load(top + at), v128.load(bottom + at));
    const b = f32x4.max(v128.load(top + at, 16), v128.load(bottom + at, 16));
    const c = f32x4.max(v128.load(top + at, 32), v128.load(bottom + at, 32));
    const d = f32x4.max(v128.load(top + at, 48), v128.load(bottom + at, 48));
    v128.store(
      out + (at >> 1),
      f32x4.max(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7)),
    );
    v128.store(
      out + (at >> 1),
      f32x4.max(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7)),
      16,
    );
  }
  for (; x < count; x++) {
    const at = (<usize>x) << 3;
    const upper = max<f32>(load<f32>(top + at), load<f32>(top + at, 4));
    const lower = max<f32>(load<f32>(bottom + at), load<f32>(bottom + at, 4));
    store<f32>(out + (at >> 1), max<f32>(upper, lower));
  }
}

/** The largest of `size` samples, one above the other, of each of `count` columns. */
function tallest(top: usize, rowBytes: usize, count: i32, size: i32, to: usize): void {
  let x = 0;
  for (; x + 4 <= count; x += 4) {
    let at = top + (<usize>x << 2);
    let largest = v128.load(at);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      largest = f32x4.max(largest, v128.load(at));
    }
    v128.store(to + (<usize>x << 2), largest);
  }
  for (; x < count; x++) {
    let at = top + (<usize>x << 2);
    let largest = load<f32>(at);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      largest = max<f32>(largest, load<f32>(at));
    }
    store<f32>(to + (<usize>x << 2), largest);
  }
}

/** The largest of `size` neighbours, every `stride` samples. */
function across(from: usize, out: usize, count: i32, size: i32, stride: i32): void {
  let x = 0;
  if (stride == 1) {
    for (; x + 4 <= count; x += 4) {
      const at = from + (<usize>x << 2);
      let largest = v128.load(at);
      for (let i = 1; i < size; i++) largest = f32x4.max(largest, v128.load(at + (<usize>i << 2)));
      v128.store(out + (<usize>x << 2), largest);
    }
  } else if (stride == 2) {
    // The last vectors would read beyond the row of columns: left to the loop below.
    for (; x + 8 <= count; x += 4) {
      const at = from + (<usize>x << 3);
      let largest = v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
      for (let i = 1; i < size; i++) {
        const next = at + (<usize>i << 2);
        largest = f32x4.max(largest, v128.shuffle<f32>(v128.load(next), v128.load(next, 16), 0, 2, 4, 6));
      }
      v128.store(out + (<usize>x << 2), largest);
    }
  }
  for (; x < count; x++) {
    const at = from + (<usize>(x * stride) << 2);
    let largest = load<f32>(at);
    for (let i = 1; i < size; i++) largest = max<f32>(largest, load<f32>(at + (<usize>i << 2)));
    store<f32>(out + (<usize>x << 2), largest);
  }
}
