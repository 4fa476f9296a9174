import fc from "fast-check";
import { expect, test } from "vitest";
import { latencies, summarise } from "../../sim/summarise.ts";
import { emptyPodTrace, type PodTrace, type Trace } from "../../sim/trace.ts";
import { altered, traceOfLine } from "./line.ts";

const skewed = traceOfLine({
  scheduled: [0, 2, 4, 6],
  services: [
    [1, 1, 1, 1],
    [2, 2, 2, 2],
    [3, 3, 3, 3],
  ],
  windows: [2, 2],
  delays: [1, 1],
  clocks: [
    { seconds: 0.5, bound: 0 },
    { seconds: 128, bound: 0.01 },
    { seconds: -8, bound: 0.01 },
  ],
  warmup: 1,
});

test("a summary by hand: warm-up left out, clocks put right", () => {
  // After warm-up: scheduled 2 4 6, delivered 11 17 20; the source ends at 3 5 11 and sends at 3 10 13.
  expect([...latencies(skewed)]).toEqual([9, 13, 14]);
  const summary = summarise(skewed);
  expect(summary.throughput).toBeCloseTo(2 / 9, 12);
  expect(summary.latency.mean).toBeCloseTo(12, 12);
  expect(summary.latency.p50).toBe(13);
  expect(summary.latency.p95).toBeCloseTo(13.9, 12);
  const [source, middle, last] = summary.terms;
  // The source starts at 2 4 10: the last frame waits while the one before it is blocked.
  expect(source).toEqual({ pod: "pod-0", node: "edge", link: 0, decode: 0, queue: 4 / 3, compute: 1, send: 7 / 3 });
  expect(middle).toEqual({ pod: "pod-1", node: "edge", link: 0.75, decode: 0.25, queue: 0, compute: 2, send: 0 });
  expect(last).toEqual({ pod: "pod-2", node: "server", link: 0.75, decode: 0.25, queue: 1 / 3, compute: 3, send: 0 });
  expect(summary.ccr).toBeCloseTo((7 / 3 + 1 + 1) / 6, 12);
  expect(summary.utilisation).toEqual([
    { pod: "pod-0", value: 2 / 8 },
    { pod: "pod-1", value: 4 / 10 },
    { pod: "pod-2", value: 6 / 9 },
  ]);
});

test("CPU time of receive and send counts as busy, where it was recorded", () => {
  const pods = skewed.pods.map((pod) => ({
    ...pod,
    receiveCpu: Float64Array.of(9, 9, 0.25, Number.NaN),
    sendCpu: Float64Array.of(9, 9, 0.75, Number.NaN),
  }));
  // Frame 1 opens the measured window, so its 9 s fall before it.
  expect(summarise({ ...skewed, pods }).utilisation.map(({ value }) => value)).toEqual([3 / 8, 5 / 10, 7 / 9]);
});

test("with workers: what they compute between the first end and the last, on average, or messages if they take longer", () => {
  const pod: PodTrace = {
    ...emptyPodTrace("crewed", "edge", 4, { workers: 3 }),
    start: Float64Array.of(0, 1, 4, 6),
    end: Float64Array.of(6.5, 9, 6, 8),
    noticed: Float64Array.of(6.5, 9, 9, 9),
    receiveCpu: Float64Array.of(9, 9, 0.25, 0.5),
    sendCpu: Float64Array.of(9, 9, 0.25, 0.125),
  };
  const scheduled = new Float64Array(4);
  const trace: Trace = { plan: "any", origin: "twin", repeat: 0, frames: 4, warmup: 1, scheduled, pods: [pod] };
  const utilisation = (change: Partial<PodTrace>) =>
    summarise({ ...trace, pods: [{ ...pod, ...change }] }).utilisation[0]!.value;
  // From 6 to 9: half a second of the frame of the warm-up, all 3, none and 2.
  expect(utilisation({})).toBeCloseTo(5.5 / (3 * 3), 12);
  expect(utilisation({ sendCpu: Float64Array.of(9, 9, 0.25, 1.5) })).toBeCloseTo(2.5 / 3, 12);
  expect(utilisation({ sendCpu: Float64Array.of(9, 9, 0.25, 5) })).toBe(1);
  expect(summarise(trace).throughput).toBeCloseTo(2 / 3, 12);
});

test("a pod that is never idle has utilisation 1", () => {
  const services = [[0.1, 0.1, 0.1, 0.1]];
  const trace = traceOfLine({ scheduled: [0, 0, 0, 0], services, windows: [], delays: [] });
  const summary = summarise(trace);
  expect(summary.utilisation[0]!.value).toBeCloseTo(1, 12);
  expect(summary.throughput).toBeCloseTo(10, 12);
  expect(summary.ccr).toBe(0);
});

test("terms add up to the mean latency on any stamps and clocks", () => {
  const time = fc.double({ min: -100, max: 100, noNaN: true });
  const traces = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 20 })).chain(([pods, frames]) => {
    const column = fc.array(time, { minLength: frames, maxLength: frames }).map((list) => Float64Array.from(list));
    const pod = fc.record({ offset: time, arrived: column, decoded: column, start: column, end: column, sent: column });
    return fc.record({ scheduled: column, pods: fc.array(pod, { minLength: pods, maxLength: pods }) });
  });
  fc.assert(
    fc.property(traces, ({ scheduled, pods }) => {
      const frames = scheduled.length;
      const trace: Trace = {
        plan: "any",
        origin: "live",
        repeat: 0,
        frames,
        warmup: frames > 5 ? 3 : 0,
        scheduled,
        pods: pods.map(({ offset, ...stamps }, j): PodTrace => {
          return { ...emptyPodTrace(`${j}`, "node", frames, { clock: { seconds: offset, bound: 0 } }), ...stamps };
        }),
      };
      const summary = summarise(trace);
      const total = summary.terms.reduce((sum, t) => sum + t.link + t.decode + t.queue + t.compute + t.send, 0);
      expect(Math.abs(total - summary.latency.mean)).toBeLessThan(1e-10);
    }),
    { seed: 18, numRuns: 200 },
  );
});

test("a frame that lacks a stamp after warm-up is an error that names pod, frame and stamp", () => {
  expect(() => summarise(altered(skewed, 1, "decoded", 2, Number.NaN))).toThrow(
    new RangeError("trace of line: pod pod-1: frame 2 has no decoded (NaN)"),
  );
  expect(() => latencies(altered(skewed, 2, "end", 3, Number.NaN))).toThrow("pod pod-2: frame 3 has no end (NaN)");
  expect(() => summarise(altered(skewed, 0, "scheduled", 1, Number.NaN))).toThrow(
    "pod pod-0: frame 1 has no scheduled",
  );
  // During warm-up it may be missing.
  expect(summarise(altered(skewed, 1, "decoded", 0, Number.NaN))).toEqual(summarise(skewed));
});

test("too few frames, no pods, columns of another length", () => {
  expect(() => summarise({ ...skewed, warmup: 3 })).toThrow("frames(=4), warmup(=3): at least 2 frames should remain");
  expect(() => summarise({ ...skewed, pods: [] })).toThrow("no pods");
  const short = skewed.pods.map((pod) => ({ ...pod, acked: pod.acked.subarray(1) }));
  expect(() => summarise({ ...skewed, pods: short })).toThrow("pod pod-0: acked has 3 values for 4 frames");
});
