import { describe, expect, test } from "vitest";
import { assemble, type Measured, payloadsOf } from "../../sim/calibration/assemble.ts";
import type { CostKind, CostName, Reading } from "../../sim/calibration/reading.ts";

const SHAPE = { height: 8, width: 8, channels: 1, element: "uint8" } as const;
const MEASURED: Measured = {
  computes: [
    { key: "a", stages: ["source"], input: null, output: SHAPE },
    { key: "b", stages: ["conv"], input: SHAPE, output: SHAPE },
  ],
  contents: [{ key: "a", stages: ["source"], shape: SHAPE }],
  links: [{ between: ["edge", "server"], bandwidth: null, delay: 0 }],
};
const cost = (kind: CostKind, samples: number[], more: Partial<CostName> = {}) => ({
  name: { kind, of: "", nodes: ["edge", "gateway"], thread: "idle", at: 0, ...more } as CostName,
  samples,
});
const reading = (name: string, round: number, more: Partial<Reading>): Reading => {
  return { batch: "pods", case: name, group: "8x8", round, seconds: 1, costs: [], ...more };
};
const link = (bytes: number, seconds: number) =>
  cost("link", [seconds, seconds], { nodes: ["edge", "server"], at: bytes });
const READINGS: Reading[] = [
  reading("conv", 1, {
    costs: [
      cost("compute", [2, 3], { of: "b", thread: "busy" }),
      cost("compute", [4], { of: "b" }),
      cost("send", [0.1], { at: 64 }),
      cost("loopback", [0.2], { at: 64 }),
      cost("acknowledgement", [0.5], { nodes: [] }),
    ],
    gaps: { alone: false, idle: [1, 1, 1], cold: [9, 9, 9] },
  }),
  reading("source", 1, {
    costs: [cost("compute", [1], { of: "a", thread: "busy" }), cost("send", [0.3], { at: 64 })],
    gaps: { alone: true, idle: [7], cold: [70] },
  }),
  reading("conv", 2, { costs: [cost("compute", [5], { of: "b", thread: "busy" })] }),
  reading("lateness", 1, {
    costs: [
      cost("lateness", [0.01], { nodes: [], at: 0.001 }),
      cost("lateness", [0.02], { nodes: [], at: 0.1 }),
      cost("lateness", [], { nodes: [], at: 0.01 }),
    ],
  }),
  reading("zstd", 1, {
    costs: [cost("compress", [6], { of: "a", thread: "busy" }), cost("decompress", [7], { of: "a", thread: "busy" })],
    payloads: { key: "a", bytes: [30, 40] },
  }),
  reading("link 100", 1, {
    costs: [link(100, 0.2)],
    relay: { between: ["edge", "server"], cpu: 2, bytes: 300 },
  }),
  reading("link 300", 1, {
    costs: [link(300, 0.4)],
    relay: { between: ["edge", "server"], cpu: 4, bytes: 900 },
  }),
];

describe("readings put together", () => {
  const profile = assemble(READINGS, MEASURED);

  test("a cost has the samples of all its readings, for each node of its machine", () => {
    expect(profile.computes.map(({ key, node, cpu }) => [key, node, cpu.busy, cpu.idle, cpu.cold])).toEqual([
      ["a", "edge", [1], [], []],
      ["a", "gateway", [1], [], []],
      ["b", "edge", [2, 3, 5], [4], []],
      ["b", "gateway", [2, 3, 5], [4], []],
    ]);
    expect(profile.messages).toEqual([
      { node: "edge", direction: "send", thread: "idle", bytes: 64, cpu: [0.1, 0.3] },
      { node: "gateway", direction: "send", thread: "idle", bytes: 64, cpu: [0.1, 0.3] },
    ]);
    expect(profile.loopbacks).toHaveLength(2);
    expect(profile.handovers).toEqual([]);
    expect(profile.acknowledgement).toEqual([0.5]);
  });

  test("gaps of pods that are alone count only where there are no others", () => {
    expect(profile.gaps).toEqual({ idle: 1, cold: 9 });
    expect(assemble(READINGS.slice(1, 2), MEASURED).gaps).toEqual({ idle: 7, cold: 70 });
  });

  test("lateness by falling interval, without what has no samples", () => {
    expect(profile.lateness).toEqual([
      { interval: 0.1, seconds: [0.02] },
      { interval: 0.001, seconds: [0.01] },
    ]);
  });

  test("compression: a second measurement adds samples, not contents", () => {
    const twice = assemble([...READINGS, { ...READINGS[4]!, round: 2 }], MEASURED);
    expect(twice.compressions[0]).toMatchObject({ key: "a", node: "edge", bytes: [30, 40] });
    expect(twice.compressions[0]!.compress.busy).toEqual([6, 6]);
    expect(payloadsOf(READINGS, "a")).toEqual([30, 40]);
    expect(payloadsOf(READINGS, "b")).toEqual([]);
  });

  test("a link is fitted to all its messages; its relay's CPU time is per byte", () => {
    const [only] = profile.links;
    expect(only!.bandwidth).toBeCloseTo(1000, 6);
    expect(only!.delay).toBeCloseTo(0.1, 9);
    expect(only!.cpuPerByte).toBeCloseTo(6 / 1200, 12);
  });

  test("the order of measurements shows in nothing but the order of samples", () => {
    const sorted = (value: unknown) =>
      JSON.stringify(value, (_, item: unknown) =>
        Array.isArray(item) && item.every((one) => typeof one === "number") ? item.toSorted() : item,
      );
    expect(sorted(assemble(READINGS.toReversed(), MEASURED))).toBe(sorted(profile));
  });
});
