import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { quantile } from "../../sim/statistics/quantile.ts";
import { QuantileSketch } from "../../sim/statistics/quantile-sketch.ts";

const SHARES = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];

function sketchOf(values: Iterable<number>): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

const quantiles = (sketch: QuantileSketch) => SHARES.map((p) => sketch.quantile(p));

function expectWithin(sketch: QuantileSketch, values: Float64Array, relative = 0.001): void {
  const sorted = values.slice().sort();
  expect(sketch.count).toBe(values.length);
  for (const p of SHARES) {
    const exact = quantile(sorted, p);
    expect(Math.abs(sketch.quantile(p) - exact), `p ${p}: ${exact}`).toBeLessThanOrEqual(relative * exact);
  }
}

/** Shapes that a stream of times may have. */
const SHAPES: Readonly<Record<string, (stream: RandomStream, i: number) => number>> = {
  exponential: (stream) => stream.exponential(1),
  "heavy tail": (stream) => stream.lognormal(1e-3, 3),
  "uniform, far from 0": (stream) => 1000 + stream.uniform(),
  constant: () => 0.1,
  "two values": (stream) => (stream.uniform() < 0.3 ? 1 : 1e6),
  "half zeros": (stream) => (stream.uniform() < 0.5 ? 0 : stream.exponential(5)),
  ascending: (_, i) => i + 1,
  descending: (_, i) => 1e6 - i,
  "powers of two": (_, i) => 2 ** (i % 20),
};

test("up to 4096 values it is the exact quantile, in any order, and again after more values", () => {
  const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, values, (first, second) => {
      const sketch = sketchOf(first);
      expect(quantiles(sketch)).toEqual(SHARES.map((p) => quantile(Float64Array.from(first).sort(), p)));
      for (const value of second) sketch.add(value);
      const all = Float64Array.from([...first, ...second]).sort();
      expect(quantiles(sketch)).toEqual(SHARES.map((p) => quantile(all, p)));
    }),
    { seed: 1 },
  );
  const full = Float64Array.from({ length: 4096 }, (_, i) => (i * 1234567) % 4099);
  expectWithin(sketchOf(full), full, 0);
});

test.each(Object.keys(SHAPES))("100,000 values, %s: within a thousandth", (name) => {
  const stream = new RandomStream(1, name);
  const values = Float64Array.from({ length: 100_000 }, (_, i) => SHAPES[name]!(stream, i));
  expectWithin(sketchOf(values), values);
});

test("any long sample of values within 24 octaves of the largest", () => {
  const value = fc.tuple(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: -10, max: 10 }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (some) => {
      const values = Float64Array.from({ length: 4200 }, (_, i) => {
        const [significand, exponent] = some[i % some.length]!;
        return significand * 2 ** exponent;
      });
      // Neighbours in rank may lie octaves apart, where type 7 interpolates between two that are each within 0.1 %.
      expectWithin(sketchOf(values), values);
    }),
    { seed: 2, numRuns: 60 },
  );
});

test("far below the largest value, errors stay below 2^-24 of that", () => {
  const tiny = Float64Array.from({ length: 10_000 }, (_, i) => (i + 1) * 1e-15);
  const sketch = sketchOf([...tiny, 5]);
  for (const p of SHARES.slice(0, -1)) expect(sketch.quantile(p)).toBeLessThanOrEqual(5 * 2 ** -23);
  expect(sketch.quantile(0)).toBe(1e-15);
  expect(sketch.quantile(1)).toBe(5);
  expect(sketchOf([...tiny, Number.MIN_VALUE, 0]).quantile(0)).toBe(0);
});

test("merging is adding, in whatever order and however they are cut", () => {
  const stream = new RandomStream(3, "merge");
  const parts = [10, 5000, 300, 20_000, 4096, 0].map((length, i) =>
    Float64Array.from({ length }, () => (stream.uniform() < 0.1 ? 0 : stream.lognormal(10 ** (3 * i), 1.5))),
  );
  const all = sketchOf(parts.flatMap((part) => [...part]));
  for (const order of [parts, parts.toReversed(), [...parts.slice(3), ...parts.slice(0, 3)]]) {
    const merged = new QuantileSketch();
    for (const part of order) merged.merge(sketchOf(part));
    expect(quantiles(merged)).toEqual(quantiles(all));
    expect([merged.count, merged.min, merged.max]).toEqual([all.count, all.min, all.max]);
  }
  const twice = sketchOf([1, 2, 3]);
  twice.merge(twice);
  expect(twice.count).toBe(6);
  expect(twice.quantile(0.5)).toBe(2);
});

test("merging with an empty one, or one of zeros, keeps small values", () => {
  const stream = new RandomStream(6, "small");
  const small = Float64Array.from({ length: 6000 }, () => stream.lognormal(1e-9, 1));
  const merged = new QuantileSketch();
  merged.merge(sketchOf(small));
  expect(quantiles(merged)).toEqual(quantiles(sketchOf(small)));
  const zeros = new Float64Array(5000);
  const after = sketchOf([...zeros, ...small]);
  const before = sketchOf([...small, ...zeros]);
  expect(quantiles(after)).toEqual(quantiles(before));
  expectWithin(after, Float64Array.from([...small, ...zeros]));
  const both = sketchOf(zeros);
  both.merge(sketchOf(small));
  expect(quantiles(both)).toEqual(quantiles(after));
});

test("many at once are the same as one by one, wherever they are cut", () => {
  const sketches: [QuantileSketch, QuantileSketch] = [new QuantileSketch(300), new QuantileSketch(300)];
  const stream = new RandomStream(5, "blocks");
  const block = new Float64Array(256);
  for (let round = 0; round < 60; round++) {
    const n = stream.integer(257);
    // Octaves that have no bucket yet, zeros, and values too small to have one.
    for (let i = 0; i < n; i++) {
      const x = stream.uniform();
      block[i] = x < 0.02 ? 0 : x < 0.04 ? stream.lognormal(1, 20) : x < 0.06 ? 1e-12 * x : stream.exponential(1);
    }
    sketches[0].addAll(block, n);
    for (let i = 0; i < n; i++) sketches[1].add(block[i]!);
    const [all, each] = sketches.map((sketch) => [sketch.count, sketch.min, sketch.max, ...quantiles(sketch)]);
    expect(all).toEqual(each);
  }
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const { count } = sketches[0];
    expect(() => sketches[0].addAll(Float64Array.of(1, 2, wrong, 3), 4)).toThrow(`value(=${wrong})`);
    expect(sketches[0].count).toBe(count + 2);
  }
});

test("it grows with p and keeps to the values' range", () => {
  const stream = new RandomStream(4, "monotone");
  const sketch = sketchOf(Float64Array.from({ length: 10_000 }, () => stream.lognormal(1, 2)));
  let before = sketch.min;
  for (let p = 0; p <= 1; p += 1 / 512) {
    expect(sketch.quantile(p)).toBeGreaterThanOrEqual(before);
    before = sketch.quantile(p);
  }
  expect(before).toBe(sketch.max);
});

test("reset begins anew; errors carry the value", () => {
  const sketch = sketchOf(Float64Array.from({ length: 5000 }, (_, i) => i));
  sketch.reset();
  expect(sketch.count).toBe(0);
  expect(() => sketch.quantile(0.5)).toThrow("no values");
  sketch.add(7);
  expect([sketch.quantile(0), sketch.quantile(1)]).toEqual([7, 7]);
  expect(() => sketch.add(-1)).toThrow("value(=-1)");
  expect(() => sketch.add(Number.NaN)).toThrow("value(=NaN)");
  expect(() => sketch.add(Number.POSITIVE_INFINITY)).toThrow("value(=Infinity)");
  expect(() => sketch.quantile(2)).toThrow("p(=2)");
  expect(sketch.count).toBe(1);
});

test("exact for fewer values where that is asked for, then within its error like every other, and merges with those", () => {
  const few = new QuantileSketch(100);
  const stream = new RandomStream(1, "few");
  const values = Float64Array.from({ length: 20_000 }, () => stream.exponential(1));
  values.slice(0, 100).forEach((value) => {
    few.add(value);
  });
  const sorted = values.slice(0, 100).sort();
  expect(quantiles(few)).toEqual(SHARES.map((p) => quantile(sorted, p)));
  few.add(values[100]!);
  // Only once it counts in buckets.
  expect(few.quantile(0.25)).not.toBe(quantile(values.slice(0, 101).sort(), 0.25));
  values.slice(101, 10_000).forEach((value) => {
    few.add(value);
  });
  expectWithin(few, values.slice(0, 10_000));
  few.merge(sketchOf(values.slice(10_000)));
  expectWithin(few, values);
  few.reset();
  few.add(7);
  expect([few.count, few.quantile(0.5)]).toEqual([1, 7]);
  for (const exact of [0, 1.5, 5000]) expect(() => new QuantileSketch(exact)).toThrow(`exact(=${exact})`);
});
