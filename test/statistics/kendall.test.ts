import fc from "fast-check";
import { expect, test } from "vitest";
import { kendallTauB } from "../../sim/statistics/kendall.ts";

/** By the definition: concordant minus discordant pairs over the geometric mean of pairs not tied in x and in y. */
function definition(x: readonly number[], y: readonly number[]): number {
  let [concordant, discordant, tiedX, tiedY, pairs] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      pairs++;
      const product = (x[i]! - x[j]!) * (y[i]! - y[j]!);
      if (product > 0) concordant++;
      if (product < 0) discordant++;
      if (x[i] === x[j]) tiedX++;
      if (y[i] === y[j]) tiedY++;
    }
  }
  return (concordant - discordant) / Math.sqrt((pairs - tiedX) * (pairs - tiedY));
}

test("tau-b by hand, with ties", () => {
  expect(kendallTauB([1, 2, 3, 4], [1, 2, 3, 4])).toBe(1);
  expect(kendallTauB([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  // 4 concordant, 1 discordant, 1 tied in x of 6 pairs
  expect(kendallTauB([1, 1, 2, 3], [1, 2, 4, 3])).toBeCloseTo(3 / Math.sqrt(5 * 6), 12);
  expect(kendallTauB([1, 1, 1], [1, 2, 3])).toBeNaN();
  expect(kendallTauB([1], [1])).toBeNaN();
});

test("it agrees with the definition, and swapping sides changes nothing", () => {
  const pairs = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(pairs, (list) => {
      const [x, y] = [list.map(([a]) => a), list.map(([, b]) => b)];
      const expected = definition(x, y);
      if (Number.isNaN(expected)) expect(kendallTauB(x, y)).toBeNaN();
      else expect(kendallTauB(x, y)).toBeCloseTo(expected, 12);
      expect(kendallTauB(y, x)).toBe(kendallTauB(x, y));
    }),
    { seed: 9, numRuns: 300 },
  );
});

test("errors carry the values", () => {
  expect(() => kendallTauB([1, 2], [1])).toThrow("2 values of x, but 1 of y");
  expect(() => kendallTauB([1, Number.NaN], [1, 2])).toThrow("pair 1 is (NaN, 2)");
});
