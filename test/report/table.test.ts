import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pair } from "../../sim/compare/check.ts";
import { comparisonTable, predictionTable } from "../../sim/report/table.ts";
import { planTable } from "../../sim/report/topology-table.ts";
import { comparisonOf, pair, plan, prediction, SATURATED, type Spec, summary } from "../compare/fixture.ts";

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

const EESS = { split: "EESS", size: [512, 512], load: SATURATED } as const;

describe("tables for a terminal", () => {
  it("show measured, predicted and error per size, and end with the best split", () => {
    const off = plan({ ...EESS, split: "ESSS" });
    const missed: Pair = { plan: off, measured: [summary(off)], prediction: prediction(off, () => 0.8) };
    expect(comparisonTable(comparisonOf([pair(EESS), missed]))).toBe(
      [
        "512x512: throughput, then median latency (p50), measured and predicted",
        "  split        pods load      measured predict.   error     p50 predict.   error",
        "  EESS            4 saturated  33.5 /s  33.5 /s   0.0 % 83.0 ms  83.0 ms   0.0 %",
        "! ESSS            4 saturated  60.4 /s  60.4 /s   0.0 % 70.1 ms  56.1 ms -20.0 %",
        "best split at 512x512: ESSS (predicted) ESSS (measured),",
        "  regret 0.0 %, Kendall 1.00",
        "",
        "1 of 2 plans are out of tolerance (throughput 5.0 %, p50 5.0 %), marked with !",
        "",
      ].join("\n"),
    );
  });

  it("say when the decision is by latency, and that all is well", () => {
    const text = comparisonTable(comparisonOf([pair({ ...EESS, load: { kind: "rate", rate: 9, label: "9/s" } })]));
    expect(text).toContain("best split at 512x512 by median latency: EESS (predicted) EESS (measured)");
    expect(text).toContain("Kendall -");
    expect(text).toContain("all 1 plans are within tolerance");
  });

  it("show predictions with intervals and bottleneck", () => {
    expect(predictionTable([pair(EESS)])).toBe(
      [
        "512x512",
        "split        load       thrput.  95 % interval     p50     p95 bottleneck",
        "EESS         saturated  33.5 /s    32.5 - 34.6 83.0 ms  111 ms 100 % pod conv",
        "",
      ].join("\n"),
    );
  });

  it("show the capacity where a load is near it, in the place of a latency", () => {
    const of = plan({ ...EESS, load: { kind: "rate", rate: 32, label: "95%" } });
    const capacity = { throughput: 33.7, interval: [32.5, 34.6] } as const;
    const told = { ...prediction(of), capacity };
    expect(predictionTable([{ plan: of, prediction: { ...told, verdict: "near capacity" } }])).toBe(
      [
        "512x512",
        "split        load       thrput.  95 % interval     p50     p95 bottleneck",
        "EESS         95%        32.0 /s    31.0 - 33.0       -       - capacity 33.7 /s",
        "capacity: the load is above 90 % of that, and latency depends on it more than on",
        "  anything else",
        "",
      ].join("\n"),
    );
    const stable = predictionTable([{ plan: of, prediction: { ...told, verdict: "stable" } }]);
    expect(stable).toBe(predictionTable([{ plan: of, prediction: prediction(of) }]));
  });

  it("keep what tells plans of a split apart", () => {
    const saturated = plan({ split: "EEEEEEESSSSSSS", size: [128, 128], load: SATURATED });
    const ids = ["", "-zstd-w1", "-zstd-w12"].map((variant) => `EEEEEEESSSSSSS-128x128-saturated${variant}`);
    const text = planTable(ids.map((id) => ({ id, saturated, load: { kind: "saturated" } })));
    expect(text.split("\n").slice(1, 4)).toEqual([
      "EEEEEEESSSSSSS-128x128-saturated   EEEEEEESSSS… 1+1+1+1     saturated yes",
      "EEEEEE…S-128x128-saturated-zstd-w1 EEEEEEESSSS… 1+1+1+1     saturated yes",
      "EEEEEE…-128x128-saturated-zstd-w12 EEEEEEESSSS… 1+1+1+1     saturated yes",
    ]);
  });

  it("fit 80 columns whatever they hold", () => {
    const factor = fc.oneof(
      fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
    );
    const spec: fc.Arbitrary<Spec> = fc.record({
      split: fc.stringMatching(/^[ES]{4,40}$/),
      grouping: fc.constantFrom([1, 1, 1, 1], [2, 2], [1, 1, 2]),
      size: fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })),
      load: fc.oneof(
        fc.constant(SATURATED),
        fc.record({
          kind: fc.constant("rate" as const),
          rate: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
          label: fc.string({ maxLength: 30 }).map((text) => text.replace(/\s/g, "_")),
        }),
      ),
      candidate: fc.boolean(),
      compression: fc.constantFrom("none", "zstd"),
      workers: fc.nat(64),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(spec, factor, factor), { minLength: 1, maxLength: 5 }), (all) => {
        const pairs = all.map(([one, measured, predicted]) => {
          const of = plan(one);
          return { plan: of, measured: [summary(of, () => measured)], prediction: prediction(of, () => predicted) };
        });
        expect(widest(comparisonTable(comparisonOf(pairs)))).toBeLessThanOrEqual(80);
        expect(widest(predictionTable(pairs))).toBeLessThanOrEqual(80);
      }),
    );
  });
});
