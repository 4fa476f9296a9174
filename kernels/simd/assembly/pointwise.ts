import { widen16, widenRow } from "./lanes";

/** As `widenRow`, for the host. */
export function widen(from: usize, to: usize, count: i32): void {
  widenRow(from, to, count, true);
}

/** 0.299 r + 0.587 g + 0.114 b of `count` float32 samples, each operation rounded by itself. */
export function grayscaleFloat(r: usize, g: usize, b: usize, out: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  let i: usize = 0;
  const reds = f32x4.splat(0.299);
  const greens = f32x4.splat(0.587);
  const blues = f32x4.splat(0.114);
  for (; i + 16 <= bytes; i += 16) {
    const both = f32x4.add(f32x4.mul(v128.load(r + i), reds), f32x4.mul(v128.load(g + i), greens));
    v128.store(out + i, f32x4.add(both, f32x4.mul(v128.load(b + i), blues)));
  }
  for (; i < bytes; i += 4) {
    const both: f32 = load<f32>(r + i) * <f32>0.299 + load<f32>(g + i) * <f32>0.587;
    store<f32>(out + i, both + load<f32>(b + i) * <f32>0.114);
  }
}

/** The same of uint8 samples, in 14 bits after the point, rounded. */
export function grayscaleBytes(r: usize, g: usize, b: usize, out: usize, count: i32): void {
  let i: usize = 0;
  for (; i + 16 <= <usize>count; i += 16) {
    const red = v128.load(r + i);
    const green = v128.load(g + i);
    const blue = v128.load(b + i);
    const low = luma8(
      i16x8.extend_low_i8x16_u(red),
      i16x8.extend_low_i8x16_u(green),
      i16x8.extend_low_i8x16_u(blue),
    );
    const high = luma8(
      i16x8.extend_high_i8x16_u(red),
      i16x8.extend_high_i8x16_u(green),
      i16x8.extend_high_i8x16_u(blue),
    );
    v128.store(out + i, i8x16.narrow_i16x8_u(low, high));
  }
  for (; i < <usize>count; i++) {
    const sum = 4899 * <u32>load<u8>(r + i) + 9617 * <u32>load<u8>(g + i) + 1868 * <u32>load<u8>(b + i);
    store<u8>(out + i, <u8>((sum + 8192) >> 14));
  }
}

@inline
function luma8(red: v128, green: v128, blue: v128): v128 {
  let low = i32x4.extmul_low_i16x8_u(red, i16x8.splat(4899));
  let high = i32x4.extmul_high_i16x8_u(red, i16x8.splat(4899));
  low = i32x4.add(low, i32x4.extmul_low_i16x8_u(green, i16x8.splat(9617)));
  high = i32x4.add(high, i32x4.extmul_high_i16x8_u(green, i16x8.splat(9617)));
  low = i32x4.add(low, i32x4.extmul_low_i16x8_u(blue, i16x8.splat(1868)));
  high = i32x4.add(high, i32x4.extmul_high_i16x8_u(blue, i16x8.splat(1868)));
  const half = i32x4.splat(8192);
  low = i32x4.shr_u(i32x4.add(low, half), 14);
  high = i32x4.shr_u(i32x4.add(high, half), 14);
  return i16x8.narrow_i32x4_u(low, high);
}

/** (x - mean) * scale of `count` float32 samples. */
export function normalizeFloat(input: usize, out: usize, count: i32, mean: f32, scale: f32): void {
  const bytes = (<usize>count) << 2;
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  let i: usize = 0;
  for (; i + 256 <= bytes; i += 256) {
    const from = input + i;
    const to = out + i;
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from), means), scales));
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 16), means), scales), 16);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 32), means), scales), 32);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 48), means), scales), 48);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 64), means), scales), 64);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 80), means), scales), 80);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 96), means), scales), 96);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 112), means), scales), 112);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 128), means), scales), 128);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 144), means), scales), 144);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 160), means), scales), 160);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 176), means), scales), 176);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 192), means), scales), 192);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 208), means), scales), 208);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 224), means), scales), 224);
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 240), means), scales), 240);
  }
  for (; i + 16 <= bytes; i += 16) v128.store(out + i, f32x4.mul(f32x4.sub(v128.load(input + i), means), scales));
  for (; i < bytes; i += 4) store<f32>(out + i, (load<f32>(input + i) - mean) * scale);
}

/** The same of uint8 samples. */
export function normalizeBytes(input: usize, out: usize, count: i32, mean: f32, scale: f32): void {
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const to = out + (<usize>i << 2);
    widen16(input + i, to);
    for (let j: usize = 0; j < 64; j += 16) v128.store(to + j, f32x4.mul(f32x4.sub(v128.load(to + j), means), scales));
  }
  for (; i < count; i++) store<f32>(out + (<usize>i << 2), (<f32>load<u8>(input + i) - mean) * scale);
}
