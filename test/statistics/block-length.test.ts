import { describe, expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { blockLength } from "../../sim/statistics/block-length.ts";
import { autoregressive } from "./autoregressive.ts";

const lengths = (correlation: number, count: number) =>
  Array.from({ length: 40 }, (_, seed) => blockLength([autoregressive(correlation, count, seed)])).sort(
    (a, b) => a - b,
  );

describe("how long blocks should be", () => {
  test.each([
    [0.5, 1000],
    [0.8, 1000],
    [0.8, 4000],
  ])("of an autoregression of %d, %i values: what theory says, (2 G^2 / D)^(1/3) n^(1/3)", (r, n) => {
    // G = 2 sum k r^k, D = 4/3 (sum r^|k|)^2 in units of the variance.
    const slope = (2 * r) / (1 - r) ** 2;
    const spectrum = (1 + r) / (1 - r);
    const best = ((2 * slope ** 2) / ((4 / 3) * spectrum ** 2)) ** (1 / 3) * n ** (1 / 3);
    const middle = lengths(r, n)[20]!;
    expect(middle / best).toBeGreaterThan(0.75);
    expect(middle / best).toBeLessThan(1.3);
  });

  test("independent values are drawn one by one, mostly, or nearly", () => {
    const all = lengths(0, 400);
    expect(all[20]).toBeLessThanOrEqual(2);
    expect(all[36]).toBeLessThanOrEqual(6);
  });

  test("runs that differ in level are kept as they are; no block is longer than a run", () => {
    const random = new RandomStream(1, "levels");
    const runs = Array.from({ length: 30 }, () => {
      const level = random.normal();
      return Array.from({ length: 20 }, () => level + random.normal(0, 0.3));
    });
    expect(blockLength(runs)).toBe(20);
  });

  test("of equal values, or too few, 1", () => {
    expect(blockLength([[1, 1, 1, 1, 1, 1]])).toBe(1);
    expect(blockLength([[1], [2], [3]])).toBe(1);
    expect(blockLength([])).toBe(1);
  });
});
