import { describe, expect, test } from "vitest";
import { type FleetLine, simulateFleet } from "../../sim/fleet.ts";
import { componentsOf } from "../../sim/model/components.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { exponential, line } from "./fixtures.ts";

/** A line of two pods, each on a host of its own. */
function camera(name: string, edge: string, server: string, frames = 200): FleetLine {
  const { plan, profile } = line({
    nodes: [
      { name: edge, host: edge },
      { name: server, host: server },
    ],
    hosts: { [edge]: 1, [server]: 1 },
    links: [{ between: [edge, server], bandwidth: 1e6, delay: 0.01 }],
    pods: [
      { cpu: exponential(0.01, 50), node: edge },
      { cpu: exponential(0.02, 50), node: server },
    ],
    bytes: 10_000,
    rate: 10,
    frames,
  });
  return { name, plan, costs: costsOf(plan, profile, null) };
}

const of = (lines: readonly FleetLine[]) => componentsOf(lines.map(({ plan }) => plan));

describe("lines that have something to do with each other", () => {
  test("share a host, or share one with a line that does", () => {
    const lines = [
      camera("a", "edge-0", "server-0"),
      camera("b", "edge-1", "server-1"),
      camera("c", "edge-2", "server-0"),
      camera("d", "edge-3", "server-2"),
      camera("e", "edge-2", "server-1"),
    ];
    expect(of(lines)).toEqual([[0, 1, 2, 4], [3]]);
    expect(of(lines.slice(0, 4))).toEqual([[0, 2], [1], [3]]);
    expect(of([])).toEqual([]);
  });

  const [one, other] = [camera("one", "edge-0", "server-0"), camera("other", "edge-1", "server-1", 100)];
  const both = simulateFleet([one, other], 1);

  test("those that have not are what they are alone", () => {
    const alone = [one, other].map((line) => simulateFleet([line], 1));
    expect(both.lines).toEqual(alone.flatMap(({ lines }) => lines));
    expect(both.events).toBe(alone[0]!.events + alone[1]!.events);
    expect(both.total.throughput).toBeCloseTo(alone[0]!.total.throughput + alone[1]!.total.throughput, 9);
  });

  test("a host whose line has ended is idle until the last has", () => {
    const busy = Object.fromEntries(both.resources.map(({ name, value }) => [name, value]));
    // A frame takes 0.02 s there: half the frames, half the time.
    expect(busy["server-0"]).toBeGreaterThan(0.15);
    expect(busy["server-1"]! / busy["server-0"]!).toBeGreaterThan(0.4);
    expect(busy["server-1"]! / busy["server-0"]!).toBeLessThan(0.6);
    expect(both.resources.map(({ kind }) => kind)).toEqual(["host", "host", "host", "host", "link", "link"]);
  });

  test("one that shares a host with it is not what it is alone", () => {
    const near = simulateFleet([one, camera("near", "edge-1", "server-0")], 1);
    expect(near.lines[0]!.summary.latency.mean).toBeGreaterThan(both.lines[0]!.summary.latency.mean * 1.01);
  });
});
