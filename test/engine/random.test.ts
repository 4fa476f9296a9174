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
      86,
      3397043120,
    ]
  `);
  expect([stream.exponential(1), stream.normal(), stream.normal(), stream.lognormal(1, 0.5)]).toMatchInlineSnapshot(`
    [
      0.0348611297901986,
      1.1762093073266555,
      0.3030633848446207,
      0.7348099516690365,
    ]
  `);
  expect(stream.pick([3, 1, 4, 1, 5, 9, 2, 6])).toMatchInlineSnapshot(`5`);
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

/** Complementary error function, by the continued fraction that converges fast from 1 on, else by its series. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let k = 80; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

test("exponentials, normals and lognormals have their whole distribution, by Kolmogorov-Smirnov", () => {
  const n = 400_000;
  for (const seed of [1, 2, 3]) {
    const stream = new RandomStream(seed, "shape");
    expect(kolmogorov(draw(n, () => 1 - Math.exp(-stream.exponential(1))))).toBeLessThan(1.95);
    expect(kolmogorov(draw(n, () => erfc(-stream.normal() / Math.SQRT2) / 2))).toBeLessThan(1.95);
    const variance = Math.log(1 + 0.7 ** 2);
    const standard = (x: number) => (Math.log(x) + variance / 2) / Math.sqrt(variance);
    expect(kolmogorov(draw(n, () => erfc(-standard(stream.lognormal(1, 0.7)) / Math.SQRT2) / 2))).toBeLessThan(1.95);
  }
});

test("tails beyond the ziggurats' last layers have their probability and shape", () => {
  const n = 3_000_000;
  const stream = new RandomStream(6, "tails");
  const beyond: number[] = [];
  const normals = [0, 0];
  for (let i = 0; i < n; i++) {
    const x = stream.exponential(1);
    if (x > 7.6) beyond.push(x - 7.6);
    const y = stream.normal();
    if (Math.abs(y) > 3.6) normals[y > 0 ? 1 : 0]!++;
  }
  const near = (count: number, probability: number) =>
    expect(Math.abs(count - n * probability)).toBeLessThan(4 * Math.sqrt(n * probability));
  near(beyond.length, Math.exp(-7.6));
  near(beyond.filter((x) => x > 2).length, Math.exp(-9.6));
  expect(kolmogorov(Float64Array.from(beyond, (x) => 1 - Math.exp(-x)))).toBeLessThan(1.95);
  for (const count of normals) near(count, erfc(3.6 / Math.SQRT2) / 2);
});

test("neighbours in a stream of normals or exponentials do not depend on each other, nor do signs and sizes", () => {
  const n = 300_000;
  const stream = new RandomStream(7, "neighbours");
  const normals = draw(n, () => stream.normal());
  const exponentials = draw(n, () => stream.exponential(1) - 1);
  const lagged = (x: Float64Array, f: (a: number, b: number) => number) =>
    mean(x.subarray(1).map((value, i) => f(x[i]!, value)));
  expect(Math.abs(lagged(normals, (a, b) => a * b))).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(lagged(normals, (a, b) => (a * a - 1) * (b * b - 1)))).toBeLessThan(8 / Math.sqrt(n));
  expect(Math.abs(lagged(exponentials, (a, b) => a * b))).toBeLessThan(4 / Math.sqrt(n));
  // Of each sign, the sizes' third moment, sqrt(8 / pi), with variance 15 - 8 / pi.
  const cubes = (sign: number) => mean(normals.filter((x) => x * sign > 0).map((x) => Math.abs(x) ** 3));
  for (const sign of [1, -1]) {
    expect(Math.abs(cubes(sign) - Math.sqrt(8 / Math.PI))).toBeLessThan(4 * Math.sqrt((15 - 8 / Math.PI) / (n / 2)));
  }
});

test("integers are even on both sides of where the exact product ends, and at powers of two", () => {
  const stream = new RandomStream(8, "integer");
  for (const n of [2 ** 20, 2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1, 3 * 2 ** 20, 2 ** 31, 2 ** 32]) {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 50_000; i++) {
      const value = stream.integer(n);
      if (!(Number.isInteger(value) && value >= 0 && value < n)) throw new Error(`integer(${n}) is ${value}`);
      counts[Math.floor((value / n) * 64)]!++;
    }
    // 99.9 % quantile of chi-square with 63 degrees of freedom
    expect(chiSquare(counts)).toBeLessThan(103.4);
  }
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

test("a block is what as many draws one by one are, and the stream goes on behind it", () => {
  const [blocks, single] = [new RandomStream(8, "block"), new RandomStream(8, "block")];
  // Long enough for every way out of a ziggurat: edges, tails, tails of tails.
  for (const n of [0, 1, 7, 300_000]) {
    const block = new Float64Array(n);
    blocks.fillExponential(block, 2.5);
    expect(block).toEqual(Float64Array.from({ length: n }, () => single.exponential(2.5)));
    blocks.fillLognormal(block, 3, 0.4);
    expect(block).toEqual(Float64Array.from({ length: n }, () => single.lognormal(3, 0.4)));
    expect(blocks.integer(1000)).toBe(single.integer(1000));
  }
  const one = new Float64Array(1);
  expect(() => blocks.fillExponential(one, -1)).toThrow("mean(=-1)");
  expect(() => blocks.fillLognormal(one, Number.NaN, 1)).toThrow("mean(=NaN)");
  expect(() => blocks.fillLognormal(one, 1, -2)).toThrow("cv(=-2)");
});
