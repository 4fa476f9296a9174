import { describe, expect, it } from "vitest";
import type { Pair } from "../../sim/compare/check.ts";
import { findingsOf, findingsOfPredictions } from "../../sim/compare/findings.ts";
import { labelOf, labelWithin } from "../../sim/compare/label.ts";
import { comparisonTable, predictionTable } from "../../sim/report/table.ts";
import { comparisonOf, pair, samplePairs, specs } from "./fixture.ts";
import { better, findingsOn, HALF, made } from "./variants.ts";

const ZSTD = { compression: "zstd" } as const;
const ONE = { workers: 1 } as const;
const workersFindings = (pairs: readonly Pair[]) => findingsOn("w", pairs);

describe("whether workers pay", () => {
  it("is told per number of them, split and load, with figures, and whether the twin decides so", () => {
    const findings = workersFindings([
      made({}, 10, 11),
      made(ONE, 17.5, 17),
      made({ workers: 2 }, 10.1, 14),
      made({ load: HALF }, 0.1, 0.11),
      made({ ...ONE, load: HALF }, 0.2, 0.19),
    ]);
    expect(findings).toEqual([
      {
        id: "w1@ESSS-saturated",
        statement: "Split ESSS carries more frames per second with a worker in each pod",
        holds: true,
        evidence:
          "Measured: 1.75 times the throughput (10.0 /s to 17.5 /s) at 64x64; predicted: 1.55 times the throughput (11.0 /s to 17.0 /s) at 64x64.",
        why: "The twin decides as the measurement does.",
      },
      {
        id: "w2@ESSS-saturated",
        statement: "Split ESSS carries more frames per second with 2 workers in each pod",
        holds: false,
        evidence:
          "Measured: 1.01 times the throughput (10.0 /s to 10.1 /s) at 64x64; predicted: 1.27 times the throughput (11.0 /s to 14.0 /s) at 64x64.",
        why: "The twin decides otherwise at 64x64, which costs 1.0 %. The twin says otherwise: by its figures this holds.",
      },
      {
        id: "w1@ESSS-50%",
        statement: "Split ESSS delivers a frame sooner with a worker in each pod (median, load 50%)",
        holds: false,
        evidence:
          "Measured: 2.00 times the latency (100 ms to 200 ms) at 64x64; predicted: 1.73 times the latency (110 ms to 190 ms) at 64x64.",
        why: "The twin decides as the measurement does.",
      },
    ]);
  });

  it("is judged at the same compression, whatever the order of the plans", () => {
    const all = [made({ ...ZSTD, ...ONE }, 18), made(ONE, 12), made(ZSTD, 20), made({}, 10)];
    const told = findingsOf(comparisonOf(all)).flatMap(({ id, holds, evidence }) =>
      /^(w|zstd)/.test(id) ? [[id, holds, /[\d.]+ times/.exec(evidence)![0]]] : [],
    );
    expect(told).toEqual([
      ["zstd@ESSS-w1-saturated", true, "1.50 times"],
      ["zstd@ESSS-saturated", true, "2.00 times"],
      ["w1@ESSS-zstd-saturated", false, "0.90 times"],
      ["w1@ESSS-saturated", true, "1.20 times"],
    ]);
    expect(workersFindings([made({}, 10), made({ ...ZSTD, ...ONE }, 18)])).toEqual([]);
  });

  it("is told of monoliths and groupings too", () => {
    const ids = (["monolith@E", "EEEE"] as const).flatMap((split) => {
      const of = split === "EEEE" ? { split, grouping: [2, 2] } : { split };
      return workersFindings([made(of, 10), made({ ...of, ...ONE }, 20)]).map(({ id }) => id);
    });
    expect(ids).toEqual(["w1@monolith@E-saturated", "w1@EEEE-2+2-saturated"]);
  });

  it("is the twin's word on predictions alone, and nobody's where a plan is there one way only", () => {
    expect(findingsOfPredictions([made({}, 10), made(ONE, 20)]).at(-1)).toMatchObject({
      id: "w1@ESSS-saturated",
      holds: true,
      evidence: expect.stringMatching(/^Not measured; predicted: 2.00/),
    });
    expect(workersFindings([made(ONE, 10), made({ workers: 2 }, 20)])).toEqual([]);
    expect(workersFindings(specs().map(pair))).toEqual([]);
  });

  it("leaves the thesis' findings to pods without workers, else to those with the fewest", () => {
    const plain = samplePairs();
    const [one, two] = [better(plain, ONE), better(plain, { workers: 2 })];
    const all = findingsOf(comparisonOf([...two, ...one, ...plain]));
    const thesis = findingsOf(comparisonOf(plain));
    expect(all.slice(0, thesis.length)).toEqual(thesis);
    expect(all.slice(thesis.length).every(({ id }) => /^w[12]@/.test(id))).toBe(true);
    expect(all.length - thesis.length).toBe(
      (2 * plain.length) / new Set(plain.map(({ plan }) => plan.size.height)).size,
    );
    expect(findingsOf(comparisonOf([...two, ...one]))).toEqual(findingsOf(comparisonOf(one)));
  });
});

describe("plans that differ in workers only", () => {
  const all = [made({}, 10), made(ONE, 12), made(ZSTD, 14), made({ ...ZSTD, ...ONE }, 17, 13)];
  const labels = ["ESSS", "ESSS w1", "ESSS zstd", "ESSS zstd w1"];

  it("are told apart in tables, and the decision is between all of them", () => {
    const comparison = comparisonOf(all);
    const lines = comparisonTable(comparison).split("\n");
    expect(lines.slice(2, 6).map((line) => line.slice(2, 14).trim())).toEqual(labels);
    expect(comparison.decision).toMatchObject({ predicted: "ESSS zstd", measured: "ESSS zstd w1", candidates: labels });
    const predicted = predictionTable(all).split("\n").slice(2, 6);
    expect(predicted.map((line) => line.split(/ +saturated/)[0])).toEqual(labels);
  });

  it("keep what tells them apart where a column is narrow", () => {
    const long = { split: "EEEEEEESSSSSSS", grouping: "1+1", compression: "none", workers: 1 } as const;
    expect(labelOf(long)).toBe("EEEEEEESSSSSSS w1");
    expect(labelWithin(long, 12)).toBe("EEEEEEES… w1");
    expect(labelWithin({ ...long, workers: 16 }, 12)).toBe("EEEEEEE… w16");
    expect(labelWithin({ ...long, ...ZSTD }, 12)).toBe("EEE… zstd w1");
    expect(labelOf({ ...long, split: "monolith@E", grouping: "14" })).toBe("monolith@E w1");
    expect(labelOf({ ...long, grouping: "2+1" })).toBe("EEEEEEESSSSSSS 2+1 w1");
  });
});
