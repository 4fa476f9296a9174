import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulateFleet } from "../../sim/fleet.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { simulate, simulateSummary } from "../../sim/simulate.ts";
import { summarise } from "../../sim/summarise.ts";
import type { Summary } from "../../sim/summary.ts";
import { apart, exponential, type LineSpec, line } from "./fixtures.ts";
import { lines } from "./lines.ts";

/** Figures agree to 1e-9 of their size, or of a second. */
function same(actual: Summary, expected: Summary): void {
  const figures = ({ throughput, latency, terms, ccr, utilisation }: Summary) => [
    throughput,
    ...Object.values(latency),
    ...terms.flatMap(({ link, decode, queue, compute, send }) => [link, decode, queue, compute, send]),
    ccr,
    ...utilisation.map(({ value }) => value),
  ];
  const [left, right] = [figures(actual), figures(expected)];
  right.forEach((value, i) => {
    if (Object.is(left[i], value)) return;
    expect(Math.abs(left[i]! - value), `figure ${i}: ${left[i]}, ${value}`).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(value)),
    );
  });
  expect(actual.terms.map(({ pod, node }) => [pod, node])).toEqual(expected.terms.map(({ pod, node }) => [pod, node]));
  expect(actual.utilisation.map(({ pod }) => pod)).toEqual(expected.utilisation.map(({ pod }) => pod));
}

describe("a run of which only statistics are kept", () => {
  test("has those of its trace", () => {
    fc.assert(
      fc.property(lines, fc.nat(3), fc.nat(38), (spec, replication, warmup) => {
        const frames = Math.max(spec.frames ?? 40, 2);
        const { plan, profile } = line({ ...spec, frames, warmup: Math.min(warmup, frames - 2) });
        const costs = costsOf(plan, profile, replication);
        const whole = simulate(plan, costs, replication);
        const kept = simulateSummary(plan, costs, replication);
        same(kept.summary, summarise(whole.trace));
        expect(kept.resources).toEqual(whole.resources);
      }),
      { seed: 41, numRuns: 300 },
    );
  });

  test("has them of many frames, too, quantiles to 0.1 %", () => {
    const spec: LineSpec = {
      ...apart({ bandwidth: 20_000, delay: 0.02, residuals: [0, 0.01, 0.03] }),
      pods: [{ cpu: exponential(0.5, 99) }, { cpu: exponential(0.8, 77), node: "server" }],
      rate: 1,
      frames: 20_000,
      warmup: 500,
    };
    for (const workers of [0, 2]) {
      const { plan, profile } = line({ ...spec, ...(workers === 0 ? {} : { workers: { count: workers } }) });
      const costs = costsOf(plan, profile, 0);
      const exact = summarise(simulate(plan, costs, 0).trace);
      const { summary } = simulateSummary(plan, costs, 0);
      for (const p of ["p50", "p95", "p99"] as const)
        expect(Math.abs(summary.latency[p] / exact.latency[p] - 1)).toBeLessThan(1e-3);
      same({ ...summary, latency: { ...exact.latency, mean: summary.latency.mean } }, exact);
    }
  });

  test("workers that overtake by far are on record all the same", () => {
    // One in a hundred frames takes as long as a thousand others.
    const cpu = Array.from({ length: 100 }, (_, i) => (i === 0 ? 1 : 0.001));
    const { plan, profile } = line({ pods: [{ cpu }], workers: { count: 3 }, frames: 5000, warmup: 10 });
    const costs = costsOf(plan, profile, null);
    const exact = summarise(simulate(plan, costs, 0).trace);
    const { summary } = simulateSummary(plan, costs, 0);
    same({ ...summary, latency: { ...exact.latency, mean: summary.latency.mean } }, exact);
  });

  test("needs two frames", () => {
    const { plan, profile } = line({ pods: [{ cpu: 1 }], frames: 5, warmup: 4 });
    expect(() => simulateSummary(plan, costsOf(plan, profile, null), 0)).toThrow("at least 2 frames should remain");
  });
});

describe("fleets", () => {
  const camera = (spec: Partial<LineSpec> = {}) => {
    const { plan, profile } = line({
      ...apart({ bandwidth: 1000, delay: 0.1 }),
      pods: [{ cpu: 0.5 }, { cpu: 0.25, node: "server" }],
      bytes: 100,
      frames: 60,
      warmup: 10,
      ...spec,
    });
    return { plan, costs: costsOf(plan, profile, null) };
  };

  test("of one line with constant costs is that line", () => {
    const { plan, costs } = camera();
    const alone = simulateSummary(plan, costs, 0);
    const fleet = simulateFleet([{ name: "a", plan, costs }], 0);
    expect(fleet.lines).toEqual([{ name: "a", summary: alone.summary }]);
    expect(fleet.resources).toEqual(alone.resources);
    expect(fleet.total.throughput).toBe(alone.summary.throughput);
    expect(fleet.total.latency.p95).toBe(alone.summary.latency.p95);
  });

  test("lines share hosts: on one core two take twice as long", () => {
    const hosts = { small: 1, big: 64 };
    const { plan, costs } = camera({ hosts });
    const two = ["a", "b"].map((name) => ({ name, plan, costs }));
    const { lines, total, resources } = simulateFleet(two, 0);
    for (const { summary } of lines) expect(summary.throughput).toBeCloseTo(1, 1);
    expect(total.throughput).toBeCloseTo(2, 1);
    expect(resources.find(({ name }) => name === "small")!.value).toBeGreaterThan(0.95);
  });

  test("lines share links: twice the bytes over one", () => {
    const busy = camera({ bytes: 1000, windows: 8 });
    const two = ["a", "b"].map((name) => ({ name, ...busy }));
    const { total, resources } = simulateFleet(two, 0);
    expect(total.throughput).toBeCloseTo(1, 1);
    expect(resources.filter(({ kind }) => kind === "link")).toHaveLength(1);
    expect(resources.find(({ name }) => name === "edge>server")!.value).toBeGreaterThan(0.95);
  });

  test("lines draw numbers of their own, the same for the same replication", () => {
    const { plan, costs } = camera({ pods: [{ cpu: [0.4, 0.6] }, { cpu: [0.2, 0.3], node: "server" }] });
    const two = ["a", "b"].map((name) => ({ name, plan, costs }));
    const { lines } = simulateFleet(two, 0);
    expect(lines[0]!.summary.latency).not.toEqual(lines[1]!.summary.latency);
    expect(simulateFleet(two, 0)).toEqual(simulateFleet(two, 0));
    expect(simulateFleet(two, 1).lines).not.toEqual(lines);
  });

  test("errors name the line, the host and the link", () => {
    const one = { name: "a", ...camera() };
    expect(() => simulateFleet([], 0)).toThrow("at least one line");
    expect(() => simulateFleet([one, one], 0)).toThrow("two lines are named a");
    const other = (spec: Partial<LineSpec>) => () => simulateFleet([one, { name: "b", ...camera(spec) }], 0);
    expect(other({ hosts: { small: 3, big: 64 } })).toThrow("host small: 3 cores in fixture, but 64 in a plan before");
    expect(other(apart({ bandwidth: 5, delay: 0 }))).toThrow("link edge>server: 5 B/s in fixture, but 1000");
    expect(other({ warmup: 59 })).toThrow("at least 2 frames");
  });
});
