import { describe, expect, test } from "vitest";
import { md1 } from "../../sim/analytic/mg1.ts";
import { mm1 } from "../../sim/analytic/mmc.ts";
import { type Arrivals, arrivalsText } from "../../sim/disturbance.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { simulate, simulateSummary } from "../../sim/simulate.ts";
import { disturbedPlan } from "./disturbed.ts";
import { exponential, type LineSpec, line } from "./fixtures.ts";

const traceOf = (spec: LineSpec, arrivals: Arrivals, replication = 0) => {
  const costs = costsOf(line(spec).plan, line(spec).profile, null);
  return simulate(disturbedPlan(spec, [], arrivals), costs, replication).trace;
};
const FRAMES = 40_000;
const one = (cpu: LineSpec["pods"][number]["cpu"], rate: number): LineSpec => {
  return { pods: [{ cpu: cpu! }], frames: FRAMES, rate };
};

describe("Poisson arrivals", () => {
  test.each([
    ["M/D/1", 0.7, md1(1, 0.7).wait],
    ["M/M/1", exponential(0.7, 1009), mm1(1, 0.7).wait],
  ])("%s: the mean wait is inside its 95 %% interval", (_, cpu, wait) => {
    const means = Array.from({ length: 10 }, (_, replication) => {
      const { scheduled, pods } = traceOf(one(cpu, 1), { kind: "poisson" }, replication);
      return pods[0]!.start.reduce((sum, start, n) => sum + start - scheduled[n]!, 0) / FRAMES;
    });
    const mean = means.reduce((sum, value) => sum + value) / means.length;
    const deviation = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1));
    // Student's 97.5 % point of 9 degrees of freedom.
    const half = (2.262 * deviation) / Math.sqrt(means.length);
    expect(half / wait).toBeLessThan(0.05);
    expect(Math.abs(mean - wait)).toBeLessThan(half);
  });

  test("gaps are exponential: mean, deviation, and the share above the mean", () => {
    const { scheduled } = traceOf(one(0, 4), { kind: "poisson" });
    const gaps = Array.from(scheduled.subarray(1), (time, n) => time - scheduled[n]!);
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    const square = gaps.reduce((sum, gap) => sum + gap * gap, 0) / gaps.length;
    expect(mean).toBeCloseTo(0.25, 2);
    expect(Math.sqrt(square - mean * mean) / mean).toBeCloseTo(1, 1);
    expect(gaps.filter((gap) => gap > 0.25).length / gaps.length).toBeCloseTo(Math.exp(-1), 2);
  });
});

describe("on and off by turns", () => {
  const { scheduled } = traceOf(one(0, 2), { kind: "on-off", on: 3, off: 1 });

  test("the rate is right on average, and 4/3 of it when on", () => {
    expect(FRAMES / scheduled.at(-1)!).toBeCloseTo(2, 1);
    const gaps = Array.from(scheduled.subarray(1), (time, n) => time - scheduled[n]!).toSorted((a, b) => a - b);
    // Most gaps have no pause in them.
    expect(gaps[Math.floor(gaps.length / 2)]! / (Math.log(2) / (8 / 3))).toBeCloseTo(1.1, 0);
  });

  test("gaps vary as those of an interrupted Poisson process", () => {
    const gaps = Array.from(scheduled.subarray(1), (time, n) => time - scheduled[n]!);
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Squared coefficient of variation 1 + 2 r on-rate / (on-rate + off-rate)^2 for a rate r when on (Kuczura 1973).
    const exact = 1 + (2 * (8 / 3) * (1 / 3)) / (1 / 3 + 1) ** 2;
    expect(variance / mean ** 2 / exact).toBeCloseTo(1, 1);
  });
});

test("batches: so many at once, every so many intervals", () => {
  const { scheduled, pods } = traceOf({ pods: [{ cpu: 0.5 }], frames: 7, rate: 1 }, { kind: "batches", size: 3 });
  expect([...scheduled]).toEqual([0, 0, 0, 3, 3, 3, 6]);
  expect([...pods[0]!.end]).toEqual([0.5, 1, 1.5, 3.5, 4, 4.5, 6.5]);
});

test("without a trace the statistics are the same", () => {
  const spec: LineSpec = { pods: [{ cpu: [0.2, 0.6] }, { cpu: 0.3 }], frames: 500, warmup: 50, rate: 1 };
  const { plan, profile } = line(spec);
  const costs = costsOf(plan, profile, null);
  const asked = disturbedPlan(spec, [], { kind: "poisson" });
  const { summary } = simulateSummary(asked, costs, 3);
  const { scheduled, pods } = simulate(asked, costs, 3).trace;
  const latencies = pods[1]!.end.subarray(50).map((end, n) => end - scheduled[50 + n]!);
  expect(summary.latency.mean).toBeCloseTo(latencies.reduce((sum, value) => sum + value, 0) / 450, 9);
  expect(summary.terms[0]!.queue).toBeGreaterThan(0);
});

test("a stream of their own: costs are drawn as with a constant interval", () => {
  const spec: LineSpec = { pods: [{ cpu: [0.2, 0.4, 0.7] }], frames: 50, rate: 0.5 };
  const { plan, profile } = line(spec);
  const constant = simulate(plan, costsOf(plan, profile, null), 0).trace;
  expect(traceOf(spec, { kind: "poisson" }).pods[0]!.computeCpu).toEqual(constant.pods[0]!.computeCpu);
});

test("they are written as in the file", () => {
  expect(arrivalsText({ kind: "on-off", on: 2, off: 0.5 })).toBe("on 2 s off 0.5 s");
  expect(arrivalsText({ kind: "batches", size: 20 })).toBe("batches of 20");
  expect(arrivalsText({ kind: "poisson" })).toBe("poisson");
});
