/** As `maxpoolFloat`, of uint8 samples. */
export function maxpoolBytes(
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
  const used = (outWidth - 1) * stride + size;
  for (let y = from; y < to; y++) {
    tallest(input + <usize>(y * stride) * width, width, used, size, scratch);
    across(scratch, output + <usize>y * outWidth, outWidth, size, stride);
  }
}

function tallest(top: usize, rowBytes: usize, count: i32, size: i32, to: usize): void {
  let x = 0;
  for (; x + 16 <= count; x += 16) {
    let at = top + x;
    let largest = v128.load(at);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      largest = i8x16.max_u(largest, v128.load(at));
    }
    v128.store(to + x, largest);
  }
  for (; x < count; x++) {
    let at = top + x;
    let largest = load<u8>(at);
    for (let j = 1; j < size; j++) {
      at += rowBytes;
      largest = max<u8>(largest, load<u8>(at));
    }
    store<u8>(to + x, largest);
  }
}

function across(from: usize, out: usize, count: i32, size: i32, stride: i32): void {
  let x = 0;
  if (stride == 1) {
    for (; x + 16 <= count; x += 16) {
      let largest = v128.load(from + x);
      for (let i = 1; i < size; i++) largest = i8x16.max_u(largest, v128.load(from + x + i));
      v128.store(out + x, largest);
    }
  } else if (stride == 2) {
    for (; x + 32 <= count; x += 16) {
      const at = from + (<usize>x << 1);
      let largest = evens(at);
      for (let i = 1; i < size; i++) largest = i8x16.max_u(largest, evens(at + i));
      v128.store(out + x, largest);
    }
  }
  for (; x < count; x++) {
    const at = from + <usize>(x * stride);
    let largest = load<u8>(at);
    for (let i = 1; i < size; i++) largest = max<u8>(largest, load<u8>(at + i));
    store<u8>(out + x, largest);
  }
}

/** Every other of 32 samples. */
@inline
function evens(at: usize): v128 {
  return v128.shuffle<u8>(
    v128.load(at),
    v128.load(at, 16),
    0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
  );
}
