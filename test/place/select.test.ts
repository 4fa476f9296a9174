import { describe, expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { FIRST, pairedDifference, type Selection, select } from "../../sim/place/select.ts";

/** Runs a selection among systems with these means; `common` is the deviation that all share in a replication, `own` theirs. */
function run(seed: number, means: readonly number[], { common = 0, own = 0, zone = 0.01, most = 5000 }): Selection {
  const shared: number[] = [];
  const sharedStream = new RandomStream(seed, "common");
  const streams = means.map((_, i) => new RandomStream(seed, i));
  const selecting = select(
    means.length,
    (system, replication) => {
      shared[replication] ??= sharedStream.normal(0, common);
      return means[system]! + shared[replication]! + streams[system]!.normal(0, own);
    },
    { zone, most },
  );
  for (let step = selecting.next(); ; step = selecting.next()) if (step.done) return step.value;
}

describe("selection of the best", () => {
  test("is right in at least 95 % of 300 seeds, at differences as large as the indifference zone", () => {
    const means = [1.01, 1, 1.01, 1.01, 1.01];
    const right = Array.from({ length: 300 }, (_, seed) => run(seed, means, { own: 0.02 })).filter(
      ({ best }) => best === 1,
    );
    expect(right.length / 300).toBeGreaterThanOrEqual(0.95);
  });

  test("common random numbers end it sooner", () => {
    const means = [1, 1.02, 1.03];
    const used = (spec: { common: number; own: number }) =>
      Array.from({ length: 20 }, (_, seed) => run(seed, means, spec))
        .flatMap(({ systems }) => systems.map(({ samples }) => samples.length))
        .reduce((sum, count) => sum + count, 0);
    expect(used({ common: 0.03, own: 0.003 })).toBeLessThan(0.5 * used({ common: 0, own: 0.03 }));
  });

  test("ends where all are the same, and of constants after the first replications", () => {
    expect(run(1, [1, 1, 1], {})).toMatchObject({ best: 0, sure: true });
    const { systems } = run(1, [2, 1, 3], {});
    expect(systems.map(({ samples }) => samples.length)).toEqual([FIRST, FIRST, FIRST]);
    expect(systems.map(({ dropped }) => dropped)).toEqual([true, false, true]);
    expect(run(1, [5], {})).toMatchObject({ best: 0, sure: true });
    // Nothing is gained by going on for ever: below the zone the least mean wins.
    expect(run(3, [1, 1.0001], { own: 0.01 }).sure).toBe(true);
  });

  test("says so where replications did not suffice", () => {
    const { sure, systems } = run(1, [1, 1.001], { own: 0.5, most: 15 });
    expect(sure).toBe(false);
    expect(systems.map(({ samples }) => samples.length)).toEqual([15, 15]);
  });

  test("what takes nothing is the best after the first replications, however much others vary", () => {
    const selecting = select(3, (system, r) => (system === 1 ? 1 + r / 10 : 0));
    let step = selecting.next();
    while (!step.done) step = selecting.next();
    const { best, sure, systems } = step.value;
    expect([best, sure]).toEqual([0, true]);
    expect(systems.map(({ samples }) => samples.length)).toEqual([FIRST, FIRST, FIRST]);
    expect(systems[1]!.dropped).toBe(true);
  });

  test("refuses none", () => {
    expect(() => select(0, () => 1).next()).toThrow("systems(=0) should be an integer >= 1");
  });
});

test("paired differences, by what both have", () => {
  const { share, within } = pairedDifference([1, 2, 3], [1.5, 2.5, 3.5, 100]);
  expect(share).toBeCloseTo(0.25, 12);
  expect(within).toBeCloseTo(0, 12);
  // Student's t of 2 degrees of freedom: 4.3027 sd / sqrt(3), over a mean of 2.
  expect(pairedDifference([2, 2, 2], [2, 3, 4]).within).toBeCloseTo(4.30265272975 / Math.sqrt(3) / 2, 9);
  expect(pairedDifference([0, 0], [0, 0])).toEqual({ share: 0, within: 0 });
  expect(pairedDifference([0, 0], [1, 2])).toEqual({ share: Number.POSITIVE_INFINITY, within: 0 });
});
