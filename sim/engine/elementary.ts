/**
 * Natural logarithm, exponential and cube root out of +, -, *, / and bit moves only. IEEE 754 fixes the results of those, whereas
 * ECMAScript leaves `Math.log`, `Math.exp` and `Math.cbrt` "implementation-approximated": with these the same seed gives the same bytes on
 * every engine. Errors stay below 2 units in the last place.
 */

const view = new DataView(new ArrayBuffer(8));
/** ln 2 in two parts (Cody & Waite): the first has zeros at its end, so its small multiples are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/** 2 ** k for k in -1022..1023, each exact. */
const POWERS = new Float64Array(2046);
POWERS[1022] = 1;
for (let k = 1; k <= 1023; k++) POWERS[1022 + k] = 2 * POWERS[1021 + k]!;
for (let k = 1; k <= 1022; k++) POWERS[1022 - k] = POWERS[1023 - k]! / 2;

/** Natural logarithm: `-Infinity` of 0, `NaN` of negative numbers. */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN;
  // Subnormal numbers have no leading bit to find the exponent by; 2 ** 54 lifts them.
  if (x < 2.2250738585072014e-308) return log(x * 18014398509481984) - 54 * LN2_HIGH - 54 * LN2_LOW;
  // x = 2 ** k * m with m in [sqrt(1/2), sqrt(2))
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  let k = (high >>> 20) - 1023;
  view.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = view.getFloat64(0);
  if (m >= Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  // log m = 2 atanh((m - 1) / (m + 1)), as f - s (f - 2 (s2/3 + s2^2/5 + ...)) with f = m - 1, which loses no digits near 1
  const f = m - 1;
  const s = f / (m + 1);
  const s2 = s * s;
  let series = 0;
  for (let divisor = 23; divisor >= 3; divisor -= 2) series = s2 * (1 / divisor + series);
  return k * LN2_HIGH + (f - (s * (f - 2 * series) - k * LN2_LOW));
}

/** Exponential function: 0 below about -745, `Infinity` above about 709.8. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  if (Number.isNaN(x)) return x;
  // x = k ln 2 + r with |r| <= ln 2 / 2
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  // exp r = 1 + 2 r / (R - r), R = r coth(r / 2) + ... by its minimax polynomial in r^2 (fdlibm, e_exp.c; Sun Microsystems 1993)
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k >= -1022 && k <= 1023) return y * POWERS[k + 1022]!;
  // In two halves, as 2 ** k itself lies outside the range of normal numbers.
  const half = k >> 1;
  return y * POWERS[half + 1022]! * POWERS[k - half + 1022]!;
}

/** 2 ** (j / 128) for j in 0..127. */
const ROOTS = Float64Array.from({ length: 128 }, (_, j) => exp((j / 128) * Math.LN2));
/** ln 2 / 128 in two parts, of which the first has 24 bits. */
const STEP_HIGH = 0.0054152123630046844;
const STEP_LOW = -1.4880111718420063e-11;
const PER_STEP = 184.6649652337873;

/**
 * Exponential function of numbers in -700..700, in half the time of `exp`: x = (m / 128) ln 2 + r, of which the first part is looked up
 * (Tang, "Table-Driven Implementation of the Exponential Function in IEEE Floating-Point Arithmetic", ACM Trans. Math. Softw.
 * 15(2), 1989).
 */
export function expWithin700(x: number): number {
  const m = Math.floor(x * PER_STEP + 0.5) | 0;
  const r = x - m * STEP_HIGH - m * STEP_LOW;
  const more = r + r * r * (0.5 + r * (1 / 6) + r * r * (1 / 24 + r * (1 / 120)));
  const root = ROOTS[m & 127]!;
  return (root + root * more) * POWERS[(m >> 7) + 1022]!;
}

/** Cube root of a finite number, of either sign. */
export function cbrt(x: number): number {
  if (x === 0) return x;
  const size = Math.abs(x);
  let root = exp(log(size) / 3);
  // Newton's method, twice: the second step rounds what the first has left.
  for (let step = 0; step < 2; step++) root -= (root - size / (root * root)) / 3;
  return x < 0 ? -root : root;
}
