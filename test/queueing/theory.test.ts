import { describe, expect, test } from "vitest";
import { jacksonTandem } from "../../sim/analytic/jackson.ts";
import { md1, mg1 } from "../../sim/analytic/mg1.ts";
import { mm1, mmc } from "../../sim/analytic/mmc.ts";
import type { Steady } from "../../sim/analytic/steady.ts";
import type { Line } from "../../sim/queueing/line.ts";
import { simulateLine } from "../../sim/queueing/simulate-line.ts";
import type { Estimate } from "../../sim/statistics/batch-means.ts";
import { exponential } from "./lines.ts";

/** An interval holds the exact value, and is narrow enough to say something. */
function expectInside({ value, interval: [low, high] }: Estimate, exact: number, width: number): void {
  expect(low).toBeLessThanOrEqual(exact);
  expect(high).toBeGreaterThanOrEqual(exact);
  expect(low).toBeLessThanOrEqual(value);
  expect(high).toBeGreaterThanOrEqual(value);
  expect((high - low) / exact).toBeLessThan(width);
}

describe("one station, Poisson arrivals: exact means lie in the intervals", () => {
  const stations: [string, Line["stations"][number], number, (rate: number) => Steady][] = [
    ["M/M/1", exponential(1), 0.8, (rate) => mm1(rate, 1)],
    ["M/D/1", { service: { kind: "deterministic", value: 1 } }, 0.8, (rate) => md1(rate, 1)],
    ["M/G/1, lognormal", { service: { kind: "lognormal", mean: 1, cv: 0.8 } }, 0.7, (rate) => mg1(rate, 1, 0.8)],
    [
      "M/G/1, uniform",
      { service: { kind: "uniform", low: 0, high: 2 } },
      0.8,
      (rate) => mg1(rate, 1, Math.sqrt(1 / 3)),
    ],
    ["M/G/1, Erlang", { service: { kind: "erlang", mean: 1, phases: 4 } }, 0.8, (rate) => mg1(rate, 1, 0.5)],
    // Mean 1, mean square 1.5
    [
      "M/G/1, samples",
      { service: { kind: "empirical", samples: [0.5, 0.5, 2, 1] } },
      0.8,
      (rate) => mg1(rate, 1, Math.sqrt(0.375)),
    ],
    ["M/M/2", exponential(1, { servers: 2 }), 1.6, (rate) => mmc(rate, 1, 2)],
    ["M/M/20", exponential(1, { servers: 20 }), 17, (rate) => mmc(rate, 1, 20)],
  ];
  test.each(stations)("%s", (_, station, rate, theory) => {
    const { sojourn, present, throughput, stations, settled } = simulateLine(
      { arrivals: { kind: "poisson", rate }, stations: [station] },
      { jobs: 400_000, seed: 1 },
    );
    const exact = theory(rate);
    expectInside(sojourn, exact.sojourn, 0.12);
    expectInside(present, exact.present, 0.12);
    expectInside(throughput, rate, 0.01);
    expectInside(stations[0]!.waiting, exact.wait, 0.16);
    expectInside(stations[0]!.utilisation, exact.utilisation, 0.02);
    expect(settled).toBe(true);
  });
});

test("samples have the moments that the test above counts on", () => {
  const samples = [0.5, 0.5, 2, 1];
  expect(samples.reduce((a, b) => a + b) / 4).toBe(1);
  expect(samples.reduce((a, b) => a + b * b, 0) / 4 - 1).toBe(0.375);
});

test("M/M/1's sojourns are exponential: quantiles lie in their intervals", () => {
  const line: Line = { arrivals: { kind: "poisson", rate: 0.75 }, stations: [exponential(1)] };
  const { quantiles } = simulateLine(line, { jobs: 1_000_000, seed: 2 });
  expect(quantiles.map(({ p }) => p)).toEqual([0.5, 0.9, 0.95, 0.99, 0.999]);
  for (const each of quantiles) expectInside(each, -4 * Math.log(1 - each.p), 0.25);
});

test.each(["events", "max-plus"] as const)("W1, a Jackson tandem, by %s: 20.0", (engine) => {
  const line: Line = {
    arrivals: { kind: "poisson", rate: 0.8 },
    stations: [1, 1, 1, 1].map((mean) => exponential(mean)),
  };
  const { sojourn, stations } = simulateLine(line, { jobs: 1_000_000, seed: 2, engine });
  expect(jacksonTandem(0.8, [1, 1, 1, 1]).sojourn).toBeCloseTo(20, 9);
  expectInside(sojourn, 20, 0.04);
  for (const { waiting } of stations) expectInside(waiting, 4, 0.07);
});

describe("balanced saturated lines of exponential servers: throughput", () => {
  const cases: [string, Line["blocking"], (number | undefined)[], number][] = [
    // Two stations: a birth-death chain of K states but one, K / (K + 1); K counts the place of the blocked job, too.
    ["2 stations, buffer 2, after service", "after-service", [2], 4 / 5],
    ["2 stations, buffer 2, before service", "before-service", [2], 3 / 4],
    ["2 stations, buffer 0, after service", "after-service", [0], 2 / 3],
    // Hunt, "Sequential Arrays of Waiting Lines", Operations Research 4, 1956.
    ["3 stations, no buffers, after service", "after-service", [0, 0], 22 / 39],
  ];
  test.each(cases)("%s", (_, blocking, buffers, exact) => {
    const stations = [exponential(1), ...buffers.map((buffer) => exponential(1, { buffer: buffer! }))];
    for (const engine of ["events", "max-plus"] as const) {
      const line: Line = { arrivals: { kind: "saturated" }, stations, blocking: blocking! };
      const result = simulateLine(line, { jobs: 500_000, seed: 1, engine });
      expectInside(result.throughput, exact, 0.01);
      // What a server does is serve, stand blocked, or stand idle: the first is never idle.
      const [first] = result.stations;
      expect(first!.utilisation.value + first!.blockedShare.value).toBeCloseTo(1, 4);
    }
  });
});

describe("95 % intervals hold the exact value in 93 to 97 % of 200 runs, seeds 1 to 200", () => {
  const queue = (rate: number): Line => ({ arrivals: { kind: "poisson", rate }, stations: [exponential(1)] });
  const blocking = (kind: NonNullable<Line["blocking"]>): Line => ({
    arrivals: { kind: "saturated" },
    stations: [exponential(1), exponential(1, { buffer: 2 })],
    blocking: kind,
  });
  const cases: [string, Line, number, (result: ReturnType<typeof simulateLine>) => Estimate, number][] = [
    ["sojourn of M/M/1", queue(0.8), 40_000, ({ sojourn }) => sojourn, 5],
    ["number in M/M/1", queue(0.8), 40_000, ({ present }) => present, 4],
    ["utilisation of M/M/1", queue(0.8), 40_000, ({ stations }) => stations[0]!.utilisation, 0.8],
    ["p90 of M/M/1", queue(0.8), 40_000, ({ quantiles }) => quantiles[1]!, 5 * Math.log(10)],
    ["throughput, blocking after service", blocking("after-service"), 10_000, ({ throughput }) => throughput, 0.8],
    ["throughput, blocking before service", blocking("before-service"), 10_000, ({ throughput }) => throughput, 0.75],
  ];
  test.each(cases)("%s", (_, line, jobs, estimate, exact) => {
    let covered = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const [low, high] = estimate(simulateLine(line, { jobs, seed })).interval;
      if (low <= exact && exact <= high) covered++;
    }
    expect(covered / 200).toBeGreaterThanOrEqual(0.93);
    expect(covered / 200).toBeLessThanOrEqual(0.97);
  });

  test("throughput of three stations without buffers, in 1000 runs, which tell more", () => {
    let covered = 0;
    const stations = [exponential(1), exponential(1, { buffer: 0 }), exponential(1, { buffer: 0 })];
    for (let seed = 1; seed <= 1000; seed++) {
      const { throughput } = simulateLine({ arrivals: { kind: "saturated" }, stations }, { jobs: 5000, seed });
      if (throughput.interval[0] <= 22 / 39 && 22 / 39 <= throughput.interval[1]) covered++;
    }
    expect(covered / 1000).toBeGreaterThanOrEqual(0.93);
    expect(covered / 1000).toBeLessThanOrEqual(0.97);
  });
});
