import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { ProfileError } from "../../sim/model/profile-error.ts";
import { summarise } from "../../sim/summarise.ts";
import { type PodTrace, STAMPS } from "../../sim/trace.ts";
import { apart, type LineSpec, line, run, utilisationOf } from "./fixtures.ts";

const seconds = fc.double({ min: 0.05, max: 2, noNaN: true });
const samples = fc.array(seconds, { minLength: 2, maxLength: 9 });
const counts = fc.integer({ min: 1, max: 4 });

/** Seconds from one delivery to the next, over so many of them, while the line is full, that bursts do not matter. */
function interval(spec: LineSpec): number {
  const { end } = run({ frames: 2000, windows: 100, ...spec }).trace.pods.at(-1)!;
  return (end[1800]! - end[200]!) / 1600;
}

describe("messages and computes overlap", () => {
  const costs = fc.record({ receive: seconds, send: seconds, cpu: seconds });
  /** A pod between two that do next to nothing. */
  const middle = ({ cpu, ...messages }: { receive: number; send: number; cpu: number }): LineSpec => ({
    pods: [{ cpu: 0 }, { cpu }, { cpu: 0 }],
    ...messages,
  });

  test("a pod carries 1/max(r + s, c/n) frames per second, without workers 1/(r + s + c) at most", () => {
    fc.assert(
      fc.property(costs, counts, (cost, count) => {
        const spec = middle(cost);
        const { receive, send, cpu } = cost;
        // It may be less: all that is there is read before a frame is computed, and the pod behind it waits meanwhile.
        expect(interval({ ...spec, windows: 8 }) / (receive + send + cpu)).toBeGreaterThan(0.99);
        const crewed = interval({ ...spec, workers: { count } });
        expect(crewed / Math.max(receive + send, cpu / count)).toBeCloseTo(1, 1);
      }),
      { seed: 21, numRuns: 60, endOnFailure: true },
    );
  });

  test.each([0.5, 1, 2])("as slow as all it does where a frame's messages take 0.3 s and its compute %d", (cpu) => {
    const spec = middle({ receive: 0.1, send: 0.2, cpu });
    expect(interval({ ...spec, windows: 4 })).toBeCloseTo(0.3 + cpu, 6);
    expect(interval({ ...spec, workers: { count: 1 } })).toBeCloseTo(Math.max(0.3, cpu), 6);
  });

  test.each([1, 2, 3])("of %d workers each has a frame in hand, and the next is there when it is done", (count) => {
    const workers = { count, begin: 0.25, notice: 0.125 };
    const spec: LineSpec = { ...middle({ receive: 0.01, send: 0.02, cpu: 1 }), workers, frames: 60 };
    const { start, end } = run({ ...spec, windows: 16 }).trace.pods[1]!;
    for (let n = 10; n < 60; n++) expect(start[n]!).toBeCloseTo(end[n - count]!, 9);
  });
});

describe("cores", () => {
  test.each([
    [2, 1],
    [3, 1],
    [3, 2],
    [4, 3],
    [3, 3],
  ])("%d workers share %d", (count, cores) => {
    const { trace } = run({ pods: [{ cpu: 2 }], workers: { count }, hosts: { box: cores }, frames: 24 });
    const { end } = trace.pods[0]!;
    for (let n = 0; n < 24; n++) expect(end[n]!).toBeCloseTo((Math.ceil((n + 1) / count) * count * 2) / cores, 9);
  });

  test("the one core of a saturated line is never without work, whoever does it", () => {
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 4 }), counts, seconds, (cpus, count, message) => {
        const messages = { receive: message, send: message };
        const pods = cpus.map((cpu) => ({ cpu }));
        const result = run({ pods, workers: { count }, hosts: { box: 1 }, ...messages });
        expect(utilisationOf(result, "box")).toBeCloseTo(1, 9);
        const computed = result.trace.pods.reduce((sum, pod) => sum + pod.computeCpu.reduce((a, b) => a + b, 0), 0);
        const work = computed + 40 * 2 * message * (cpus.length - 1);
        const last = Math.max(...result.trace.pods.at(-1)!.end);
        expect(last).toBeLessThanOrEqual(work * (1 + 1e-9));
        // What is left of sending when the last frame ends is done after it.
        expect(last).toBeGreaterThan(work - 2 * message * cpus.length - 1e-9);
      }),
      { seed: 22, numRuns: 100 },
    );
  });
});

describe("wake-ups", () => {
  const [begin, notice] = [0.25, 0.125];

  test("at a low rate every pod but the source begins later by one, and every frame leaves later by the other", () => {
    const spec: LineSpec = { pods: [{ cpu: 1 }, { cpu: 1 }, { cpu: 1 }], rate: 0.1 };
    const free = run({ ...spec, workers: { count: 2 } }).trace;
    const { pods, scheduled } = run({ ...spec, workers: { count: 2, begin, notice } }).trace;
    for (let n = 0; n < 40; n++) {
      pods.forEach((pod, i) => {
        if (i === 0) expect(pod.start[n]!).toBeCloseTo(scheduled[n]!, 9);
        else {
          expect(pod.arrived[n]!).toBeCloseTo(pods[i - 1]!.end[n]! + notice, 9);
          expect(pod.start[n]!).toBeCloseTo(pod.decoded[n]! + begin, 9);
        }
        expect(pod.noticed[n]!).toBeCloseTo(pod.end[n]! + notice, 9);
        expect(pod.end[n]!).toBeCloseTo(free.pods[i]!.end[n]! + i * (begin + notice), 9);
      });
    }
  });

  test("a saturated source whose worker waits for the window pays for being woken", () => {
    const workers = { count: 1, begin, notice };
    const { pods } = run({ pods: [{ cpu: 1 }, { cpu: 10 }], windows: 1, workers }).trace;
    const [source, sink] = pods;
    expect(source!.start[0]).toBeCloseTo(begin, 9);
    expect(source!.start[1]).toBeCloseTo(source!.end[0]!, 9);
    for (let n = 2; n < 40; n++) expect(source!.start[n]!).toBeCloseTo(source!.acked[n - 2]! + begin, 9);
    for (let n = 0; n < 40; n++) expect(source!.acked[n]!).toBeCloseTo(sink!.end[n]! + notice, 9);
  });

  test("the own thread is not woken from work", () => {
    const workers = { count: 1, begin, notice: 2 };
    // It is sending the frame before when the worker ends one.
    const spec = { pods: [{ cpu: 0 }, { cpu: 1 }, { cpu: 0 }], windows: 8, send: 0.9, workers };
    const { end, sent, noticed } = run(spec).trace.pods[1]!;
    const during = Array.from(end.keys()).filter((n) => sent[n - 1]! < end[n]! && end[n]! < sent[n - 1]! + 0.9);
    expect(during.length).toBeGreaterThan(5);
    for (const n of during) expect(noticed[n]!).toBeCloseTo(sent[n - 1]! + 0.9, 9);
  });

  test("what was not measured is an error that names the node", () => {
    const { plan, profile } = line({ ...apart({}), pods: [{}, { node: "server" }], workers: { count: 1 } });
    for (const woken of ["worker", "messages"]) {
      const wakeUps = profile.wakeUps.filter((one) => one.node !== "server" || one.woken !== woken);
      const costs = () => costsOf(plan, { ...profile, wakeUps }, null);
      expect(costs).toThrow(ProfileError);
      expect(costs).toThrow("profile of fixture: workers were not measured on node server");
      costsOf({ ...plan, workers: 0 }, { ...profile, wakeUps: [] }, null);
    }
  });
});

describe("windows", () => {
  /** The most frames that were begun and not acknowledged at any time. */
  function mostBegun({ start, acked }: PodTrace): number {
    const [begun, heard] = [start.toSorted(), acked.toSorted()];
    return Math.max(...begun.map((time, n) => n + 1 - heard.filter((other) => other <= time).length));
  }
  const windows = fc.integer({ min: 1, max: 5 });

  test("workers compute a frame each beyond the window, and no more", () => {
    fc.assert(
      fc.property(samples, samples, windows, counts, seconds, (first, second, window, count, wakeUp) => {
        const workers = { count, begin: wakeUp, notice: wakeUp };
        const spec = { pods: [{ cpu: first }, { cpu: second }, { cpu: 0.1 }], windows: window, workers };
        for (const pod of run(spec).trace.pods.slice(0, -1)) expect(mostBegun(pod)).toBeLessThanOrEqual(window + count);
        // Before a slow pod they all do.
        const blocked = run({ ...spec, pods: [{ cpu: first }, { cpu: 100 }] }).trace.pods[0]!;
        expect(mostBegun(blocked)).toBe(window + count);
      }),
      { seed: 23, numRuns: 100 },
    );
  });

  test("without any, the pod's own thread is the one that is blocked", () => {
    expect(mostBegun(run({ pods: [{ cpu: 1 }, { cpu: 100 }], windows: 3 }).trace.pods[0]!)).toBe(4);
  });
});

describe("order", () => {
  test("frames that end out of turn are noticed, sent and delivered in turn, as soon as those before them have ended", () => {
    const workers = { count: 3 };
    const { pods } = run({ pods: [{ cpu: 0.1 }, { cpu: [1, 5, 2] }, { cpu: 0 }], windows: 64, workers }).trace;
    const [, middle, sink] = pods;
    const { end, noticed, sent } = middle!;
    expect(Array.from(end.keys()).filter((n) => end[n]! < end[n - 1]!).length).toBeGreaterThan(5);
    for (let n = 0; n < 40; n++) {
      expect(noticed[n]!).toBeCloseTo(Math.max(...end.subarray(0, n + 1)), 9);
      expect([sent[n], sink!.arrived[n]]).toEqual([noticed[n], noticed[n]]);
    }
    for (let n = 1; n < 40; n++) expect(sink!.noticed[n]!).toBeGreaterThanOrEqual(sink!.noticed[n - 1]!);
  });
});

describe("compression is the own thread's", () => {
  const across = (more: Partial<LineSpec>): LineSpec => ({
    ...apart({ delay: 0.3 }),
    pods: [{ cpu: 0 }, { cpu: [0.3, 2], node: "server" }, { cpu: 0 }],
    windows: 64,
    frames: 60,
    ...more,
  });

  test("one frame at a time, and not while it receives", () => {
    fc.assert(
      fc.property(samples, samples, samples, counts, fc.nat(), (compress, decompress, receive, count, seed) => {
        const zstd = { bytes: 500, compress, decompress };
        const pod = run(across({ zstd, receive, seed, workers: { count } })).trace.pods[1]!;
        const { noticed, compressCpu, decompressCpu, decoded, arrived, sent } = pod;
        const least = Math.min(...receive);
        const spans = Array.from(noticed.keys()).flatMap((n) => [
          { from: noticed[n]!, to: noticed[n]! + compressCpu[n]! },
          { from: arrived[n]! - least, to: decoded[n]! },
        ]);
        spans.sort((a, b) => a.from - b.from);
        for (let i = 1; i < spans.length; i++) expect(spans[i - 1]!.to).toBeLessThanOrEqual(spans[i]!.from + 1e-9);
        for (let n = 0; n < 60; n++) {
          expect(sent[n]!).toBeCloseTo(noticed[n]! + compressCpu[n]!, 9);
          expect(decoded[n]!).toBeCloseTo(arrived[n]! + decompressCpu[n]!, 9);
        }
      }),
      { seed: 24, numRuns: 60 },
    );
  });

  test("it overlaps with computes", () => {
    const spec = across({ zstd: { bytes: 500, compress: 0.5, decompress: 0.25 }, receive: 0.125, send: 0.125 });
    const one = (cpu: number, count: number) =>
      interval({
        ...spec,
        ...{ windows: 100, frames: 2000 },
        pods: spec.pods.with(1, { cpu, node: "server" }),
        workers: { count },
      });
    expect(one(2, 1)).toBeCloseTo(2, 2);
    expect(one(2, 2)).toBeCloseTo(1, 2);
    expect(one(2, 3)).toBeCloseTo(1, 2);
  });
});

describe("emulated nodes", () => {
  const slow = (speed: number): LineSpec => ({ nodes: [{ name: "edge", speed }], pods: [] });

  test.each([1, 2, 4])("%d workers are held each by itself", (count) => {
    const spec = { ...slow(0.25), pods: [{ cpu: 1 }], workers: { count }, frames: 24 };
    // What 4 of them do on the host fits onto one core: each waits for 3 s of 4.
    for (const cores of [64, 1]) {
      const { end } = run({ ...spec, hosts: { box: cores } }).trace.pods[0]!;
      for (let n = 0; n < 24; n++) expect(end[n]!).toBeCloseTo(Math.ceil((n + 1) / count) * 4, 9);
    }
  });

  test("what the own thread is held for overlaps with that: 1/speed of whichever is more", () => {
    const costs = fc.tuple(seconds, seconds, seconds, counts, fc.double({ min: 0.1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(costs, ([receive, send, cpu, count, speed]) => {
        const spec = { ...slow(speed), pods: [{ cpu: 0 }, { cpu }, { cpu: 0 }], receive, send };
        const crewed = interval({ ...spec, workers: { count } });
        expect((crewed * speed) / Math.max(receive + send, cpu / count)).toBeCloseTo(1, 1);
      }),
      { seed: 25, numRuns: 40, endOnFailure: true },
    );
  });

  test("a worker that waits does not save time up", () => {
    const spec = { ...slow(0.25), pods: [{ cpu: 0 }, { cpu: 1 }], rate: 0.1, workers: { count: 2 } };
    const { start, end } = run(spec).trace.pods[1]!;
    for (let n = 0; n < 40; n++) expect(end[n]! - start[n]!).toBeCloseTo(4, 9);
  });
});

describe("randomness", () => {
  const noisy: LineSpec = {
    ...apart({ bandwidth: 5000, delay: 0.1, residuals: [0, 0.2, 0.5] }),
    pods: [{ cpu: [1, 2, 3] }, { cpu: [0.5, 0.7, 4] }, { cpu: [1, 1.5, 2], node: "server" }],
    zstd: { bytes: [500, 700], compress: [0.1, 0.2], decompress: 0.1 },
    receive: [0.1, 0.2],
    send: [0.1, 0.3],
    loopback: [0.1, 0.4],
    acknowledgement: [0.01, 0.05],
    lateness: [0, 0.1],
  };
  const bytes = (more: Partial<LineSpec>, replication = 0) => {
    const { scheduled, pods } = run({ ...noisy, ...more }, replication).trace;
    const columns = [scheduled, ...pods.flatMap((pod) => STAMPS.map((stamp) => pod[stamp]))];
    return columns.map(({ buffer }) => Buffer.from(buffer).toString("hex")).join();
  };

  test.each([
    ["saturated", {}],
    ["at a rate", { rate: 0.2 }],
  ])("the same seed and replication give the same bytes, others do not: %s", (_, load) => {
    const workers = { count: 2, begin: [0.1, 0.2], notice: [0.1, 0.3] };
    const crewed = (seed: number, replication: number) => bytes({ ...load, workers, seed }, replication);
    expect(crewed(7, 0)).toBe(crewed(7, 0));
    expect(crewed(8, 0)).not.toBe(crewed(7, 0));
    expect(crewed(7, 1)).not.toBe(crewed(7, 0));
    // No workers are none, whatever it would take to wake them.
    expect(bytes({ ...load, workers: { ...workers, count: 0 } })).toBe(bytes(load));
  });
});

describe("utilisation", () => {
  test("of the workers or of the own thread, whichever has more to do; never above 1", () => {
    fc.assert(
      fc.property(fc.tuple(seconds, seconds, seconds), counts, ([receive, send, cpu], count) => {
        const spec = { receive, send, workers: { count }, windows: 100, frames: 2000, warmup: 200 };
        const { throughput, utilisation } = summarise(run({ ...spec, pods: [{}, { cpu }, {}] }).trace);
        for (const { value } of utilisation) expect(value).toBeLessThanOrEqual(1);
        expect(utilisation[1]!.value).toBeCloseTo(throughput * Math.max(receive + send, cpu / count), 1);
        expect(utilisation[1]!.value).toBeCloseTo(1, 1);
      }),
      { seed: 26, numRuns: 40 },
    );
  });

  test("of workers that are never without a frame it is 1, however few frames there are", () => {
    fc.assert(
      fc.property(samples, counts, fc.integer({ min: 0, max: 8 }), fc.nat(), (cpu, count, warmup, seed) => {
        const { trace } = run({ pods: [{ cpu }], workers: { count }, frames: 40, warmup, seed });
        const { value } = summarise(trace).utilisation[0]!;
        // In the end they run out of frames one by one.
        expect(value).toBeGreaterThan(0.5);
        expect(value).toBeLessThanOrEqual(1);
        if (count === 1) expect(value).toBeCloseTo(1, 9);
      }),
      { seed: 27, numRuns: 100 },
    );
  });
});
