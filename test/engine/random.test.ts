import { expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { mean, sd } from "../../sim/statistics/moments.ts";

const draw = (n: number, next: () => number) => Float64Array.from({ length: n }, next);

/** Pearson's chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Largest distance between the empirical distribution and a uniform one, times sqrt(n) (Kolmogorov-Smirnov). */
function kolmogorov(values: Float64Array): number {
  const n = values.length;
  const distance = values.sort().reduce((d, x, i) => Math.max(d, x - i / n, (i + 1) / n - x), 0);
  return distance * Math.sqrt(n);
}

test("the first numbers are fixed for ever", () => {
  const stream = new RandomStream(42, "pod", 1, "compute");
  expect([stream.uniform(), stream.uniform(), stream.integer(1000), stream.integer(2 ** 32)]).toMatchInlineSnapshot(`
    [
      0.5931120125116487,
      0.2512499170699809,
      789,
      3397043120,
    ]
  `);
  expect([stream.exponential(1), stream.normal(), stream.normal(), stream.lognormal(1, 0.5)]).toMatchInlineSnapshot(`
    [
      0.014890529229546628,
      0.36946643773363397,
      -1.2190122953008447,
      2.534147544019858,
    ]
  `);
  expect(stream.pick([3, 1, 4, 1, 5, 9, 2, 6])).toMatchInlineSnapshot(`6`);
});

test("uniforms fill 100 cells and the pairs of neighbours 32 x 32 cells evenly", () => {
  const stream = new RandomStream(1, "uniform");
  const cells = new Array<number>(100).fill(0);
  const pairs = new Array<number>(1024).fill(0);
  let before = 0;
  for (let i = 0; i < 200_000; i++) {
    const x = stream.uniform();
    cells[Math.floor(100 * x)]!++;
    if (i > 0) pairs[32 * Math.floor(32 * before) + Math.floor(32 * x)]!++;
    before = x;
  }
  // 99.9 % quantiles of chi-square with 99 and 1023 degrees of freedom
  expect(chiSquare(cells)).toBeLessThan(148.2);
  expect(chiSquare(pairs)).toBeLessThan(1168.5);
});

test("every bit of the uniforms is fair", () => {
  const stream = new RandomStream(2);
  const ones = new Array<number>(53).fill(0);
  const n = 20_000;
  for (let i = 0; i < n; i++) {
    let x = stream.uniform();
    for (let bit = 0; bit < 53; bit++) {
      x *= 2;
      if (x >= 1) {
        ones[bit]!++;
        x -= 1;
      }
    }
  }
  for (const count of ones) expect(Math.abs(count - n / 2)).toBeLessThan(4 * Math.sqrt(n / 4));
});

test("integers are even over ranges that do not divide 2^32", () => {
  const stream = new RandomStream(3, "integer");
  for (const n of [1, 2, 3, 7, 1000]) {
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < 100_000; i++) counts[stream.integer(n)]!++;
    expect(chiSquare(counts)).toBeLessThanOrEqual(n - 1 + 3.3 * Math.sqrt(2 * (n - 1)) + 6);
  }
  // 3 * 2^30: without rejection the lowest third would come up half the time
  let low = 0;
  for (let i = 0; i < 10_000; i++) if (stream.integer(3 * 2 ** 30) < 2 ** 30) low++;
  expect(Math.abs(low / 10_000 - 1 / 3)).toBeLessThan(0.02);
});

test("distributions have their moments and shape", () => {
  const n = 100_000;
  const stream = new RandomStream(4, "moments");
  const error = 4 / Math.sqrt(n);
  const exponential = draw(n, () => stream.exponential(2));
  expect(Math.abs(mean(exponential) / 2 - 1)).toBeLessThan(error);
  expect(kolmogorov(exponential.map((x) => 1 - Math.exp(-x / 2)))).toBeLessThan(1.95);
  const normal = draw(n, () => stream.normal(3, 2));
  expect(Math.abs((mean(normal) - 3) / 2)).toBeLessThan(error);
  expect(Math.abs(sd(normal) / 2 - 1)).toBeLessThan(error);
  const within = [1, 2, 3].map((k) => normal.filter((x) => Math.abs(x - 3) < 2 * k).length / n);
  for (const [k, share] of [0.6826895, 0.9544997, 0.9973002].entries()) {
    expect(Math.abs(within[k]! - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
  }
  const lognormal = draw(n, () => stream.lognormal(5, 0.3));
  expect(Math.abs(mean(lognormal) / 5 - 1)).toBeLessThan(0.3 * error);
  expect(Math.abs(sd(lognormal) / mean(lognormal) / 0.3 - 1)).toBeLessThan(0.03);
  expect([stream.lognormal(5, 0), stream.exponential(0), stream.normal(7, 0)]).toEqual([5, 0, 7]);
});

test("streams of other seeds and paths are independent", () => {
  const names: [number, ...(string | number)[]][] = [
    [1],
    [2],
    [1, 0],
    [1, 1],
    [1, "1"],
    [1, "a", "b"],
    [1, "ab"],
    [1, "b", "a"],
    [1.5],
    [-1],
  ];
  const n = 20_000;
  const streams = names.map((name) => {
    const stream = new RandomStream(...name);
    return draw(n, () => stream.normal());
  });
  for (let i = 0; i < streams.length; i++) {
    for (let j = 0; j < i; j++) {
      const products = streams[i]!.map((x, k) => x * streams[j]![k]!);
      expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(n));
    }
  }
});

test("consecutive seeds and paths give uniform first numbers", () => {
  const n = 20_000;
  // 99.9 % quantile of Kolmogorov's distribution
  expect(kolmogorov(Float64Array.from({ length: n }, (_, i) => new RandomStream(i).uniform()))).toBeLessThan(1.95);
  expect(kolmogorov(Float64Array.from({ length: n }, (_, i) => new RandomStream(7, i).uniform()))).toBeLessThan(1.95);
  expect(kolmogorov(Float64Array.from({ length: n }, (_, i) => new RandomStream(7, `p${i}`).uniform()))).toBeLessThan(
    1.95,
  );
});

test("the same seed and path give the same stream, whatever else was drawn", () => {
  const one = new RandomStream(9, "x");
  new RandomStream(9, "y").uniform();
  const two = new RandomStream(9, "x");
  for (let i = 0; i < 100; i++) expect(one.uniform()).toBe(two.uniform());
});

test("pick resamples each value equally; bad arguments say what they are", () => {
  const stream = new RandomStream(5);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[stream.pick(new Float64Array([0, 1, 2]))]!++;
  expect(chiSquare(counts)).toBeLessThan(13.8);
  expect(() => stream.pick([])).toThrow("no values");
  expect(() => stream.integer(0)).toThrow("n(=0)");
  expect(() => stream.integer(1.5)).toThrow("n(=1.5)");
  expect(() => stream.exponential(-1)).toThrow("mean(=-1)");
  expect(() => stream.normal(0, -2)).toThrow("sd(=-2)");
  expect(() => stream.lognormal(1, Number.NaN)).toThrow("cv(=NaN)");
  expect(() => new RandomStream(Number.NaN)).toThrow("NaN");
});
