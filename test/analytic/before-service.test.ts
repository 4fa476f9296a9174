import { expect, test } from "vitest";
import { tandemBeforeService, tandemRecursion } from "../../sim/analytic/tandem.ts";

test("blocking before service by hand: the first server begins when the second has room, and not before", () => {
  const services = [
    [1, 1, 1],
    [4, 1, 1],
  ];
  // Station 2 has one place: job 1 may begin at station 1 when job 0 leaves at 5.
  const [first, second] = tandemBeforeService([0, 0, 0], services, [1]);
  expect([...first!.start]).toEqual([0, 5, 7]);
  expect([...first!.left]).toEqual([1, 6, 8]);
  expect([...second!.left]).toEqual([5, 7, 9]);
});

test("it never lets a job through before blocking after service does, and is the same without limits", () => {
  const services = [3, 1, 4, 1, 5].map((_, j) => Array.from({ length: 50 }, (_, n) => ((n + 1) * (j + 3) * 7) % 11));
  const arrivals = Array.from({ length: 50 }, (_, n) => 4 * n);
  for (const places of [1, 2, 3, Number.POSITIVE_INFINITY]) {
    const limits = [places, places, places, places];
    const before = tandemBeforeService(arrivals, services, limits).at(-1)!.left;
    const after = tandemRecursion(arrivals, services, limits).at(-1)!.left;
    before.forEach((time, n) => {
      expect(time).toBeGreaterThanOrEqual(after[n]!);
      if (places === Number.POSITIVE_INFINITY) expect(time).toBe(after[n]);
    });
  }
  expect(() => tandemBeforeService([0], [[1], [1]], [0])).toThrow("limit 0(=0)");
});
