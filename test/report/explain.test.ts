import { describe, expect, it } from "vitest";
import { explain } from "../../sim/report/explain.ts";
import { comparisonOf, pair, plan, prediction, summary, TOLERANCE } from "../compare/fixture.ts";

const LOAD = { kind: "rate", rate: 60, label: "50%" } as const;
const EESS = { split: "EESS", size: [256, 256], load: LOAD } as const;

describe("explanation of a miss", () => {
  it("names the terms that account for it", () => {
    const of = plan(EESS);
    const off = prediction(of, (name) => (name === "conv/compute" ? 0.7 : 1));
    const [one] = comparisonOf([{ plan: of, measured: [summary(of)], prediction: off }]).plans;
    expect(explain(one!, TOLERANCE)).toBe(
      "EESS 256x256 at 50%: p50 predicted 14.5 % low (12.1 ms against 14.2 ms); " +
        "conv/compute accounts for -2.12 ms of -2.12 ms in the mean latency.",
    );
  });

  it("says when the real pipeline was overloaded", () => {
    const of = plan({ ...EESS, load: { ...LOAD, rate: 1000 } });
    const off = prediction(of, (name) => (name === "throughput" ? 0.9 : 1));
    const [one] = comparisonOf([{ plan: of, measured: [summary(of)], prediction: off }]).plans;
    expect(explain(one!, TOLERANCE)).toMatch(
      /throughput predicted 10\.0 % low.*overloaded: it delivered .* of 1000 \/s/,
    );
  });

  it("of a source that drops what is too much, not that latency grows", () => {
    const of = plan({ ...EESS, load: { ...LOAD, rate: 1000 } });
    const off = prediction(of, (name) => (name === "throughput" ? 0.9 : 1));
    const measured = [{ ...summary(of), dropped: { frames: 800, share: 0.8 } }];
    const [one] = comparisonOf([{ plan: of, measured, prediction: off }]).plans;
    expect(explain(one!, TOLERANCE)).toMatch(/overloaded: it delivered .* offered, and its source dropped the rest\./);
  });

  it("says when the runs themselves differ as much", () => {
    const of = plan(EESS);
    const measured = [0.9, 1.1].map((factor) => summary(of, (name) => (name === "throughput" ? 1 : factor)));
    const [one] = comparisonOf([{ plan: of, measured, prediction: prediction(of, () => 1.1) }]).plans;
    expect(explain(one!, TOLERANCE)).toContain("The 2 runs themselves differ by ±10.0 % in p50.");
  });

  it("names sizes as flags do, width first", () => {
    const wide = { ...EESS, size: [720, 1280] } as const;
    expect(explain(comparisonOf([pair(wide)]).plans[0]!, TOLERANCE)).toMatch(/^EESS 1280x720 at 50%/);
  });

  it("has nothing to explain within tolerance", () => {
    expect(explain(comparisonOf([pair(EESS)]).plans[0]!, TOLERANCE)).toBe("EESS 256x256 at 50%: within tolerance.");
  });
});
