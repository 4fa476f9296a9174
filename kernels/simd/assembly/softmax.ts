/** Softmax over the channels of `count` positions, float32: exp(x - max) / sum of those. Planes in bytes. */
export function softmax(input: usize, inPlane: usize, output: usize, outPlane: usize, channels: i32, count: i32): void {
  const bytes = (<usize>count) << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) positions(input + i, inPlane, output + i, outPlane, channels, true);
  for (; i < bytes; i += 4) positions(input + i, inPlane, output + i, outPlane, channels, false);
}

/** Four positions, or one: the same operations, so the same bytes. */
@inline
function positions(input: usize, inPlane: usize, output: usize, outPlane: usize, channels: i32, wide: bool): void {
  let largest = read(input, wide);
  let from = input + inPlane;
  for (let c = 1; c < channels; c++, from += inPlane) largest = f32x4.max(largest, read(from, wide));
  let sum = f32x4.splat(0);
  from = input;
  let to = output;
  for (let c = 0; c < channels; c++, from += inPlane, to += outPlane) {
    const power = exponential(f32x4.sub(read(from, wide), largest));
    sum = f32x4.add(sum, power);
    write(to, power, wide);
  }
  const factor = f32x4.div(f32x4.splat(1), sum);
  to = output;
  for (let c = 0; c < channels; c++, to += outPlane) write(to, f32x4.mul(read(to, wide), factor), wide);
}

@inline
function read(from: usize, wide: bool): v128 {
  return wide ? v128.load(from) : v128.load32_splat(from);
}

@inline
function write(to: usize, value: v128, wide: bool): void {
  if (wide) v128.store(to, value);
  else v128.store32_lane(to, value, 0);
}

/**
 * e^x of x <= 0, within 2 units in the last place; what is below the smallest normal number becomes about that (Cephes' expf:
 * Moshier, Methods and Programs for Mathematical Functions, 1989).
 */
@inline
function exponential(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87.3));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(x, x)), x), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}
