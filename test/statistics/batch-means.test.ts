import { expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { batchMeans } from "../../sim/statistics/batch-means.ts";
import { intervalOfMeans } from "../../sim/statistics/interval.ts";
import { mser } from "../../sim/statistics/mser.ts";

const ones = (n: number) => new Array<number>(n).fill(1);

test("of symmetric batches that do not depend on each other it is Student's interval", () => {
  // Neighbours alternate, so their correlation is below 0, which is not believed.
  const batches = [1, 5, 2, 4, 3, 3, 4, 2, 5, 1];
  const { value, interval } = batchMeans(batches, ones(10));
  expect(value).toBe(3);
  const [low, high] = intervalOfMeans(batches);
  expect(interval[0]).toBeCloseTo(low, 12);
  expect(interval[1]).toBeCloseTo(high, 12);
});

test("a quotient is that of sums; constants have no spread; few batches say nothing", () => {
  expect(batchMeans([1, 2, 3], [2, 2, 4])).toEqual({ value: 0.75, interval: [-Infinity, Infinity] });
  const busy = Array.from({ length: 20 }, (_, i) => 1 + (i % 5));
  expect(
    batchMeans(
      busy,
      busy.map((x) => 2 * x),
    ),
  ).toEqual({ value: 0.5, interval: [0.5, 0.5] });
  expect(() => batchMeans([1], [])).toThrow("1 numerators, but 0 denominators");
  expect(() => batchMeans([], [])).toThrow("no batches");
});

test("correlation widens the interval, skewness moves it to the side of the long tail", () => {
  const drift = Array.from({ length: 40 }, (_, i) => i);
  const shuffled = drift.map((i) => drift[(i * 17) % 40]!);
  const width = ({ interval: [low, high] }: ReturnType<typeof batchMeans>) => high - low;
  expect(width(batchMeans(drift, ones(40)))).toBeGreaterThan(2 * width(batchMeans(shuffled, ones(40))));
  const tailed = Array.from({ length: 40 }, (_, i) => (i % 10 === 3 ? 20 : 1));
  const { value, interval } = batchMeans(tailed, ones(40));
  expect(interval[1] - value).toBeGreaterThan(value - interval[0]);
});

test("correlated, skewed batches: 95 % intervals hold the mean about as often", () => {
  let covered = 0;
  const experiments = 2000;
  for (let seed = 0; seed < experiments; seed++) {
    const stream = new RandomStream(seed, "batches");
    let x = stream.exponential(1);
    const batches = Array.from({ length: 40 }, () => {
      x = 0.3 * x + 0.7 * stream.exponential(1);
      return x;
    });
    const [low, high] = batchMeans(batches, ones(40)).interval;
    if (low <= 1 && 1 <= high) covered++;
  }
  expect(covered / experiments).toBeGreaterThan(0.92);
  expect(covered / experiments).toBeLessThan(0.97);
});

test("MSER finds where a transient ends, and says when there is no end to it", () => {
  const stream = new RandomStream(1, "transient");
  const batches = Float64Array.from({ length: 400 }, (_, i) => stream.normal(i < 60 ? 10 : 0, 1));
  const { truncated, settled } = mser(batches);
  expect(settled).toBe(true);
  expect(truncated).toBeGreaterThanOrEqual(60);
  expect(truncated).toBeLessThan(75);
  expect(mser(Float64Array.from({ length: 100 }, (_, i) => i))).toEqual({ truncated: 50, settled: false });
  expect(mser([])).toEqual({ truncated: 0, settled: true });
  expect(mser([1, 1, 1, 1])).toEqual({ truncated: 0, settled: true });
});
