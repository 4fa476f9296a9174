/**
 * Quantile of ascending values, in their unit: type 7 of Hyndman & Fan (American Statistician 50, 1996), which interpolates
 * linearly at rank p (n - 1); the default of R, NumPy and spreadsheets.
 * @param sorted Values in ascending order.
 * @param p 0..1
 * @throws RangeError if there are no values or p is outside 0..1.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError("quantile of no values (length 0)");
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p(=${p}) should be in 0..1`);
  const rank = p * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  // Written so that equal neighbours give exactly their value, infinite ones too, and an exact rank what is there, whatever follows it.
  return low === high || rank === below ? low : low + (rank - below) * (high - low);
}

/** The middle of values in any order, in their unit. @throws RangeError if there are none. */
export function median(values: ArrayLike<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
