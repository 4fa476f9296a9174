import { describe, expect, test } from "vitest";
import type { Doubt } from "../../sim/calibration/doubt.ts";
import { driftOf } from "../../sim/calibration/drift.ts";
import { isKnown, knowledgeOf } from "../../sim/calibration/knowledge.ts";
import type { CostKind, CostName, Reading } from "../../sim/calibration/reading.ts";
import type { Profile } from "../../sim/profile.ts";
import { profileTable, widthText } from "../../sim/report/profile-table.ts";
import { apart, line } from "../sim/fixtures.ts";

const { profile: measured } = line({
  ...apart({ bandwidth: 1e6, delay: 0.01 }),
  pods: [{ cpu: 1 }, { cpu: 2, node: "server" }],
});
const cost = (kind: CostKind, thread: "busy" | "idle" | "cold", at: number, value: number, of = "") => {
  const name: CostName = { kind, of, nodes: ["edge"], thread, at };
  return { name, samples: Array.from({ length: 20 }, (_, i) => value * (1 + (i % 3) / 100)) };
};
const reading = (round: number): Reading => ({
  batch: "pods",
  case: "stage-0-0",
  group: "1x1",
  round,
  seconds: 2,
  costs: [
    cost("compute", "busy", 0, 1e-3 * (1 + round / 50), "key-0-0"),
    cost("compute", "cold", 0, 2e-3, "key-0-0"),
    cost("send", "busy", 409_600, 1e-4),
    cost("send", "idle", 409_600, 2e-4 * round),
    cost("send", "idle", 1_000, 5e-5),
    { ...cost("acknowledgement", "idle", 0, 3e-4), name: { ...cost("acknowledgement", "idle", 0, 1).name, nodes: [] } },
  ],
});
const readings = [1, 2, 3].map(reading);
const costs = knowledgeOf(readings, new Set()).map((one) => ({
  ...one,
  reached: isKnown(one, 0.01),
  order: { visits: [], block: 1 },
}));
const profile: Profile = {
  ...measured,
  calibration: {
    precision: 0.01,
    budget: 60,
    seconds: 61.2,
    costs,
    drifts: [{ of: "pods", ...driftOf(readings, 0.01) }],
  },
};
const doubt: Doubt = {
  size: [1, 1],
  objective: "throughput",
  best: "AB",
  second: "AA",
  lead: 0.05,
  error: 0.04,
  wrong: 0.106,
  regret: 0.0021,
  costs: [{ name: costs[0]!.name, share: 0.912, seconds: 18 }],
};
const text = profileTable(profile, [doubt]);
const rows = text.split("\n");

describe("the table of a profile", () => {
  test("fits 80 columns", () => {
    for (const row of rows) expect([...row].length, row).toBeLessThanOrEqual(80);
  });

  test("has a row a cost, threads side by side, with interval, passes and outliers", () => {
    expect(rows.filter((row) => row.startsWith("409,600 bytes"))).toHaveLength(1);
    expect(rows.find((row) => row.startsWith("409,600 bytes"))).toMatch(
      /^409,600 bytes +101 µs +±0\.0% +404 µs +±124% +3 +0$/,
    );
    expect(rows.find((row) => row.startsWith("stage-0-0"))).toMatch(
      /^stage-0-0 +1x1x1 +1\.05 ms ±\S+ +2\.02 ms ±0\.0% +3 +0$/,
    );
    // By size, not by the digits of it.
    const sends = rows.filter((row) => row.includes(" bytes ")).map((row) => row.split(" ")[0]);
    expect(sends).toEqual(["1,000", "409,600"]);
    expect(text).toContain("CPU time to send a message, edge");
    expect(text).toContain("an acknowledgement over loopback");
  });

  test("says what was reached, in what time, and how the host drifted", () => {
    expect(text).toMatch(/6 costs in 61 s of 60: 4 within 1\.0 %, 4 within 2\.0 %, 5 within 5\.0 %/);
    expect(text).toMatch(/outliers: 0 of 360 samples/);
    expect(text).toMatch(/time by round, pods: /);
  });

  test("says how sure the decision is and what to measure next", () => {
    expect(text).toContain("1x1: AB before AA in throughput by +5.0 % ± 4.0 %: wrong with 10.6 %");
    expect(text).toMatch(/91\.2 % compute stage-0-0, busy, edge +18\.0 s/);
    expect(profileTable(profile, [{ ...doubt, wrong: 1e-4 }])).toContain("± 4.0 %: sure");
    expect(profileTable(profile, [{ ...doubt, second: null }])).not.toContain("how sure");
  });

  test("widths in five characters", () => {
    const of = (halfWidth: number | null) => widthText({ halfWidth });
    expect([null, 0.0004, 0.0994, 0.0996, 9.99, 9.996, 1e9].map(of)).toEqual([
      "-",
      "±0.0%",
      "±9.9%",
      "±10%",
      "±999%",
      ">999%",
      ">999%",
    ]);
  });
});
