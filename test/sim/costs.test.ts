import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { interpolated } from "../../sim/model/interpolate.ts";
import { ProfileError } from "../../sim/model/profile-error.ts";
import type { Profile } from "../../sim/profile.ts";
import { simulate } from "../../sim/simulate.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { apart, type LineSpec, line } from "./fixtures.ts";

describe("what was not measured", () => {
  const spec: LineSpec = {
    ...apart({ delay: 0.1 }),
    pods: [{ cpu: 1 }, { cpu: 1 }, { cpu: 1, node: "server" }],
  };
  const { plan, profile } = line(spec);
  const without = (change: Partial<Profile>) => () => costsOf(plan, { ...profile, ...change }, null);

  test("the whole profile is enough", () => {
    expect(without({})).not.toThrow();
  });

  test.each<[string, Partial<Profile>, RegExp]>([
    [
      "a stage on its node",
      { computes: profile.computes.filter(({ node }) => node !== "server") },
      /stage-2-0.*server/,
    ],
    ["a stage", { computes: profile.computes.filter(({ stages }) => stages[0] !== "stage-1-0") }, /stage-1-0.*edge/],
    ["a link", { links: [] }, /link edge-server/],
    ["loopback", { loopbacks: [] }, /loopback.*edge/],
    ["hand-over", { handovers: [] }, /handovers.*edge/],
    ["messages", { messages: [] }, /message.*edge/],
  ])("%s: an error that names it", (_, change, message) => {
    expect(without(change)).toThrow(ProfileError);
    expect(without(change)).toThrow(message);
    expect(without(change)).toThrow(/fixture/);
  });

  test("a stage that was measured on another node only does not count", () => {
    const moved = profile.computes.map((cost) => (cost.stages[0] === "stage-2-0" ? { ...cost, node: "edge" } : cost));
    expect(without({ computes: moved })).toThrow(/stage-2-0.*server/);
  });
});

describe("resampling", () => {
  const samples = Array.from({ length: 50 }, (_, i) => i + 1);
  const { plan, profile } = line({ pods: [{ cpu: samples }], frames: 1000 });
  /** Which of the samples a long run draws, with the same random streams each time. */
  const drawn = (replication: number | null) => {
    const { trace } = simulate(plan, costsOf(plan, profile, replication), 0);
    return [...new Set(trace.pods[0]!.computeCpu)].sort((a, b) => a - b);
  };

  test("without a replication all samples are there", () => {
    expect(drawn(null)).toEqual(samples);
  });

  test("with one they are drawn with replacement, the same for the same number", () => {
    const resampled = drawn(5);
    // Of n samples, a share of 1 - 1/e is drawn at all.
    expect(resampled.length).toBeLessThan(42);
    expect(resampled.length).toBeGreaterThan(20);
    for (const value of resampled) expect(samples).toContain(value);
    expect(drawn(5)).toEqual(resampled);
    expect(drawn(6)).not.toEqual(resampled);
  });
});

describe("costs of message sizes that were not measured", () => {
  const measured = [
    { bytes: 1000, samples: [1, 3] },
    { bytes: 2000, samples: [6, 6] },
    { bytes: 4000, samples: [9, 11] },
  ];
  const at = (bytes: number) => interpolated(measured, bytes)!.samples;

  test("a measured size has its own samples, those of equal sizes together", () => {
    expect(at(2000)).toEqual([6, 6]);
    expect(interpolated([...measured, { bytes: 2000, samples: [7] }], 2000)!.samples).toEqual([6, 6, 7]);
  });

  test("between two sizes the mean is on the line between theirs, the scatter that of the nearer", () => {
    expect(mean(at(1400))).toBeCloseTo(3.6, 12);
    expect(at(1400)[1]! / at(1400)[0]!).toBeCloseTo(3, 12);
    expect(mean(at(3000))).toBeCloseTo(8, 12);
  });

  test("beyond the outermost it is on the line through the last two, and never below 0", () => {
    expect(mean(at(5000))).toBeCloseTo(12, 12);
    expect(mean(at(800))).toBeCloseTo(1.2, 12);
    expect(mean(at(0))).toBe(0);
  });

  test("of one size only, that; of none, nothing", () => {
    expect(interpolated([measured[0]!], 9999)!.samples).toEqual([1, 3]);
    expect(interpolated([], 10)).toBeNull();
  });

  test("sizes in any order, and never outside what was measured around it", () => {
    const cost = fc.double({ min: 0.01, max: 10, noNaN: true });
    const points = fc.uniqueArray(
      fc.record({ bytes: fc.integer({ min: 0, max: 5000 }), samples: fc.array(cost, { minLength: 1, maxLength: 3 }) }),
      { minLength: 2, maxLength: 5, selector: ({ bytes }) => bytes },
    );
    fc.assert(
      fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const sorted = [...all].sort((a, b) => a.bytes - b.bytes);
        const [low, high] = [sorted[0]!, sorted[1]!];
        const bytes = Math.round(low.bytes + share * (high.bytes - low.bytes));
        const value = mean(interpolated(all, bytes)!.samples);
        const [a, b] = [mean(low.samples), mean(high.samples)];
        expect(value).toBeGreaterThanOrEqual(Math.min(a, b) * (1 - 1e-9));
        expect(value).toBeLessThanOrEqual(Math.max(a, b) * (1 + 1e-9));
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
