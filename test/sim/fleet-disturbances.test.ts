import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Disturbance } from "../../sim/disturbance.ts";
import { type FleetLine, simulateFleet } from "../../sim/fleet.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { simulate } from "../../sim/simulate.ts";
import { summarise } from "../../sim/summarise.ts";
import { disturbedPlan, happenings } from "./disturbed.ts";
import { apart, type LineSpec, line } from "./fixtures.ts";
import { lines } from "./lines.ts";

function member(name: string, spec: LineSpec, disturbances: readonly Disturbance[], buffer?: number): FleetLine {
  const plan = disturbedPlan(spec, disturbances);
  const workload = { ...plan.workload, ...(buffer !== undefined && { buffer }) };
  return { name, plan: { ...plan, workload }, costs: costsOf(plan, line(spec).profile, null) };
}

/** The first of samples: lines of a fleet draw numbers of their own, and of one there is but one to draw. */
function constant(spec: LineSpec): LineSpec {
  const first = (cost: LineSpec["receive"]) => (typeof cost === "object" ? cost[0]! : (cost ?? 0));
  const { workers, zstd } = spec;
  return {
    ...spec,
    pods: spec.pods.map((pod) => ({ ...pod, stages: pod.stages!.map(first) })),
    links: spec.links!.map((link) => ({ ...link, residuals: link.residuals!.slice(0, 1) })),
    receive: first(spec.receive),
    send: first(spec.send),
    loopback: first(spec.loopback),
    acknowledgement: first(spec.acknowledgement),
    lateness: first(spec.lateness),
    ...(workers && { workers: { ...workers, begin: first(workers.begin), notice: first(workers.notice) } }),
    ...(zstd && { zstd: { ...zstd, compress: first(zstd.compress), decompress: first(zstd.decompress) } }),
  };
}

const alone = lines.chain((spec) => {
  const buffers = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
  return fc.record({
    spec: fc.constant(constant({ ...spec, frames: spec.frames! + 20 })),
    disturbances: happenings(spec),
    buffer: buffers,
  });
});

describe("a fleet of one line", () => {
  test("is that line, bit by bit, whatever happens to it and whatever its source drops", () => {
    let dropped = 0;
    fc.assert(
      fc.property(alone, ({ spec, disturbances, buffer }) => {
        const one = member("a", spec, disturbances, buffer);
        const { trace, resources, events } = simulate(one.plan, one.costs, 3);
        const fleet = simulateFleet([one], 3);
        expect(fleet).toMatchObject({ lines: [{ name: "a", summary: summarise(trace) }], resources, events });
        dropped += fleet.lines[0]!.summary.dropped?.frames ?? 0;
      }),
      { seed: 61, numRuns: 200 },
    );
    expect(dropped).toBeGreaterThan(100);
  });
});

describe("lines that share a node which is slow for a while", () => {
  /** From a camera of its own to a node that all have, on a host of so many cores. */
  const camera = (name: string, cores: number, more: Partial<LineSpec> = {}): LineSpec => ({
    nodes: [
      { name, host: `box of ${name}` },
      { name: "server", host: "rack" },
    ],
    hosts: { rack: cores },
    links: [{ between: [name, "server"] }],
    pods: [{ cpu: 0.01 }, { cpu: 0.25, node: "server" }],
    frames: 40,
    ...more,
  });
  const slow: Disturbance = { node: "server", speed: { share: 0.5 }, from: 2, until: 6 };
  const two = (cores: number) => ["a", "b"].map((name) => member(name, camera(name, cores), [slow]));

  test("with cores enough each is what it is alone: slowed once", () => {
    const fleet = simulateFleet(two(2), 0);
    for (const { summary } of fleet.lines) {
      const trace = simulate(two(2)[0]!.plan, two(2)[0]!.costs, 0).trace;
      expect(summary.throughput).toBe(summarise(trace).throughput);
      // 40 frames of a quarter of a second, of which 8 take half a second: from the first end, at 0.26 s, to the last.
      expect(summary.throughput).toBeCloseTo(39 / (40 * 0.25 + 2 - 0.25), 9);
    }
  });

  test("with one core for both they have a quarter each meanwhile", () => {
    const fleet = simulateFleet(two(1), 0);
    // By 6 s each has had 1 + 1 s of the core, then half of it.
    for (const { summary } of fleet.lines) expect(summary.throughput).toBeCloseTo(39 / (6 + (10 - 2) * 2 - 0.5), 1);
    expect(fleet.resources.find(({ name }) => name === "rack")!.value).toBeGreaterThan(0.99);
  });

  test("one that is over before leaves it to the others to end it", () => {
    const long = member("b", camera("b", 2, { frames: 60 }), [slow]);
    const short = member("a", camera("a", 2, { frames: 10 }), [slow]);
    const [, second] = simulateFleet([short, long], 0).lines;
    const [only] = simulateFleet([long], 0).lines;
    expect(second).toEqual(only);
    // All that is left is what was to happen to lines that are over: the run ends with the later line's last frame.
    const later = { ...slow, from: 1e4, until: 2e4 };
    const calm = simulateFleet(
      [camera("a", 2, { frames: 10 }), camera("b", 2)].map((spec, i) => member(`${i}`, spec, [])),
      0,
    );
    const both = simulateFleet(
      [member("0", camera("a", 2, { frames: 10 }), [later]), member("1", camera("b", 2), [later])],
      0,
    );
    both.lines.forEach(({ summary }, i) => {
      expect(summary.throughput).toBeCloseTo(calm.lines[i]!.summary.throughput, 9);
    });
    both.resources.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(calm.resources[i]!.value, 9);
    });
  });

  test("nodes of one name on two hosts are two: what happens to one, or limits it, is nothing to the other", () => {
    const on = (host: string, more: Partial<LineSpec> = {}): LineSpec => ({
      nodes: [
        { name: "edge", host, quota: 0.5 },
        { name: "server", host: "rack" },
      ],
      links: [{ between: ["edge", "server"] }],
      pods: [
        { cpu: 0.2, node: "edge" },
        { cpu: 0.1, node: "server" },
      ],
      ...more,
    });
    const lone = simulateFleet([member("a", on("one"), [])], 0).lines[0]!.summary;
    const slowed: Disturbance = { node: "edge", speed: { share: 0.5 }, from: 0, until: 1e3 };
    const [a, b] = simulateFleet([member("a", on("one"), []), member("b", on("other"), [slowed])], 0).lines;
    expect(a!.summary).toEqual(lone);
    expect(b!.summary.throughput).toBeCloseTo(lone.throughput / 2, 1);
  });
});

test("a cut of a link that two lines share holds both up; restarts and bursts are one line's own", () => {
  const spec: LineSpec = {
    ...apart({ bandwidth: 1e5, delay: 0.01 }),
    pods: [{ cpu: 0.01 }, { cpu: 0.02, node: "server" }],
    frames: 100,
    rate: 10,
  };
  const cut: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 3, until: 5 };
  const [calm] = simulateFleet([member("a", spec, [])], 0).lines;
  const both = simulateFleet([member("a", spec, [cut]), member("b", spec, [{ ...cut, link: ["server", "edge"] }])], 0);
  for (const { summary } of both.lines) {
    expect(summary.latency.p50).toBeLessThan(calm!.summary.latency.p50 * 2.1);
    expect(summary.latency.p95).toBeGreaterThan(1);
  }
  const own: Disturbance[] = [
    { pod: "stage-1-0", restart: 2, at: 3 },
    { burst: 3, at: 1 },
  ];
  const [restarted, other] = simulateFleet([member("a", spec, own), member("b", spec, [])], 0).lines;
  expect(restarted!.summary.latency.p95).toBeGreaterThan(1);
  expect(other!.summary.latency.p95).toBeLessThan(0.5);
});

test("what happens to what lines share is refused where they tell different things, all of it at once", () => {
  const spec: LineSpec = { ...apart({ bandwidth: 1000 }), pods: [{ cpu: 1 }, { cpu: 1, node: "server" }] };
  const cut: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 3, until: 5 };
  const fall: Disturbance = { node: "server", restart: 2, at: 1 };
  expect(() => simulateFleet([member("a", spec, [cut, fall]), member("b", spec, [{ ...cut, until: 6 }])], 0)).toThrow(
    "fleet: what happens to what lines share should be the same in all of them: " +
      "link edge-server: link edge-server 0% 3 s..6 s in line b, but link edge-server 0% 3 s..5 s in line a; " +
      "node server on big: nothing in line b, but node server restart 2 s at 1 s in line a",
  );
});
