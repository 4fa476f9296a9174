/**
 * Natural logarithm and exponential out of +, -, *, / and bit moves only. IEEE 754 fixes the results of those, whereas
 * ECMAScript leaves `Math.log` and `Math.exp` "implementation-approximated": with these the same seed gives the same bytes on
 * every engine. Errors stay below 2 units in the last place.
 */

const view = new DataView(new ArrayBuffer(8));
/** ln 2 in two parts (Cody & Waite): the first has zeros at its end, so its small multiples are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 2 ** k, exact, for k in -1022..1023. */
function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

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
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let series = 1;
  for (let n = 14; n >= 2; n--) series = 1 + (r / n) * series;
  // In two halves, as 2 ** k itself may lie outside the range of normal numbers.
  const half = k >> 1;
  return (1 + r * series) * powerOfTwo(half) * powerOfTwo(k - half);
}
