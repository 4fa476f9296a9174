import { describe, expect, test } from "vitest";
import type { Arrivals, Disturbance } from "../../sim/disturbance.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { undisturbed } from "../../sim/plan.ts";
import { predict } from "../../sim/predict.ts";
import { measuredRecovery, recoveryOf } from "../../sim/recovery.ts";
import { simulate } from "../../sim/simulate.ts";
import { disturbedPlan } from "./disturbed.ts";
import { apart, type LineSpec, line } from "./fixtures.ts";

const recovery = (spec: LineSpec, disturbances: readonly Disturbance[], arrivals?: Arrivals) => {
  const plan = disturbedPlan(spec, disturbances, arrivals);
  const costs = costsOf(plan, line(spec).profile, null);
  return recoveryOf(plan, simulate(plan, costs, 0).trace, simulate(undisturbed(plan), costs, 0).trace);
};

/** A frame a second, 0.7 s each: 0.1 s at the edge, 0.5 s on the link, 0.1 s at the server. */
const spec: LineSpec = {
  ...apart({ bandwidth: 2000 }),
  pods: [{ cpu: 0.1 }, { cpu: 0.1, node: "server" }],
  bytes: 1000,
  frames: 30,
  warmup: 2,
  windows: 8,
  rate: 1,
};
const halved = (from: number, until: number): Disturbance => {
  return { link: ["edge", "server"], bandwidth: { share: 0.5 }, from, until };
};

describe("solved by hand", () => {
  test("half of a link for 3 s: frames 2, 3 and 4 are late, 5 is not and is delivered at 5.7 s", () => {
    // At 3 s frames 2 and 3 are due and not delivered.
    expect(recovery(spec, [halved(2, 5)])).toEqual({
      seconds: expect.closeTo(0.7, 9),
      delayed: 3,
      backlog: 2,
      usual: 1,
    });
  });

  test("a cut for 6 s: frames 2 to 8 wait, the link carries two a second, and they are through when frame 13 comes", () => {
    const cut: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 2, until: 8 };
    // Frame n, from 2 on, has left at 8 + (n - 1) / 2 as long as that is after n + 0.6: up to n = 13, delivered at 14.1 s, late by 0.4 s.
    // Frame 14 has left at 14.6 s, when it would.
    const { seconds, delayed, backlog } = recovery(spec, [cut]);
    expect(seconds).toBeCloseTo(14.7 - 8, 9);
    expect(delayed).toBe(12);
    expect(backlog).toBe(7);
  });

  test("one that is over before anything is late: 0", () => {
    expect(recovery(spec, [halved(2.65, 2.9)])).toMatchObject({ seconds: 0, delayed: 0 });
  });

  test("frames of the warm-up count for the recovery, not as delayed", () => {
    expect(recovery({ ...spec, warmup: 4 }, [halved(2, 5)])).toMatchObject({
      seconds: expect.closeTo(0.7, 9),
      delayed: 1,
    });
  });

  test("one late frame is one", () => {
    const restart: Disturbance = { pod: "stage-1-0", restart: 0.5, at: 2.65 };
    // Killed in the middle of frame 2's 0.1 s: sent again at 3.15 s, delivered at 3.75 s; the link is busy with it until 3.65 s.
    const { seconds, delayed } = recovery({ ...spec, ...apart({ bandwidth: 20_000 }) }, [
      { ...restart, at: 2.2, restart: 0.5 },
    ]);
    // Frame 2 at 2.7 + 0.05 + 0.1 s; frame 3 as ever at 3.25 s.
    expect(seconds).toBeCloseTo(3.25 - 2.7, 9);
    expect(delayed).toBe(1);
  });

  test("a burst: its frames are compared with those that are due at its time", () => {
    const burst: Disturbance = { burst: 4, at: 5 };
    const queue: LineSpec = { pods: [{ cpu: 0.5 }], frames: 30, rate: 1 };
    // Frames 5 to 9 are due at 5 s and delivered at 5.5 to 7.5 s; the next two are due at 6 s (8 s) and 7 s (8.5 s); 8 s: 9 s; 9 s: 9.5 s.
    expect(recovery(queue, [burst])).toEqual({ seconds: expect.closeTo(4.5, 9), delayed: 4 + 3, backlog: 5, usual: 1 });
  });

  test("a backlog that is gone before anything happens is none of it", () => {
    const queue: LineSpec = { pods: [{ cpu: 0.01 }], frames: 40, rate: 1 };
    // Ten at once are due at 0, 10, 20 s, and delivered 0.1 s later; the pod is away for 10 ms while there is nothing to do.
    const restart: Disturbance = { pod: "stage-0-0", restart: 0.01, at: 29 };
    expect(recovery(queue, [restart], { kind: "batches", size: 10 })).toMatchObject({ backlog: 10, usual: 10 });
    expect(recovery({ ...queue, frames: 30 }, [restart], { kind: "batches", size: 10 })).toMatchObject({
      backlog: 0,
      usual: 0,
    });
  });

  test("the end of the run: never; a run that ends before: not a number", () => {
    expect(recovery({ ...spec, frames: 10 }, [halved(2, 60)]).seconds).toBe(Number.POSITIVE_INFINITY);
    expect(recovery({ ...spec, frames: 10 }, [halved(20, 60)])).toMatchObject({ seconds: Number.NaN, delayed: 0 });
  });

  test("from the end of the last of several", () => {
    expect(recovery(spec, [halved(2, 5), halved(12, 15)])).toMatchObject({
      seconds: expect.closeTo(0.7, 9),
      delayed: 6,
    });
  });

  test("a plan in which nothing happens has nothing to recover from", () => {
    const { plan, profile } = line(spec);
    const { trace } = simulate(plan, costsOf(plan, profile, null), 0);
    expect(() => recoveryOf(plan, trace, trace)).toThrow("plan fixture should have disturbances");
  });
});

describe("predictions", () => {
  test("of a deterministic line: every replication says the same", () => {
    const plan = disturbedPlan(spec, [halved(2, 5)]);
    expect(predict(plan, line(spec).profile, 5).recovery).toEqual({
      seconds: expect.closeTo(0.7, 9),
      interval: [expect.closeTo(0.7, 9), expect.closeTo(0.7, 9)],
      recovered: 1,
      delayed: 3,
      backlog: 2,
      usualBacklog: 1,
      reached: true,
    });
  });

  test("never, and not yet", () => {
    const asked = (disturbance: Disturbance) =>
      predict(disturbedPlan({ ...spec, frames: 10 }, [disturbance]), line(spec).profile, 3);
    expect(asked(halved(2, 60)).recovery).toMatchObject({ seconds: null, interval: [null, null], recovered: 0 });
    expect(asked(halved(20, 60)).recovery).toMatchObject({ seconds: null, recovered: 0, reached: false });
  });

  test("with costs and arrivals at random it is found all the same, about where the backlog is gone", () => {
    const noisy: LineSpec = {
      ...spec,
      pods: [{ cpu: [0.08, 0.1, 0.12] }, { cpu: [0.05, 0.1, 0.15], node: "server" }],
      frames: 400,
      warmup: 20,
    };
    const cut: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 100, until: 120 };
    const { recovery } = predict(disturbedPlan(noisy, [cut], { kind: "poisson" }), line(noisy).profile, 20);
    // 20 frames wait, and the link gains one a second on them.
    expect(recovery!.seconds).toBeGreaterThan(12);
    expect(recovery!.seconds).toBeLessThan(35);
    expect(recovery!.recovered).toBe(1);
    expect(recovery!.backlog).toBeGreaterThan(15);
  });

  test("a line that keeps up with what comes is not saturated, however that comes", () => {
    const bursty: LineSpec = { pods: [{ cpu: 0.5 }], frames: 40, rate: 1 };
    const { profile } = line(bursty);
    const saturated = (happens: readonly Disturbance[], arrivals?: Arrivals, rate = 1) =>
      predict(disturbedPlan({ ...bursty, rate }, happens, arrivals), profile, 5).saturated;
    // Started again, the source goes on later: fewer frames are offered.
    expect(saturated([{ pod: "stage-0-0", restart: 20, at: 10 }])).toBe(false);
    expect(saturated([], { kind: "on-off", on: 2, off: 2 })).toBe(false);
    expect(saturated([], { kind: "poisson" }, 3)).toBe(true);
  });

  test("all else of a plan in which nothing happens is as without, and there is no recovery", () => {
    const { plan, profile } = line(spec);
    expect(predict(undisturbed(disturbedPlan(spec, [halved(2, 5)])), profile, 3)).toEqual(predict(plan, profile, 3));
    expect(Object.hasOwn(predict(plan, profile, 3), "recovery")).toBe(false);
  });
});

describe("of a run on the testbed", () => {
  const cut: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0 }, from: 10, until: 14 };
  const plan = disturbedPlan(spec, [cut]);
  const twin = simulate(plan, costsOf(plan, line(spec).profile, null), 0).trace;
  const trace = { ...twin, happened: [{ what: "cut", from: 10, until: 14 }] };

  test("it is what the twin says of the same stamps, where the line is the same without what happens", () => {
    const { seconds, delayed, backlog, usual } = measuredRecovery(trace);
    expect({ seconds, delayed, backlog, usual }).toEqual(recovery(spec, [cut]));
  });

  test("clocks of pods are put on the driver's", () => {
    const later = (column: Float64Array) => column.map((value) => value + 100);
    const pods = trace.pods.map((pod, i) =>
      i === 0 ? pod : { ...pod, end: later(pod.end), clock: { seconds: -100, bound: 0 } },
    );
    const { seconds, delayed } = measuredRecovery({ ...trace, pods });
    expect(seconds).toBeCloseTo(measuredRecovery(trace).seconds, 9);
    expect(delayed).toBe(measuredRecovery(trace).delayed);
  });

  test("what a killed last pod had delivered is told by the pod before it", () => {
    const pods = trace.pods.map((pod, i) =>
      i === 0 ? pod : { ...pod, end: pod.end.map((v, n) => (n < 9 ? Number.NaN : v)) },
    );
    expect(measuredRecovery({ ...trace, pods }).seconds).toBeCloseTo(measuredRecovery(trace).seconds, 9);
  });

  test("frames that nobody knows of are passed over", () => {
    const pods = trace.pods.map((pod) => ({
      ...pod,
      end: pod.end.map((v, n) => (n % 5 === 1 ? Number.NaN : v)),
      acked: pod.acked.map((v, n) => (n % 5 === 1 ? Number.NaN : v)),
    }));
    const { seconds, backlog } = measuredRecovery({ ...trace, pods });
    expect(Number.isFinite(seconds)).toBe(true);
    expect(backlog).toBeGreaterThan(1);
  });

  test("without frames before, or if the run was over before, nothing is told", () => {
    const from = trace.scheduled[0]!;
    expect(measuredRecovery({ ...trace, happened: [{ what: "cut", from, until: 14 }] }).seconds).toBeNaN();
    expect(measuredRecovery({ ...trace, happened: [] }).seconds).toBeNaN();
  });
});
