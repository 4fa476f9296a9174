import { describe, expect, test } from "vitest";
import { type LineSpec, makespan, run, utilisationOf } from "./fixtures.ts";

const FRAMES = 40;

describe("emulated nodes", () => {
  const slow = (speed: number, cores = 1): LineSpec => ({
    nodes: [{ name: "edge", speed }],
    hosts: { box: cores },
    pods: [{ stages: [2, 3] }],
  });

  test.each([1, 0.5, 0.125])("speed %d takes 1/speed the time, and the host's native core-seconds", (speed) => {
    const result = run(slow(speed));
    expect(makespan(result)).toBeCloseTo((FRAMES * 5) / speed, 6);
    expect(utilisationOf(result, "box") * makespan(result)).toBeCloseTo(FRAMES * 5, 6);
    expect(result.trace.pods[0]!.computeCpu[3]).toBeCloseTo(5, 9);
  });

  test("what an emulated node does not use of its core is there for others", () => {
    const { trace } = run({
      nodes: [{ name: "edge", speed: 0.5 }, { name: "server" }],
      hosts: { box: 1 },
      links: [{ between: ["edge", "server"] }],
      pods: [{ cpu: 2 }, { cpu: 1, node: "server" }],
      windows: 4,
    });
    // 4 s a frame at the edge, of which 2 or 3 (shared) are on the core.
    expect(trace.pods[1]!.end.at(-1)).toBeCloseTo(FRAMES * 4 + 1, 6);
  });

  test("one that is behind catches up, as a machine of its own would not have been late", () => {
    // The pod's every fourth frame is late by 9 s on the host; held to 4 s a frame, it has made up for that by the next.
    const spec: LineSpec = { nodes: [{ name: "edge", speed: 0.25 }], pods: [{ cpu: [1, 1, 1, 10] }], frames: 400 };
    expect(makespan(run(spec)) / (400 * 4)).toBeCloseTo(1, 1);
    expect(makespan(run({ ...spec, nodes: [{ name: "edge" }] })) / (400 * 3.25)).toBeCloseTo(1, 1);
  });

  test("one that waits for frames does not save time up", () => {
    const { trace } = run({
      nodes: [{ name: "edge", speed: 0.25 }],
      pods: [{ cpu: 0 }, { cpu: 1 }],
      rate: 0.1,
    });
    const { start, end } = trace.pods[1]!;
    for (let n = 0; n < FRAMES; n++) expect(end[n]! - start[n]!).toBeCloseTo(4, 9);
  });

  test("a message costs an emulated node 1/speed too", () => {
    const time = (speed: number) =>
      makespan(run({ nodes: [{ name: "edge", speed }], pods: [{ cpu: 0 }, { cpu: 1 }], receive: 0.5, windows: 4 }));
    // What comes after the last compute is held for nobody.
    expect(time(1)).toBeCloseTo(FRAMES * 1.5, 6);
    expect(time(0.5) / (FRAMES * 3)).toBeCloseTo(1, 1);
  });
});
