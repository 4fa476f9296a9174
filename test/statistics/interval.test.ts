import { expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { bootstrap, percentileInterval, resample } from "../../sim/statistics/bootstrap.ts";
import { intervalOfMeans, studentT95 } from "../../sim/statistics/interval.ts";
import { mean } from "../../sim/statistics/moments.ts";

test("Student's t against published quantiles", () => {
  const published: [number, number][] = [
    [2, 12.706204736],
    [3, 4.30265273],
    [6, 2.570581836],
    [11, 2.228138852],
    [31, 2.042272456],
    [32, 2.039513446],
    [41, 2.02107539],
    [101, 1.983971519],
    [1001, 1.962339081],
  ];
  for (const [n, t] of published) expect(studentT95(n)).toBeCloseTo(t, 7);
  expect(studentT95(1)).toBe(Number.POSITIVE_INFINITY);
  expect(() => studentT95(0)).toThrow("n(=0)");
});

test("the interval of means by hand", () => {
  const [low, high] = intervalOfMeans([1, 2, 3, 4, 5]);
  expect([low, high].map((x) => x.toFixed(6))).toEqual(["1.036757", "4.963243"]);
  expect(intervalOfMeans([7])).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("95 of 100 intervals hold the true mean", () => {
  const stream = new RandomStream(1, "coverage");
  let covered = 0;
  const experiments = 4000;
  for (let i = 0; i < experiments; i++) {
    const [low, high] = intervalOfMeans(Float64Array.from({ length: 6 }, () => stream.normal(10, 3)));
    if (low <= 10 && 10 <= high) covered++;
  }
  expect(Math.abs(covered / experiments - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / experiments));
});

test("a resample holds values of the sample only, and the same stream gives the same one", () => {
  const values = [1, 2, 4, 8, 16];
  const drawn = resample(values, new RandomStream(2));
  expect(drawn.length).toBe(values.length);
  for (const value of drawn) expect(values).toContain(value);
  expect(resample(values, new RandomStream(2))).toEqual(drawn);
});

test("the bootstrap of a mean has its standard error", () => {
  const stream = new RandomStream(3);
  const values = Float64Array.from({ length: 200 }, () => stream.normal(5, 2));
  const replicates = bootstrap(values, mean, stream, 2000);
  const [low, high] = percentileInterval(replicates);
  const [exactLow, exactHigh] = intervalOfMeans(values);
  expect(Math.abs(low - exactLow)).toBeLessThan(0.05);
  expect(Math.abs(high - exactHigh)).toBeLessThan(0.05);
  expect([...replicates]).toEqual([...replicates].sort((a, b) => a - b));
  expect(() => bootstrap(values, mean, stream, 0)).toThrow("resamples(=0)");
  expect(() => resample([], stream)).toThrow("no values");
});
