import fc from "fast-check";
import { expect, test } from "vitest";
import { mean, sd } from "../../sim/statistics/moments.ts";
import { Running } from "../../sim/statistics/running.ts";

function runningOf(values: Iterable<number>): Running {
  const running = new Running();
  for (const value of values) running.add(value);
  return running;
}

const list = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 });

test("it has the moments of the whole sample, however it is cut", () => {
  fc.assert(
    fc.property(list, list, (first, second) => {
      const all = [...first, ...second];
      const merged = runningOf(first);
      merged.merge(runningOf(second));
      merged.merge(new Running());
      for (const running of [runningOf(all), merged]) {
        expect(running.count).toBe(all.length);
        expect(Math.abs(running.mean - mean(all))).toBeLessThan(1e-8);
        expect(Math.abs(running.sd - sd(all))).toBeLessThan(1e-6);
        expect([running.min, running.max]).toEqual([Math.min(...all), Math.max(...all)]);
      }
    }),
    { seed: 1 },
  );
});

test("it keeps the spread where the mean is large against it", () => {
  expect(runningOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance).toBe(30);
});

test("of no value or one", () => {
  const running = new Running();
  expect([running.mean, running.variance, running.count]).toEqual([Number.NaN, Number.NaN, 0]);
  running.add(3);
  expect([running.mean, running.variance]).toEqual([3, Number.NaN]);
  running.reset();
  expect([running.count, running.min]).toEqual([0, Number.POSITIVE_INFINITY]);
  expect(() => running.add(Number.NaN)).toThrow("value(=NaN)");
});
