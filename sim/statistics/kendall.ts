/**
 * Kendall's rank correlation tau-b, which allows for ties (Kendall, Rank Correlation Methods, 1970, chapter 3): -1..1, 1 when
 * both rank alike. `NaN` where it is not defined: fewer than 2 pairs, or one side all equal. O(n^2), meant for tens of values.
 * @throws RangeError if the lengths differ or a value is NaN.
 */
export function kendallTauB(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  if (n !== y.length) throw new RangeError(`kendallTauB: ${n} values of x, but ${y.length} of y`);
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(x[i]) || Number.isNaN(y[i])) throw new RangeError(`kendallTauB: pair ${i} is (${x[i]}, ${y[i]})`);
  }
  let agreement = 0;
  let untiedX = 0;
  let untiedY = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const dx = order(x[i]!, x[j]!);
      const dy = order(y[i]!, y[j]!);
      agreement += dx * dy;
      untiedX += dx * dx;
      untiedY += dy * dy;
    }
  }
  return untiedX === 0 || untiedY === 0 ? Number.NaN : agreement / Math.sqrt(untiedX * untiedY);
}

/** By comparison, as Infinity - Infinity is not 0. */
function order(a: number, b: number): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}
