import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Figure, pseudoValues } from "../../sim/calibration/block-error.ts";
import { isKnown, knowledgeOf } from "../../sim/calibration/knowledge.ts";
import type { CostKind } from "../../sim/calibration/reading.ts";
import type { Thread } from "../../sim/profile.ts";
import { sd } from "../../sim/statistics/moments.ts";
import { costOf, type Truth, visit } from "./synthetic.ts";

const NONE = new Set<string>();

const blockError = (blocks: readonly (readonly number[])[], figure: Figure) =>
  sd(pseudoValues(blocks, figure)) / Math.sqrt(blocks.length);

describe("the standard error of a figure over blocks", () => {
  test("of means of equal blocks it is that of the blocks' means", () => {
    const blocks = fc.array(fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(blocks, (all) => {
        const means = all.map((block) => block.reduce((a, b) => a + b, 0) / block.length);
        expect(blockError(all, "mean")).toBeCloseTo(sd(means) / Math.sqrt(means.length), 9);
      }),
    );
  });

  test("one block has its own figure, equal blocks leave no doubt", () => {
    expect(pseudoValues([[1, 2]], "mean")).toEqual([1.5]);
    for (const figure of ["mean", "lower quartile"] as const)
      expect(
        blockError(
          [
            [1, 2, 3],
            [1, 2, 3],
          ],
          figure,
        ),
      ).toBeCloseTo(0, 12);
  });

  test("frames of a pass do not count: a hundred times as many say no more of how passes differ", () => {
    const few = [[1], [1.2], [0.9]];
    const many = few.map(([value]) => Array(100).fill(value));
    expect(blockError(many, "mean")).toBeCloseTo(blockError(few, "mean"), 12);
  });
});

describe("moods and stalls", () => {
  const steady: Truth = { mean: 1e-3, between: 0.002, within: 0.01 };
  const halfWidth = (hosts: readonly number[], stall = 1) => {
    const readings = hosts.map((host, i) => visit("conv", i + 1, steady, 1, host));
    const [first, ...others] = readings;
    const costs = first!.costs.map((cost) => ({ ...cost, samples: cost.samples.with(3, cost.samples[3]! * stall) }));
    return knowledgeOf([{ ...first!, costs }, ...others], NONE)[0]!.halfWidth!;
  };

  test("a pass that found the host slow leaves as much doubt as it should", () => {
    // The standard error of 1, 1, 1 and 1.7 is 15 % of their mean, Student's t of three degrees of freedom 3.2.
    expect(halfWidth([1, 1, 1, 1.7])).toBeGreaterThan(0.4);
    expect(halfWidth([1, 1, 1, 1])).toBeLessThan(0.02);
  });

  test("one stalled frame leaves hardly any", () => {
    expect(halfWidth([1, 1, 1, 1, 1, 1], 100)).toBeLessThan(0.02);
  });
});

describe("intervals of a cost of known variance", () => {
  const truth: Truth = { mean: 2e-3, between: 0.1, within: 0.2 };
  const covered = (passes: number, emulated: ReadonlySet<string>, expected: number) => {
    let hits = 0;
    for (let seed = 0; seed < 400; seed++) {
      const readings = Array.from({ length: passes }, (_, i) => visit("conv", i + 1, truth, seed));
      const [cost] = knowledgeOf(readings, emulated);
      if (Math.abs(cost!.seconds - expected) <= cost!.halfWidth! * cost!.seconds) hits++;
    }
    return hits / 400;
  };

  test.each([2, 3, 6, 15])("%i passes: they hold the mean as often as they say", (passes) => {
    const share = covered(passes, NONE, truth.mean);
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });

  test("emulated nodes: the lower quartile, as their pace takes it", () => {
    const all = Array.from({ length: 4000 }, (_, i) => visit("conv", i, truth, 99)).flatMap(
      ({ costs }) => costs[0]!.samples,
    );
    const quartile = Float64Array.from(all).sort()[all.length / 4]!;
    const share = covered(8, new Set(["edge"]), quartile);
    expect(share).toBeGreaterThan(0.85);
    expect(knowledgeOf([visit("conv", 1, truth, 1)], new Set(["edge"]))[0]!.figure).toBe("lower quartile");
    expect(knowledgeOf([visit("conv", 1, truth, 1)], NONE)[0]!.figure).toBe("mean");
  });

  test("a lower quartile that jumps from pass to pass makes the mean no less known", () => {
    // About a quarter of the frames is fast, in some passes more and in some less; the mean hardly changes.
    const readings = [4, 6, 4, 6].map((fast, i) => {
      const slow = (20.1 + 0.01 * i - 0.5 * fast) / (20 - fast);
      const samples = Array.from({ length: 20 }, (_, n) => (n < fast ? 0.5 : slow));
      return { ...visit("conv", i + 1, truth, 1), costs: [{ name: costOf("conv"), samples }] };
    });
    const [held] = knowledgeOf(readings, new Set(["edge"]));
    const [real] = knowledgeOf(readings, NONE);
    expect(real!.error).toEqual(real!.ofMean);
    expect(held!.ofMean).toEqual(real!.ofMean);
    expect(held!.error!.relative).toBeGreaterThan(3 * held!.ofMean!.relative);
  });

  test.each<[CostKind, Thread, Figure]>([
    ["compute", "busy", "lower quartile"],
    ["compute", "cold", "mean"],
    ["compress", "idle", "lower quartile"],
    ["receive", "idle", "lower quartile"],
    ["send", "busy", "mean"],
    ["link-receive", "idle", "lower quartile"],
    ["handover", "idle", "mean"],
    ["link", "idle", "mean"],
  ])("of %s, %s, an emulated node's pace takes the %s", (kind, thread, figure) => {
    const costs = [{ name: costOf("", { kind, thread, nodes: ["edge", "gateway"] }), samples: [1, 2] }];
    const readings = [{ ...visit("conv", 1, truth, 1), costs }];
    expect(knowledgeOf(readings, new Set(["edge", "gateway"]))[0]!.figure).toBe(figure);
    // A real node's costs are what they are, whoever shares its machine.
    expect(knowledgeOf(readings, new Set(["edge"]))[0]!.figure).toBe("mean");
  });

  test("of one pass nothing is known; passes, samples and seconds are counted; what has no samples is not there", () => {
    const [one] = knowledgeOf([visit("conv", 1, truth, 1)], NONE);
    expect(one).toMatchObject({ halfWidth: null, passes: 1, samples: 20, spent: 1 });
    expect(isKnown(one!, 1e9)).toBe(false);
    const [two] = knowledgeOf([visit("conv", 1, truth, 1), visit("conv", 2, truth, 1)], NONE);
    expect(two).toMatchObject({ passes: 2, samples: 40, spent: 2 });
    const empty = { ...visit("conv", 1, truth, 1), costs: [{ name: costOf("conv"), samples: [] }] };
    expect(knowledgeOf([empty], NONE)).toEqual([]);
  });

  test("a cost of nothing is known to be that", () => {
    const nothing = (round: number) => ({
      ...visit("conv", round, truth, 1),
      costs: [{ name: costOf("conv"), samples: [0, 0] }],
    });
    expect(knowledgeOf([nothing(1), nothing(2)], NONE)[0]).toMatchObject({ seconds: 0, halfWidth: 0 });
  });
});
