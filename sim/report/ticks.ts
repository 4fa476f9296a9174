/** Decades beyond which only powers of ten are marked. */
const WIDE = 2.5;

/** Ticks of a logarithmic axis that stay readable: 1, 2 and 5 of every decade within a range of positive numbers; at least two. */
export function logTicks(low: number, high: number): number[] {
  const steps = Math.log10(high / low) > WIDE ? [1] : [1, 2, 5];
  const inside: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    // Division by a power of ten is exact where multiplication by a negative power is not.
    const ticks = steps.map((step) => (power < 0 ? step / 10 ** -power : step * 10 ** power));
    inside.push(...ticks.filter((tick) => tick >= low && tick <= high));
  }
  return inside.length >= 2 ? inside : [low, Math.sqrt(low * high), high].map((tick) => Number(tick.toPrecision(2)));
}

/** Range of positive values with room around them; 1..10 if there is none. */
export function logDomain(values: readonly number[]): readonly [low: number, high: number] {
  return values.length === 0 ? [1, 10] : [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
}
