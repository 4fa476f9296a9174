import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { simulate, simulateSummary } from "../../sim/simulate.ts";
import { summarise } from "../../sim/summarise.ts";
import type { Trace } from "../../sim/trace.ts";
import { disturbedPlan } from "./disturbed.ts";
import { apart, type LineSpec, line } from "./fixtures.ts";
import { lines } from "./lines.ts";

function planOf(spec: LineSpec, buffer: number, disturbances: Parameters<typeof disturbedPlan>[1] = []) {
  const plan = disturbedPlan(spec, disturbances);
  return { ...plan, workload: { ...plan.workload, buffer } };
}

function run(...given: Parameters<typeof planOf>): Trace {
  const plan = planOf(...given);
  return simulate(plan, costsOf(plan, line(given[0]).profile, null), 0).trace;
}

const known = (column: Float64Array) => [...column.keys()].filter((n) => !Number.isNaN(column[n]!));

/** By hand: of frames that come one by one to a server that takes `service`, with `room` for them besides those that the window holds. */
function byHand(rate: number, frames: number, service: number, window: number, buffer: number) {
  const kept: number[] = [];
  const delivered: { frame: number; end: number }[] = [];
  /** Ends of those that are sent. */
  let ends: number[] = [];
  let free = 0;
  const send = (now: number) => {
    while (ends.length < window && kept.length > 0) {
      const frame = kept.shift()!;
      free = Math.max(free, now) + service;
      ends.push(free);
      delivered.push({ frame, end: free });
    }
  };
  for (let frame = 0; frame < frames; frame++) {
    const now = frame / rate;
    for (const end of ends.filter((time) => time <= now)) {
      ends = ends.filter((time) => time > end);
      send(end);
    }
    // The window, the one that is being made, and the buffer.
    if (ends.length + kept.length >= window + 1 + buffer) kept.shift();
    kept.push(frame);
    send(now);
  }
  while (ends.length > 0) {
    const [end] = ends;
    ends = ends.slice(1);
    send(end!);
  }
  return delivered;
}

/** A source whose frames cost nothing, and a slow pod. */
const slow = (rate: number, service: number, window: number): LineSpec => ({
  ...apart({}),
  pods: [{ cpu: [0] }, { cpu: [service], node: "server" }],
  windows: [window],
  rate,
  frames: 90,
});

describe("a source that drops the oldest frame that it has not sent", () => {
  test.each([
    [10, 0.23, 1, 0],
    [10, 0.23, 2, 0],
    [10, 0.37, 2, 3],
    [10, 0.717, 4, 1],
    [10, 0.09, 2, 1],
  ])("rate %f, service %f, window %i, buffer %i: is the case by hand", (rate, service, window, buffer) => {
    const trace = run(slow(rate, service, window), buffer);
    const expected = byHand(rate, 90, service, window, buffer);
    const { end } = trace.pods.at(-1)!;
    expect(known(end)).toEqual(expected.map(({ frame }) => frame));
    for (const { frame, end: time } of expected) expect(end[frame]).toBeCloseTo(time, 9);
    const { throughput, latency, dropped } = summarise(trace);
    expect(dropped!.frames).toBe(90 - expected.length);
    if (rate * service < 1) return;
    expect(throughput).toBeCloseTo(1 / service, 9);
    // What waits is bounded, and so is how long.
    expect(latency.p99).toBeLessThanOrEqual((window + 1 + buffer) * service + 1e-9);
  });

  test("what is delivered and what is dropped is what was made, in order, and a larger buffer drops no more", () => {
    fc.assert(
      fc.property(
        fc.record({
          rate: fc.double({ min: 2, max: 40, noNaN: true }),
          service: fc.double({ min: 0.01, max: 1, noNaN: true }),
          window: fc.integer({ min: 1, max: 5 }),
          buffers: fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 20 })),
        }),
        ({ rate, service, window, buffers: [buffer, more] }) => {
          const [few, many] = [
            run(slow(rate, service, window), buffer),
            run(slow(rate, service, window), buffer + more),
          ];
          const delivered = (trace: Trace) => known(trace.pods.at(-1)!.end);
          expect(delivered(few).at(-1)).toBe(89);
          expect(delivered(many).length).toBeGreaterThanOrEqual(delivered(few).length);
          for (const trace of [few, many]) {
            expect(known(trace.pods[0]!.sent)).toEqual(delivered(trace));
            expect(delivered(trace).length + summarise(trace).dropped!.frames).toBe(90);
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  test("lines of every kind: every frame that is sent passes every pod, and the last is", () => {
    fc.assert(
      fc.property(lines, fc.nat(4), fc.double({ min: 0.05, max: 20, noNaN: true }), (spec, buffer, rate) => {
        const trace = run({ ...spec, rate }, buffer);
        const [source, ...others] = trace.pods;
        expect(known(source!.end)).toHaveLength(trace.frames);
        if (others.length === 0) return;
        const sent = known(source!.sent);
        expect(sent.at(-1)).toBe(trace.frames - 1);
        expect(known(source!.acked)).toEqual(sent);
        for (const { arrived, end } of others) {
          expect(known(end)).toEqual(sent);
          for (const n of sent) expect(end[n]!).toBeGreaterThanOrEqual(arrived[n]!);
        }
      }),
      { seed: 2, numRuns: 120 },
    );
  });

  test("with room for all it is a source that waits", () => {
    const spec = slow(10, 0.3, 2);
    const waits = disturbedPlan(spec, []);
    const { summary } = simulateSummary(waits, costsOf(waits, line(spec).profile, null), 0);
    const { dropped, ...others } = summarise(run(spec, 90));
    expect(dropped).toEqual({ frames: 0, share: 0 });
    expect(others.throughput).toBeCloseTo(summary.throughput, 9);
    expect(others.latency.mean).toBeCloseTo(summary.latency.mean, 9);
  });

  test.each(["stage-0", "stage-1"])("the run goes on to its end when the pod of %s is killed", (pod) => {
    const spec = slow(10, 0.23, 2);
    const [name] = disturbedPlan(spec, [])
      .pods.flatMap(({ stages }) => stages.map(({ name }) => name))
      .slice(pod === "stage-0" ? 0 : 1);
    const trace = run(spec, 2, [{ pod: name!, restart: 1.5, at: 3 }]);
    const { end } = trace.pods.at(-1)!;
    const delivered = known(end);
    expect(delivered.at(-1)).toBe(89);
    expect(delivered.map((n) => end[n]!)).toEqual(delivered.map((n) => end[n]!).toSorted((a, b) => a - b));
    expect(delivered.length).toBeLessThan(known(run(spec, 2).pods.at(-1)!.end).length + 8);
  });

  test("a pod with nobody to send to drops nothing", () => {
    const { dropped } = summarise(run({ pods: [{ cpu: [0.3] }], rate: 10, frames: 20 }, 0));
    expect(dropped).toEqual({ frames: 0, share: 0 });
  });
});
