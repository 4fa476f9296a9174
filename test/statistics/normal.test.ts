import { expect, test } from "vitest";
import { normalDensity, normalProbability } from "../../sim/statistics/normal.ts";

test.each([
  [0, 0.5],
  [1, 0.8413447461],
  [-1.959963985, 0.025],
  [3, 0.998650102],
  [-6, 9.865876e-10],
  [Number.POSITIVE_INFINITY, 1],
  [Number.NEGATIVE_INFINITY, 0],
])("Phi(%f) is %f", (z, expected) => {
  expect(Math.abs(normalProbability(z) - expected)).toBeLessThan(7.5e-8);
});

test("the density is its slope", () => {
  const step = 1e-2;
  for (const z of [-2, -0.5, 0.3, 1.7]) {
    const slope = (normalProbability(z + step) - normalProbability(z - step)) / (2 * step);
    expect(slope).toBeCloseTo(normalDensity(z), 4);
  }
});
