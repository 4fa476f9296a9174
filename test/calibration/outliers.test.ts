import { describe, expect, test } from "vitest";
import { outliersIn, withoutOutliers } from "../../sim/calibration/outliers.ts";
import { RandomStream } from "../../sim/engine/random.ts";

const scattered = (seed: number, count = 100, cv = 0.2) => {
  const random = new RandomStream(seed, "outliers");
  return Array.from({ length: count }, () => random.lognormal(1e-3, cv));
};

describe("outliers", () => {
  test("stalls among samples are counted, and the worst is told", () => {
    const samples = scattered(1).with(17, 30e-3).with(40, 9e-3);
    const { count, worst } = outliersIn(samples);
    expect(count).toBe(2);
    expect(worst).toBeGreaterThan(25);
    expect(worst).toBeLessThan(35);
  });

  test("of samples that are as skewed as times are, hardly any counts", () => {
    let all = 0;
    for (let seed = 0; seed < 100; seed++) all += outliersIn(scattered(seed, 100, 0.5)).count;
    expect(all / 10_000).toBeLessThan(0.003);
  });

  test("a third of the samples may be stalls and does not hide them", () => {
    const samples = scattered(2, 60).map((value, i) => (i % 3 === 0 ? value * 20 : value));
    expect(outliersIn(samples).count).toBe(20);
  });

  test("fast ones are none; nor is anything among equal ones, or of too few", () => {
    expect(outliersIn(scattered(3).with(5, 1e-9))).toEqual({ count: 0, worst: 1 });
    expect(outliersIn([2, 2, 2, 2])).toEqual({ count: 0, worst: 1 });
    expect(outliersIn([1, 100])).toEqual({ count: 0, worst: 1 });
    expect(outliersIn([])).toEqual({ count: 0, worst: 1 });
  });

  test("where more than half are equal, as a coarse clock has it, the others still count", () => {
    expect(outliersIn([...Array(60).fill(1), 50]).count).toBe(1);
  });
});

describe("what counts without outliers", () => {
  test("is as it is but for stalls, which are as large as what just is none", () => {
    const visits = [scattered(4).with(9, 30e-3), scattered(5)];
    const [first, second] = withoutOutliers(visits);
    expect(second).toEqual(visits[1]);
    expect(first!.toSpliced(9, 1)).toEqual(visits[0]!.toSpliced(9, 1));
    expect(first![9]).toBeGreaterThan(1e-3);
    expect(first![9]).toBeLessThan(3e-3);
  });

  test("a visit that found the host slow is none, however steady the others are", () => {
    const visits = [1, 2, 3, 4].map((seed) => scattered(seed, 20, 0.01));
    const slow = [...visits.slice(0, 3), visits[3]!.map((value) => 1.7 * value)];
    expect(withoutOutliers(slow)).toEqual(slow);
  });

  test("of one or two samples the level is that of all", () => {
    const visits = [scattered(1), [50e-3], [1e-3, 40e-3]];
    const [, alone, two] = withoutOutliers(visits);
    expect(Math.max(...alone!, ...two!)).toBeLessThan(3e-3);
    expect(two![0]).toBe(1e-3);
  });

  test("nothing, and zeros, are as they are", () => {
    expect(withoutOutliers([])).toEqual([]);
    expect(withoutOutliers([[0, 0], []])).toEqual([[0, 0], []]);
    expect(withoutOutliers([[0, 0, 1e-3, 1e-3, 1e-3, 1]])[0]!.slice(0, 2)).toEqual([0, 0]);
  });
});
