import { expect, test } from "vitest";
import { mean, sd } from "../../sim/statistics/moments.ts";

test("mean and sd by hand", () => {
  expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
  expect(sd([2, 4, 4, 4, 5, 5, 7, 9])).toBe(Math.sqrt(32 / 7));
});

test("the mean keeps digits that a plain sum loses", () => {
  expect(mean([1e16, 1, -1e16, 1])).toBe(0.5);
  expect(mean(new Float64Array(1_000_000).fill(0.1))).toBe(0.1);
});

test("infinite and missing values show", () => {
  expect(mean([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  expect(mean([1, Number.NaN])).toBeNaN();
});

test("too few values are an error", () => {
  expect(() => mean([])).toThrow("no values");
  expect(() => sd([1])).toThrow("sd of 1 values");
});
