import { expect, test } from "vitest";
import type { NodeSpec } from "../../sim/pipeline/spec.ts";
import { makespan, run } from "./fixtures.ts";

/** One frame through two pods of 40 ms each, on a node of its own. */
const end = (limits: Partial<NodeSpec>, frames = 1) =>
  makespan(run({ nodes: [{ name: "edge", ...limits }], pods: [{ cpu: 0.04 }, { cpu: 0.04 }], frames }));

test("a limit of each pod lets both have 50 ms of every 100", () => {
  expect(end({ cpus: 0.5 })).toBeCloseTo(0.08, 9);
});

test("one of the node they have in common: the second is stopped after 10 ms, until the next period", () => {
  expect(end({ quota: 0.5 })).toBeCloseTo(0.13, 9);
});

test("saturated, pods with a limit in common get half a core together", () => {
  // 80 ms of CPU time a frame.
  expect(end({ quota: 0.5 }, 200) / 200).toBeCloseTo(0.16, 2);
  expect(end({ cpus: 0.5 }, 200) / 200).toBeCloseTo(0.08, 2);
});
