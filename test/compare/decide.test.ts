import { describe, expect, it } from "vitest";
import type { Pair } from "../../sim/compare/check.ts";
import type { PlanLoad } from "../../sim/plan.ts";
import { comparisonOf, plan, prediction, SATURATED, type Spec, summary } from "./fixture.ts";

const HALF: PlanLoad = { kind: "rate", rate: 10, label: "10/s" };

/** A pair with these figures: throughput in frames/s, or median latency in seconds. */
function made(spec: Omit<Spec, "size" | "load"> & { load?: PlanLoad }, measured: number, predicted: number): Pair {
  const load = spec.load ?? SATURATED;
  const of = plan({ ...spec, size: [64, 64], load });
  const base = { measured: summary(of), predicted: prediction(of) };
  const set = <T extends { throughput: number; latency: object }>(to: T, value: number): T =>
    load.kind === "saturated" ? { ...to, throughput: value } : { ...to, latency: { ...to.latency, p50: value } };
  return { plan: of, measured: [set(base.measured, measured)], prediction: set(base.predicted, predicted) };
}

describe("decision", () => {
  it("names the best split, the twin's pick and what the pick costs", () => {
    const { decision } = comparisonOf([
      made({ split: "ESSS" }, 90, 100),
      made({ split: "EESS" }, 100, 95),
      made({ split: "EEES" }, 50, 40),
    ]);
    expect(decision).toEqual({
      objective: "throughput",
      predicted: "ESSS",
      measured: "EESS",
      regret: 0.1,
      kendall: expect.closeTo(1 / 3),
      candidates: ["ESSS", "EESS", "EEES"],
    });
  });

  it("never chooses baselines, monoliths that are not allowed, or groupings, but ranks all splits", () => {
    const { decision } = comparisonOf([
      made({ split: "SSSS", candidate: false }, 300, 300),
      made({ split: "monolith@E" }, 400, 400),
      made({ split: "EEEE", grouping: [2, 2] }, 500, 500),
      made({ split: "ESSS" }, 100, 100),
      made({ split: "EESS" }, 90, 90),
    ]);
    expect(decision).toMatchObject({ predicted: "ESSS", measured: "ESSS", regret: 0, kendall: 1 });
    expect(decision.candidates).toEqual(["ESSS", "EESS"]);
  });

  it("is by median latency at the lightest load where nothing was saturated", () => {
    const heavy: PlanLoad = { kind: "rate", rate: 20, label: "20/s" };
    const { decision } = comparisonOf([
      made({ split: "ESSS", load: heavy }, 0.001, 0.001),
      made({ split: "ESSS", load: HALF }, 0.02, 0.01),
      made({ split: "EESS", load: HALF }, 0.016, 0.012),
    ]);
    expect(decision).toMatchObject({ objective: "latency", predicted: "ESSS", measured: "EESS", kendall: -1 });
    expect(decision.regret).toBeCloseTo(0.25);
    expect(decision.candidates).toEqual(["ESSS", "EESS"]);
  });

  it("passes over what drops frames to keep its latency, and counts what following the twin loses", () => {
    const dropping = (split: string, latency: number, measured: number, predicted = measured) => {
      const one = made({ split, load: HALF }, latency, latency);
      const { plan, prediction } = one;
      return {
        plan,
        measured: one.measured.map((run) => ({ ...run, throughput: measured })),
        prediction: { ...prediction, throughput: predicted },
      };
    };
    const right = comparisonOf([dropping("EEEE", 0.01, 4), dropping("EESS", 0.02, 10)]).decision;
    expect(right).toMatchObject({ predicted: "EESS", measured: "EESS", regret: 0 });
    const wrong = comparisonOf([dropping("EEEE", 0.019, 4, 10), dropping("EESS", 0.02, 10)]).decision;
    expect(wrong).toMatchObject({ predicted: "EEEE", measured: "EESS", regret: 0.6 });
    // If all of them do, the least latency it is.
    const all = comparisonOf([dropping("EEEE", 0.01, 4), dropping("EESS", 0.02, 5)]).decision;
    expect(all).toMatchObject({ predicted: "EEEE", measured: "EEEE", regret: 0 });
  });

  it("has no rank agreement with a single split or with ties only", () => {
    expect(comparisonOf([made({ split: "ESSS" }, 1, 2)]).decision).toMatchObject({ regret: 0, kendall: null });
    const ties = comparisonOf([made({ split: "ESSS" }, 5, 7), made({ split: "EESS" }, 5, 7)]).decision;
    expect(ties).toMatchObject({ regret: 0, kendall: null });
    expect(ties.predicted).toBe(ties.measured);
  });

  it("costs nothing if the pick ties with the best", () => {
    const { decision } = comparisonOf([made({ split: "ESSS" }, 5, 7), made({ split: "EESS" }, 5, 8)]);
    expect(decision).toMatchObject({ predicted: "EESS", regret: 0 });
  });

  it("decides between groupings if the run has nothing else", () => {
    const { decision } = comparisonOf([
      made({ split: "EEEE", grouping: [2, 2] }, 6, 6),
      made({ split: "EEEE", grouping: [1, 3] }, 5, 5),
    ]);
    expect(decision).toMatchObject({ predicted: "EEEE 2+2", measured: "EEEE 2+2", kendall: 1 });
  });
});
