import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, passes } from "../../sim/compare/compare.ts";
import { comparisonOf, pair, plan, prediction, SATURATED, samplePairs, summary, TOLERANCE, wobble } from "./fixture.ts";

const SMALL = [128, 128] as const;
const EESS = { split: "EESS", size: SMALL, load: SATURATED };

describe("compare", () => {
  it("tells plan, split, pods, grouping, size and load", () => {
    const [one] = comparisonOf([pair({ ...EESS, grouping: [1, 1, 2] })]).plans;
    expect(one).toMatchObject({
      plan: "EESS-112-128x128-saturated",
      split: "EESS",
      pods: 3,
      grouping: "1+1+2",
      size: [128, 128],
      load: "saturated",
      rate: null,
      candidate: true,
    });
  });

  it("measures the median repeat, the mean of means, and their spread", () => {
    const of = plan(EESS);
    const runs = [0.8, 1, 1.5].map((factor) => summary(of, () => factor));
    const [one] = comparisonOf([{ plan: of, measured: runs, prediction: prediction(of) }]).plans;
    expect(one!.measured.throughput).toBeCloseTo(runs[1]!.throughput);
    expect(one!.measured.latency.p50).toBeCloseTo(runs[1]!.latency.p50);
    expect(one!.measured.latency.mean).toBeCloseTo(1.1 * runs[1]!.latency.mean);
    expect(one!.measured.spread!.latency.p50).toBeCloseTo(0.7 / 2.2);
    expect(one!.measured.repeats).toBe(3);
    expect(one!.error.latency.p50).toBeCloseTo(0);
  });

  it("has no spread with one run", () => {
    expect(comparisonOf([pair(EESS)]).plans[0]!.measured.spread).toBeNull();
  });

  it("gives signed relative errors", () => {
    const of = plan(EESS);
    const measured = summary(of);
    const low = prediction(of, (name) => (name === "throughput" ? 1.25 : 0.8));
    const [one] = comparisonOf([{ plan: of, measured: [measured], prediction: low }]).plans;
    expect(one!.error.latency.p99).toBeCloseTo(-0.2);
    expect(one!.error.throughput).toBeCloseTo(low.throughput / measured.throughput - 1);
    expect(one!.within).toBe(false);
  });

  it("attributes the error of the mean latency to pods and terms, completely, largest first", () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 0.9, noNaN: true }), (seed, amount) => {
        const of = plan(EESS);
        const measured = [0, 1].map((repeat) => summary(of, wobble(amount, `${seed}${repeat}`)));
        const [one] = comparisonOf([{ plan: of, measured, prediction: prediction(of, wobble(amount, seed)) }]).plans;
        const { attribution, predicted, measured: means } = one!;
        const sum = attribution.reduce((total, { seconds }) => total + seconds, 0);
        expect(sum).toBeCloseTo(predicted.latency.mean - means.latency.mean, 12);
        const sizes = attribution.map(({ seconds }) => Math.abs(seconds));
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        expect(attribution).toHaveLength(4 * 5);
      }),
    );
  });

  it("calls a pipeline overloaded that delivers less than 97 % of the offered rate", () => {
    const at = (rate: number) => pair({ ...EESS, load: { kind: "rate", rate, label: `${rate}/s` } });
    const saturated = summary(plan(EESS)).throughput;
    const verdicts = [0.5, 1.02, 1.05].map((share) => comparisonOf([at(share * saturated)]).plans[0]!.saturation);
    expect(verdicts).toEqual(["stable", "stable", "overloaded"]);
    expect(comparisonOf([pair(EESS)]).plans[0]!.saturation).toBe("saturated");
    // Of pods that were away it says nothing.
    const { plan: of, ...rest } = at(1.05 * saturated);
    const disturbed = { ...of, disturbances: [{ pod: "conv", restart: 1, at: 1 }] };
    expect(comparisonOf([{ plan: disturbed, ...rest }]).plans[0]!.saturation).toBe("stable");
  });

  it("passes only if every plan is within tolerance, and tells the share per size", () => {
    const good = ["ESSS", "EESS", "EEES", "EEEE"].map((split) => pair({ ...EESS, split }));
    const bad = plan({ ...EESS, split: "SSSS" });
    const off = { plan: bad, measured: [summary(bad)], prediction: prediction(bad, () => 1.06) };
    expect(passes(comparisonOf(good))).toBe(true);
    const mixed = comparisonOf([...good, off]);
    expect(passes(mixed)).toBe(false);
    expect(mixed.decisions[0]!.withinShare).toBe(0.8);
    expect(passes(comparisonOf([off], { throughput: 0.07, p50: 0.07 }))).toBe(true);
  });

  it("lists everything that keeps pairs from being compared", () => {
    const of = plan(EESS);
    const other = plan({ ...EESS, split: "EEEE" });
    const broken = { ...summary(of), throughput: Number.NaN };
    const noRuns = { plan: other, measured: [], prediction: prediction(of) };
    const pods = { ...prediction(of), terms: prediction(of).terms.slice(1) };
    const pairs = [noRuns, { plan: of, measured: [broken], prediction: pods }];
    expect(() => compare({ name: "x", created: "", pairs, tolerance: TOLERANCE, emulated: [] })).toThrowError(
      new RangeError(
        [
          "EEEE-128x128-saturated: has no measured run",
          "EEEE-128x128-saturated: is paired with the prediction of EESS-128x128-saturated",
          "EESS-128x128-saturated: measured run 0: throughput is NaN, should be a finite number",
          "EESS-128x128-saturated: measured run 0: delivered no frame after warm-up",
          "EESS-128x128-saturated: prediction: terms are of pods conv, relu, maxpool, the plan has source, conv, relu, maxpool",
        ].join("\n"),
      ),
    );
    expect(() => comparisonOf([])).toThrowError("there is no plan to compare");
  });

  it("sorts sizes and decides at the largest", () => {
    const comparison = comparisonOf(samplePairs());
    expect(comparison.decisions.map(({ size }) => size[0])).toEqual([256, 512, 1024]);
    const { size: _, withinShare: __, ...largest } = comparison.decisions[2]!;
    expect(comparison.decision).toEqual(largest);
  });
});
