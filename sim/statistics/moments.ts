/**
 * Arithmetic mean, in the unit of the values.
 * @throws RangeError if there are no values.
 */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("mean of no values (length 0)");
  // Neumaier's compensated sum (ZAMM 54, 1974): means of long traces keep all their digits.
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  // An infinite sum has no rounding errors worth adding: Infinity - Infinity would make it NaN.
  return Number.isFinite(sum) ? (sum + lost) / values.length : sum / values.length;
}

/**
 * Sample standard deviation (divisor n - 1), in the unit of the values.
 * @throws RangeError if there are fewer than 2 values.
 */
export function sd(values: ArrayLike<number>): number {
  if (values.length < 2) throw new RangeError(`sd of ${values.length} values: at least 2 are needed`);
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - centre;
    squares += deviation * deviation;
  }
  return Math.sqrt(squares / (values.length - 1));
}
