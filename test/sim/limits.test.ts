import { describe, expect, test } from "vitest";
import { type LineSpec, makespan, run, utilisationOf } from "./fixtures.ts";

const limited = (cpus: number | null, more: Partial<LineSpec> = {}): LineSpec => ({
  nodes: [{ name: "edge", cpus }],
  pods: [{ cpu: 0.04 }],
  frames: 10,
  ...more,
});

describe("a node's CPU limit", () => {
  test("lets each of its pods run for its share of every 100 ms, solved by hand", () => {
    const { end } = run(limited(0.5)).trace.pods[0]!;
    // 40 ms, then 10 ms and, from 100 ms on, 30 ms; then 20 ms and 20 ms from 200 ms on.
    [0.04, 0.13, 0.22, 0.31, 0.35].forEach((time, n) => {
      expect(end[n]!).toBeCloseTo(time, 9);
    });
  });

  test("is each pod's own, and all its threads'", () => {
    const two = limited(0.5, { pods: [{ cpu: 0.04 }, { cpu: 0.04 }], frames: 100 });
    // Two pods get a core together.
    expect(utilisationOf(run(two), "box") * 64).toBeCloseTo(1, 1);
    const workers = { count: 4 };
    expect(utilisationOf(run(limited(0.5, { frames: 100, workers })), "box") * 64).toBeCloseTo(0.5, 1);
  });

  test("counts messages, too", () => {
    const messages = { receive: 0.02, send: 0.02, windows: 8, frames: 100 };
    const [first] = run(limited(0.5, { ...messages, pods: [{ cpu: 0.03 }, { cpu: 0 }] })).trace.pods;
    // 50 ms of work a frame, in 100 ms.
    expect((first!.end[90]! - first!.end[10]!) / 80).toBeCloseTo(0.1, 3);
  });

  test("does not keep a run going after its last frame", () => {
    const once = run(limited(0.5, { frames: 1 }));
    expect(makespan(once)).toBeCloseTo(0.04, 9);
    // All of the time that there was, and not that until the next period.
    expect(utilisationOf(once, "box") * 64).toBeCloseTo(1, 9);
  });

  test("that is never reached is none", () => {
    const free = run(limited(null, { frames: 50 }));
    expect(makespan(run(limited(4, { frames: 50 })))).toBeCloseTo(makespan(free), 9);
    const slow = limited(0.5, { rate: 2, frames: 50 });
    expect(makespan(run(slow))).toBeCloseTo(makespan(run({ ...slow, nodes: [{ name: "edge" }] })), 9);
  });

  test("of one node leaves the others' cores alone", () => {
    const nodes = [{ name: "edge", cpus: 0.25 }, { name: "server" }];
    const spec: LineSpec = {
      nodes,
      links: [{ between: ["edge", "server"] }],
      pods: [{ cpu: 0.01 }, { cpu: 0.01, node: "server" }],
      hosts: { box: 1 },
      frames: 200,
      windows: 4,
    };
    const { start, end } = run(spec).trace.pods[1]!;
    // The first pod gives 2.5 frames in 100 ms; while it stands still the second has the core for itself.
    expect((end[150]! - end[50]!) / 100).toBeCloseTo(0.04, 3);
    const times = [...end.keys()].map((n) => end[n]! - start[n]!);
    expect(Math.min(...times)).toBeCloseTo(0.01, 9);
    expect(Math.max(...times)).toBeCloseTo(0.02, 9);
  });
});
