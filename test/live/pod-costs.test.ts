import { describe, expect, test } from "vitest";
import { rectangle } from "../../live/measure/link-costs.ts";
import { podCosts, sleeperCosts } from "../../live/measure/pod-costs.ts";
import { wakeUpCosts } from "../../live/measure/wake-up-costs.ts";
import type { CostKind } from "../../sim/calibration/reading.ts";
import type { PlanStage } from "../../sim/plan.ts";
import { emptyPodTrace, type Trace } from "../../sim/trace.ts";

const FRAMES = 8;
const WARMUP = 3;
const NUMBERS = Array.from({ length: FRAMES - WARMUP }, (_, i) => i + WARMUP);
const ON = { nodes: ["edge"], machine: ["edge", "server"] };

/** Frame n at pod p: computed in (p + 1) n ms; sent in 2 ms, received in 3 ms; handed over after 1 ms, on the way for 4 ms, begun with 3 ms later, acknowledged in 5 ms. */
function trace(pods: number): Trace {
  const all = Array.from({ length: pods }, (_, p) => {
    const pod = emptyPodTrace(`pod${p}`, "edge", FRAMES);
    for (let n = 0; n < FRAMES; n++) {
      const begin = n + 0.1 * p;
      pod.computeCpu[n] = (p + 1) * n * 1e-3;
      pod.sendCpu[n] = 2e-3;
      pod.receiveCpu[n] = 3e-3;
      pod.arrived[n] = begin;
      pod.start[n] = begin + 3e-3;
      pod.end[n] = begin + 0.1 - 5e-3;
      pod.sent[n] = begin + 0.1 - 4e-3;
      pod.acked[n] = begin + 0.5 - 0.105 * p;
    }
    return pod;
  });
  const scheduled = Float64Array.from({ length: FRAMES }, (_, n) => n);
  return { plan: "calibration", origin: "live", repeat: 0, frames: FRAMES, warmup: WARMUP, scheduled, pods: all };
}
const traces = (pods: number) => ({ busy: trace(pods), idle: trace(pods), cold: trace(pods) });
const shape = (width: number) => ({ height: 4, width, channels: 1, element: "uint8" }) as const;
const stage = (key: string, input: number | null, output: number) =>
  ({ name: key, key, input: input === null ? null : shape(input), output: shape(output) }) as PlanStage;
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));

describe("what is taken from the runs of a line", () => {
  const { costs, gaps } = podCosts([stage("a", 8, 6), stage("b", 6, 5)], ON, traces(3), false);
  const of = (kind: CostKind) => costs.filter(({ name }) => name.kind === kind);

  test("kernels: of the second pod, by the stages' key, where plans have them", () => {
    expect(of("compute").map(({ name }) => name)).toEqual(
      ["busy", "idle", "cold"].map((thread) => ({ kind: "compute", of: "a | b", nodes: ["edge"], thread, at: 0 })),
    );
    for (const { samples } of of("compute")) expect(samples).toEqual(near(NUMBERS.map((n) => 2e-3 * n)));
  });

  test.each<[CostKind, string[], number, number]>([
    ["send", ["busy", "idle", "cold"], 4 * 5, 2e-3],
    ["receive", ["busy", "idle", "cold"], 4 * 8, 3e-3],
    ["handover", ["idle", "cold"], 4 * 5, 1e-3],
    ["loopback", ["idle", "cold"], 4 * 8, 7e-3],
  ])("%s: for all nodes of the machine, by size", (kind, threads, at, seconds) => {
    expect(of(kind).map(({ name }) => name)).toEqual(
      threads.map((thread) => ({ kind, of: "", nodes: ON.machine, thread, at })),
    );
    for (const { samples } of of(kind)) expect(samples).toEqual(near(NUMBERS.map(() => seconds)));
  });

  test("acknowledgements: of any node; gaps: without what reading and sending take", () => {
    expect(of("acknowledgement").map(({ name }) => name)).toEqual([
      { kind: "acknowledgement", of: "", nodes: [], thread: "idle", at: 0 },
    ]);
    expect(of("acknowledgement")[0]!.samples).toEqual(near(NUMBERS.map(() => 5e-3)));
    const waited = 1 - (0.1 - 5e-3) + 3e-3 - 3e-3 - 2e-3;
    expect(gaps).toEqual({ alone: false, idle: near(NUMBERS.slice(1).map(() => waited)), cold: expect.anything() });
  });

  test("a source receives nothing; the whole pipeline in one pod has no messages", () => {
    const source = podCosts([stage("s", null, 8)], ON, traces(2), false);
    expect(new Set(source.costs.map(({ name }) => name.kind))).toEqual(new Set(["compute", "send", "handover"]));
    expect(source.costs[0]!.samples).toEqual(near(NUMBERS.map((n) => 1e-3 * n)));
    const whole = podCosts([stage("s", null, 8)], ON, traces(1), true);
    expect(new Set(whole.costs.map(({ name }) => name.kind))).toEqual(new Set(["compute"]));
    expect(whole.gaps!.alone).toBe(true);
  });

  test("of what sleeps between frames: lateness by the seconds between them, and what reading costs after so long a wait", () => {
    const { costs, cooled } = sleeperCosts([{ rate: 100, trace: trace(2) }]);
    // From the end of a frame to the start of the next, less 5 ms of messages.
    expect(cooled).toEqual([{ gap: expect.closeTo(0.903, 9), cpu: 3e-3 }]);
    const [late] = costs;
    expect(late!.name).toEqual({ kind: "lateness", of: "", nodes: [], thread: "idle", at: 0.01 });
    expect(late!.samples).toEqual(near(NUMBERS.map(() => 3e-3)));
  });
});

test("a frame of just so many bytes, as square as they allow", () => {
  expect(rectangle(36)).toEqual({ height: 6, width: 6 });
  expect(rectangle(12)).toEqual({ height: 3, width: 4 });
  expect(rectangle(13)).toEqual({ height: 1, width: 13 });
});

test("a worker's wake-up is what its pod takes longer to begin with a frame than one that computes on its own thread", () => {
  const one = trace(3);
  one.pods.forEach((pod, p) => {
    for (let n = 0; n < FRAMES; n++) {
      pod.decoded[n] = pod.arrived[n]! + 1e-3;
      pod.noticed[n] = pod.end[n]! + 0.5e-3;
      if (p === 1) pod.start[n] = pod.decoded[n]! + 6e-3;
    }
  });
  const [idle] = wakeUpCosts(ON.machine, { idle: one, cold: one }, 1);
  // The pod after it begins 2 ms after decoding.
  expect(idle!.name).toEqual({ kind: "wake-worker", of: "", nodes: ON.machine, thread: "idle", at: 0 });
  expect(idle!.samples).toEqual(near(NUMBERS.map(() => 4e-3)));
  const costs = wakeUpCosts(ON.machine, { idle: one, cold: one }, 1);
  expect(costs.map(({ name }) => `${name.kind} ${name.thread}`)).toEqual([
    "wake-worker idle",
    "wake-messages idle",
    "wake-worker cold",
    "wake-messages cold",
  ]);
  expect(costs[3]!.samples).toEqual(near(NUMBERS.map(() => 0.5e-3)));
});
