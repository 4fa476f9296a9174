/** sum + a * b, four lanes: one rounding where the build is the relaxed one, two in the portable one. */
@inline
export function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** max(0, x), four lanes; NaN stays NaN, -0 becomes 0. */
@inline
export function rectify(x: v128): v128 {
  return v128.andnot(x, f32x4.le(x, f32x4(0, 0, 0, 0)));
}

/** Sixteen uint8 samples as float32, from address `from` to address `to`. */
@inline
export function widen16(from: usize, to: usize): void {
  const bytes = v128.load(from);
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
}

/** `count` samples of a row as float32. @param uint8 what they are; otherwise they are float32 and are copied. */
export function widenRow(from: usize, to: usize, count: i32, uint8: bool): void {
  if (!uint8) {
    memory.copy(to, from, (<usize>count) << 2);
    return;
  }
  let i = 0;
  for (; i + 16 <= count; i += 16) widen16(from + i, to + (<usize>i << 2));
  for (; i < count; i++) store<f32>(to + (<usize>i << 2), <f32>load<u8>(from + i));
}

/** `bytes` bytes by whole vectors, of which the last may write up to 15 too many. */
@inline
export function copyVectors(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}
