const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2_E: f64 = 1.4426950408889634;
const P1: f64 = 0.16666666666666602;
const P2: f64 = -0.0027777777777015593;
const P3: f64 = 6.613756321437934e-5;
const P4: f64 = -1.6533902205465252e-6;
const P5: f64 = 4.1381367970572385e-8;

/** Exponential function of a number that is not above 0: `exp` of `engine/elementary.ts`. */
export function exp(x: f64): f64 {
  if (x < -745.1332191019412) return 0;
  if (x != x) return x;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  const power = <i32>k;
  if (power >= -1022) return y * powerOf2(power);
  const half = power >> 1;
  return y * powerOf2(half) * powerOf2(power - half);
}

/** @param k in -1022..1023. */
@inline
function powerOf2(k: i32): f64 {
  return reinterpret<f64>(<u64>(k + 1023) << 52);
}
