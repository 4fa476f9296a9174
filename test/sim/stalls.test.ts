import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { Luck } from "../../sim/model/luck.ts";
import { stallsOf } from "../../sim/model/stalls.ts";
import type { StallCost } from "../../sim/profile.ts";
import { simulate } from "../../sim/simulate.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { median } from "../../sim/statistics/quantile.ts";
import { type LineSpec, line } from "./fixtures.ts";

const FRAMES = 20_000;
/** One sleep in ten ends half a second late. */
const STALLS = { probability: 0.1, seconds: [0.5] };

function traceOf(spec: LineSpec) {
  const { plan, profile } = line({ frames: FRAMES, ...spec });
  return simulate(plan, { ...costsOf(plan, profile, null), stalls: STALLS }, 0).trace;
}

const share = (times: readonly number[], is: (time: number) => boolean) => times.filter(is).length / times.length;
const halfSecond = (time: number) => Math.abs(time - 0.5) < 1e-9;

describe("sleeps that end late", () => {
  test("are as many as were measured, of threads that an emulated node holds", () => {
    const { pods } = traceOf({ pods: [{ cpu: 0.25 }], nodes: [{ name: "edge", speed: 0.25 }], rate: 0.1 });
    const { start, end } = pods[0]!;
    const late = Array.from(end, (time, i) => time - start[i]! - 1);
    expect(share(late, halfSecond)).toBeCloseTo(0.1, 2);
    expect(share(late, (time) => Math.abs(time) < 1e-9)).toBeCloseTo(0.9, 2);
  });

  test("the emulated machine is not behind for them: the next frame is held less", () => {
    // Saturated, a frame a second: those that follow a stall end when they would have without.
    const { pods } = traceOf({ pods: [{ cpu: 0.25 }], nodes: [{ name: "edge", speed: 0.25 }] });
    expect(pods[0]!.end.at(-1)!).toBeCloseTo(FRAMES, 0);
  });

  test("are none where a thread is held for less than a virtual CPU polls", () => {
    const { pods } = traceOf({ pods: [{ cpu: 1e-4 }], nodes: [{ name: "edge", speed: 0.6 }], rate: 0.1 });
    const { start, end } = pods[0]!;
    expect(Math.max(...Array.from(end, (time, i) => time - start[i]!))).toBeLessThan(2e-4);
  });

  test("are a source's, too, that waits for frames to be due; of frames that are due together it waits for the first", () => {
    const { scheduled, pods } = traceOf({ pods: [{ cpu: 0.1 }], rate: 1 });
    const late = Array.from(pods[0]!.start, (time, i) => time - scheduled[i]!);
    expect(share(late, halfSecond)).toBeCloseTo(0.1, 2);
    const { plan, profile } = line({ pods: [{ cpu: 0.01 }], rate: 1, frames: FRAMES });
    const batches = { ...plan, workload: { ...plan.workload, arrivals: { kind: "batches", size: 4 } as const } };
    const { trace } = simulate(batches, { ...costsOf(plan, profile, null), stalls: { ...STALLS, probability: 1 } }, 0);
    const waited = Array.from(trace.pods[0]!.start, (time, i) => time - trace.scheduled[i]!);
    expect(share(waited, halfSecond)).toBeCloseTo(0.25, 6);
    expect(Math.min(...waited)).toBeCloseTo(0.5, 9);
  });

  test("are nobody's who does not wait: a saturated source's, or a real node's", () => {
    const { pods } = traceOf({ pods: [{ cpu: 0.1 }] });
    expect(pods[0]!.end.at(-1)!).toBeCloseTo(0.1 * FRAMES, 6);
  });
});

describe("how late a source is, without its stalls", () => {
  const late = [1e-5, 2e-5, 0.4, 3e-5];
  const mostOf = (stalls: readonly StallCost[] | null, seconds = late) => {
    const { plan, profile } = line({ pods: [{ cpu: 0.1 }], rate: 1, frames: 100 });
    const lateness = [{ interval: 1, seconds }];
    return Math.max(...Array.from(costsOf(plan, { ...profile, lateness, stalls }, null).lateness));
  };

  test("a stall among the measured ones is drawn by itself, and not once more", () => {
    expect(mostOf([{ sleeps: 2000, seconds: [0.4] }])).toBe(3e-5);
  });

  test("one that is late on most frames has no stalls to leave out", () => {
    expect(mostOf([{ sleeps: 2000, seconds: [0.4] }], [1e-5, 0.3, 0.4, 0.5])).toBe(0.5);
  });

  test("where nobody looked for stalls, or none was seen, it is as measured", () => {
    expect(mostOf(null)).toBe(0.4);
    expect(mostOf([{ sleeps: 2000, seconds: [] }])).toBe(0.4);
  });
});

describe("how many there may be", () => {
  test("goes by what was counted: by Jeffreys' prior half a stall more on average, and as uncertain as a count is", () => {
    const seconds = [1e-3, 2e-3, 1e-3, 3e-3];
    const drawn = Array.from(
      { length: 4000 },
      (_, i) => stallsOf([{ sleeps: 2000, seconds }], new Luck(1, i))!.probability,
    );
    // Of 4000 the standard error is 0.034 and 0.03.
    expect(Math.abs(2000 * mean(drawn) - 4.5)).toBeLessThan(0.15);
    const spread = Math.sqrt(mean(drawn.map((one) => (one - mean(drawn)) ** 2)));
    expect(Math.abs(2000 * spread - Math.sqrt(4.5))).toBeLessThan(0.1);
    expect(stallsOf([{ sleeps: 2000, seconds }], null)).toEqual({ probability: 0.002, seconds });
  });

  test("is what was seen at one of the times that somebody looked: one bad moment is not every run's", () => {
    const looks = [1, 1, 100].map((count) => ({ sleeps: 1000, seconds: Array<number>(count).fill(1e-3) }));
    const drawn = Array.from({ length: 3000 }, (_, i) => stallsOf(looks, new Luck(1, i))!.probability);
    // A third of runs meet the bad one; the standard error of the share is 0.9 %.
    expect(share(drawn, (one) => one > 0.05)).toBeCloseTo(1 / 3, 1);
    expect(median(drawn)).toBeLessThan(0.005);
    expect(stallsOf(looks, null)!.probability).toBeCloseTo(102 / 3000, 9);
  });

  test("is none where none was seen", () => {
    expect(stallsOf([{ sleeps: 2000, seconds: [] }], new Luck(1, 0))).toBeNull();
  });
});
