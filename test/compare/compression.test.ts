import { describe, expect, it } from "vitest";
import type { Pair } from "../../sim/compare/check.ts";
import { findingsOf, findingsOfPredictions } from "../../sim/compare/findings.ts";
import { labelOf, labelWithin } from "../../sim/compare/label.ts";
import { comparisonTable, predictionTable } from "../../sim/report/table.ts";
import { comparisonOf, pair, type Spec, samplePairs, specs } from "./fixture.ts";
import { better, findingsOn, HALF, made } from "./variants.ts";

const ZSTD = { compression: "zstd" } as const;
const compressionFindings = (pairs: readonly Pair[]) => findingsOn("zstd@", pairs);

describe("whether compression pays", () => {
  it("is told per split and load, with figures, and whether the twin decides so", () => {
    const findings = compressionFindings([
      made({}, 10, 11),
      made(ZSTD, 17.5, 17),
      made({ load: HALF }, 0.1, 0.11),
      made({ ...ZSTD, load: HALF }, 0.2, 0.19),
    ]);
    expect(findings).toEqual([
      {
        id: "zstd@ESSS-saturated",
        statement: "Split ESSS carries more frames per second with zstd on its links",
        holds: true,
        evidence:
          "Measured: 1.75 times the throughput (10.0 /s to 17.5 /s) at 64x64; predicted: 1.55 times the throughput (11.0 /s to 17.0 /s) at 64x64.",
        why: "The twin decides as the measurement does.",
      },
      {
        id: "zstd@ESSS-50%",
        statement: "Split ESSS delivers a frame sooner with zstd on its links (median, load 50%)",
        holds: false,
        evidence:
          "Measured: 2.00 times the latency (100 ms to 200 ms) at 64x64; predicted: 1.73 times the latency (110 ms to 190 ms) at 64x64.",
        why: "The twin decides as the measurement does.",
      },
    ]);
  });

  it("names the sizes where it does, where the twin is wrong, and what that costs", () => {
    const at = (size: Spec["size"], plain: number, zstd: number, twin: number) => [
      made({ size }, plain),
      made({ ...ZSTD, size }, zstd, twin),
    ];
    const [finding] = compressionFindings([...at([64, 64], 10, 20, 20), ...at([32, 32], 10, 8, 11)]);
    expect(finding).toMatchObject({ holds: false });
    expect(finding!.why).toBe(
      "It pays at 64x64 only. The twin decides otherwise at 32x32, which costs 20.0 %. The twin says otherwise: by its figures this holds.",
    );
  });

  it("is no gain that is lost in the noise", () => {
    expect(compressionFindings([made({}, 100), made(ZSTD, 101.9)])[0]!.holds).toBe(false);
    expect(compressionFindings([made({}, 100), made(ZSTD, 102.1)])[0]!.holds).toBe(true);
  });

  it("is the twin's word on predictions alone, and nobody's where a plan is there one way only", () => {
    const both = findingsOfPredictions([made({}, 10), made(ZSTD, 20)]);
    expect(both.at(-1)).toMatchObject({
      holds: true,
      evidence: expect.stringMatching(/^Not measured; predicted: 2.00/),
    });
    expect(both.at(-1)!.why).toBeUndefined();
    expect(compressionFindings([made(ZSTD, 10)])).toEqual([]);
    expect(compressionFindings(specs().map(pair))).toEqual([]);
  });

  it("leaves the thesis' findings to frames as they are", () => {
    const plain = samplePairs();
    const crossing = plain.filter(({ plan }) => plan.hops.some(({ link }) => link !== null));
    expect(crossing.length).toBeGreaterThan(0);
    const both = findingsOf(comparisonOf([...better(crossing, ZSTD), ...plain]));
    const thesis = findingsOf(comparisonOf(plain));
    expect(both.slice(0, thesis.length)).toEqual(thesis);
    expect(both.slice(thesis.length).every(({ id }) => id.startsWith("zstd@"))).toBe(true);
  });
});

describe("plans that differ in compression only", () => {
  it("are told apart in tables, and the decision is between all of them", () => {
    const comparison = comparisonOf([made({}, 10), made(ZSTD, 17)]);
    const lines = comparisonTable(comparison).split("\n");
    expect(lines.slice(2, 4).map((line) => line.slice(2, 14).trim())).toEqual(["ESSS", "ESSS zstd"]);
    expect(comparison.decision).toMatchObject({ predicted: "ESSS zstd", measured: "ESSS zstd" });
    expect(comparison.decision.candidates).toEqual(["ESSS", "ESSS zstd"]);
    expect(predictionTable([made({}, 10), made(ZSTD, 17)])).toMatch(/^ESSS zstd +saturated/m);
  });

  it("keep what tells them apart where a column is narrow", () => {
    const long = { split: "EEEEEEESSSSSSS", grouping: "1+1", ...ZSTD, workers: 0 };
    expect(labelOf(long)).toBe("EEEEEEESSSSSSS zstd");
    expect(labelWithin(long, 12)).toBe("EEEEEE… zstd");
    expect(labelWithin({ ...long, compression: "none" }, 12)).toBe("EEEEEEESSSS…");
    expect(labelOf({ ...long, grouping: "2+1" })).toBe("EEEEEEESSSSSSS 2+1 zstd");
  });
});
