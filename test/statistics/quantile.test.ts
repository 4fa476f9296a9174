import fc from "fast-check";
import { expect, test } from "vitest";
import { quantile } from "../../sim/statistics/quantile.ts";

test("type 7, as R's quantile(c(1, 2, 4, 8)) has it", () => {
  const values = [1, 2, 4, 8];
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile(values, p))).toEqual([1, 1.75, 3, 5, 8]);
  expect(quantile(values, 0.95)).toBeCloseTo(7.4, 12);
  expect(quantile([3], 0.99)).toBe(3);
  expect(quantile([1, 2, Number.POSITIVE_INFINITY], 0.5)).toBe(2);
});

test("it lies between neighbours and grows with p", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 50 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, share, (list, p, q) => {
      const sorted = Float64Array.from(list).sort();
      const [low, high] = [Math.min(p, q), Math.max(p, q)].map((x) => quantile(sorted, x));
      expect(low).toBeLessThanOrEqual(high! + 1e-6);
      expect(low).toBeGreaterThanOrEqual(sorted[0]!);
      expect(high).toBeLessThanOrEqual(sorted.at(-1)! + 1e-6);
    }),
    { seed: 8 },
  );
});

test("errors carry the value", () => {
  expect(() => quantile([], 0.5)).toThrow("no values");
  expect(() => quantile([1], 1.5)).toThrow("p(=1.5)");
});
