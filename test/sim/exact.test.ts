import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lindley } from "../../sim/analytic/lindley.ts";
import { md1 } from "../../sim/analytic/mg1.ts";
import { mm1, mmc } from "../../sim/analytic/mmc.ts";
import { windowRecursion } from "../../sim/analytic/tandem.ts";
import type { Trace } from "../../sim/trace.ts";
import { apart, exponential, run } from "./fixtures.ts";

const PRECISION = 1e-9;

/** Times agree to 1e-9 of their size. */
function same(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let n = 0; n < expected.length; n++) {
    const error = Math.abs(actual[n]! - expected[n]!);
    if (!(error <= PRECISION * Math.max(1, Math.abs(expected[n]!)))) {
      throw new Error(`${what} of frame ${n} is ${actual[n]}, exactly it is ${expected[n]}`);
    }
  }
}

interface Times {
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  readonly left: ArrayLike<number>;
}

function sameLine(trace: Trace, exact: readonly Times[]): void {
  trace.pods.forEach((pod, j) => {
    same(pod.start, exact[j]!.start, `start at ${pod.pod}`);
    same(pod.end, exact[j]!.end, `end at ${pod.pod}`);
    if (j < trace.pods.length - 1) same(pod.sent, exact[j]!.left, `sent at ${pod.pod}`);
  });
}

/** What the line drew, which is what it took where nothing is shared or slowed down. */
const services = (trace: Trace) => trace.pods.map(({ computeCpu }) => computeCpu);

/**
 * The line of `windowRecursion`, of which each pod is one thread: the news of a delivery that comes while a frame is computed is
 * heard, and passed on upstream, when that is finished.
 */
function threadRecursion(
  arrivals: ArrayLike<number>,
  works: readonly ArrayLike<number>[],
  windows: readonly number[],
  delay: number,
  back: number,
): Times[] {
  const pods = works.map(() => ({ start: [] as number[], end: [] as number[], left: [] as number[] }));
  const last = pods.length - 1;
  /** When pod j hears that frame n was delivered; called when all computes that may be in the way are known. */
  const heard = (j: number, n: number): number => {
    const told = (j + 1 === last ? pods[last]!.end[n]! : heard(j + 1, n)) + back;
    const { start, end } = pods[j]!;
    for (let m = n + 1; m < end.length; m++) if (start[m]! < told && told < end[m]!) return end[m]!;
    return told;
  };
  for (let n = 0; n < arrivals.length; n++) {
    pods.forEach((pod, j) => {
      const there = j === 0 ? arrivals[n]! : pods[j - 1]!.left[n]! + delay;
      pod.start.push(n === 0 ? there : Math.max(there, pod.left[n - 1]!));
      pod.end.push(pod.start[n]! + works[j]![n]!);
      const earlier = j === last ? -1 : n - windows[j]!;
      pod.left.push(earlier < 0 ? pod.end[n]! : Math.max(pod.end[n]!, heard(j, earlier)));
    });
  }
  return pods;
}

const work = fc.double({ min: 0.01, max: 3, noNaN: true });
const random = fc.array(work, { minLength: 2, maxLength: 9 });
const windows = (hops: number) => fc.array(fc.integer({ min: 1, max: 6 }), { minLength: hops, maxLength: hops });

describe("saturated lines with free messages are the max-plus recursion", () => {
  test("one pod", () => {
    const { trace } = run({ pods: [{ cpu: [0.3, 1.7, 0.9] }], frames: 50 });
    sameLine(trace, windowRecursion(new Float64Array(50), services(trace), []));
  });

  test("two pods, constant or random costs, any window", () => {
    fc.assert(
      fc.property(fc.oneof(work, random), fc.oneof(work, random), windows(1), (first, second, window) => {
        const { trace } = run({ pods: [{ cpu: first }, { cpu: second }], windows: window });
        sameLine(trace, windowRecursion(new Float64Array(40), services(trace), window));
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test("two pods over a link with a delay", () => {
    fc.assert(
      fc.property(random, random, windows(1), work, (first, second, window, delay) => {
        const { trace } = run({
          ...apart({ delay }),
          pods: [{ cpu: first }, { cpu: second, node: "server" }],
          windows: window,
        });
        sameLine(trace, windowRecursion(new Float64Array(40), services(trace), window, [delay]));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("longer lines of which only the last window limits", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(work, random), { minLength: 3, maxLength: 5 }), windows(1), (cpus, [window]) => {
        const limits = cpus.slice(1).map((_, j) => (j === cpus.length - 2 ? window! : 40));
        const { trace } = run({ pods: cpus.map((cpu) => ({ cpu })), windows: limits });
        sameLine(trace, windowRecursion(new Float64Array(40), services(trace), limits));
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  /** Many different samples, as the order of what happens at one and the same time is not laid down. */
  const spread = (from: number, width: number) => Array.from({ length: 997 }, (_, i) => from + (width * i) / 997);
  const untied = fc.tuple(work, work).map(([from, width]) => spread(from, width));
  /** Delays of which no sum is that of some works. */
  const delays = fc.constantFrom(0, Math.PI / 100, Math.SQRT2, Math.E);
  const threads = (cpus: readonly number[][], limits: readonly number[], seed: number, delay: number): void => {
    const [loopback, acknowledgement] = [delay, delay / 3];
    const { trace } = run({ pods: cpus.map((cpu) => ({ cpu })), windows: limits, seed, loopback, acknowledgement });
    sameLine(trace, threadRecursion(new Float64Array(40), services(trace), limits, loopback, acknowledgement));
  };

  test("three pods, any windows: the recursion whose pods hear of deliveries between two frames", () => {
    fc.assert(fc.property(fc.array(untied, { minLength: 3, maxLength: 3 }), windows(2), fc.nat(), delays, threads), {
      seed: 4,
      numRuns: 150,
      endOnFailure: true,
    });
  });

  test("longer lines, any windows: the same, while pods in the middle hear of one delivery at a time", () => {
    const pods = fc.integer({ min: 4, max: 5 });
    const lines = pods.chain((count) =>
      fc.tuple(fc.array(untied, { minLength: count - 1, maxLength: count - 1 }), windows(count - 1)),
    );
    fc.assert(
      fc.property(lines, fc.nat(), delays, ([cpus, limits], seed, delay) => {
        // No two deliveries in the time of any compute: the last pod takes longer than those in the middle together.
        const middle = cpus.slice(1).reduce((sum, cpu) => sum + cpu.at(-1)!, 0);
        threads([...cpus, spread(middle * 1.01, middle)], limits, seed, delay);
      }),
      { seed: 14, numRuns: 100, endOnFailure: true },
    );
  });

  test("at any windows nothing happens before it does in the recursion that hears of deliveries at once", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(work, random), { minLength: 3, maxLength: 3 }), windows(2), (cpus, limits) => {
        const { trace } = run({ pods: cpus.map((cpu) => ({ cpu })), windows: limits });
        const exact = windowRecursion(new Float64Array(40), services(trace), limits);
        trace.pods.forEach(({ end }, j) => {
          for (let n = 0; n < 40; n++) expect(end[n]!).toBeGreaterThanOrEqual(exact[j]!.end[n]! - 1e-9);
        });
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

/**
 * The line of `windowRecursion` whose pods have workers: Kiefer and Wolfowitz's recursion (Transactions of the AMS 78, 1955), a
 * frame begins with whichever worker is free first, with frames passed on in turn and no more than a window and a frame for each
 * worker begun and undelivered. The own thread has nothing to do but to hear of deliveries, and hears at once.
 */
function crewRecursion(
  arrivals: ArrayLike<number>,
  works: readonly ArrayLike<number>[],
  windows: readonly number[],
  delay: number,
  workers: number,
): Times[] {
  const pods = works.map(() => ({ start: [] as number[], end: [] as number[], left: [] as number[] }));
  const free = works.map(() => new Array<number>(workers).fill(0));
  const begun = works.map(() => 0);
  const delivered: number[] = [];
  const last = pods.length - 1;
  for (let n = 0; n < arrivals.length; n++) {
    pods.forEach(({ start, end, left }, j) => {
      /** When pod j hears of the frame that was delivered so many before this one. */
      const heard = (frames: number) => (j === last ? 0 : (delivered[n - frames] ?? -Infinity) + (last - j) * delay);
      const there = j === 0 ? arrivals[n]! : pods[j - 1]!.left[n]! + delay;
      begun[j] = Math.max(begun[j]!, there, heard(windows[j]! + workers));
      const first = free[j]!.indexOf(Math.min(...free[j]!));
      start.push(Math.max(begun[j]!, free[j]![first]!));
      end.push(start[n]! + works[j]![n]!);
      free[j]![first] = end[n]!;
      left.push(Math.max(end[n]!, left[n - 1] ?? 0, heard(windows[j]!)));
    });
    delivered.push(pods[last]!.left[n]!);
  }
  return pods;
}

describe("lines of pods with workers, free messages and wake-ups", () => {
  const counts = fc.integer({ min: 1, max: 4 });

  test("a constant rate at one pod is Kiefer and Wolfowitz's recursion", () => {
    fc.assert(
      fc.property(random, counts, fc.double({ min: 0.2, max: 5, noNaN: true }), (cpu, count, rate) => {
        const { trace } = run({ pods: [{ cpu }], rate, frames: 100, workers: { count } });
        sameLine(trace, crewRecursion(trace.scheduled, services(trace), [], 0, count));
      }),
      { seed: 15, numRuns: 100 },
    );
  });

  test("saturated or at a rate, any windows, any delay", () => {
    const lines = fc.integer({ min: 2, max: 4 }).chain((pods) =>
      fc.record({
        cpus: fc.array(fc.oneof(work, random), { minLength: pods, maxLength: pods }),
        limits: windows(pods - 1),
        delay: fc.oneof(fc.constant(0), work),
        count: counts,
        rate: fc.option(fc.double({ min: 0.2, max: 5, noNaN: true }), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(lines, ({ cpus, limits, delay, count, rate }) => {
        const pods = cpus.map((cpu, j) => ({ cpu, node: j % 2 === 0 ? "edge" : "server" }));
        const load = rate === undefined ? {} : { rate };
        const { trace } = run({ ...apart({ delay }), ...load, pods, windows: limits, workers: { count } });
        const arrivals = rate === undefined ? new Float64Array(40) : trace.scheduled;
        sameLine(trace, crewRecursion(arrivals, services(trace), limits, delay, count));
      }),
      { seed: 16, numRuns: 200 },
    );
  });
});

describe("single queues", () => {
  test("a constant rate at one pod is Lindley's recursion", () => {
    fc.assert(
      fc.property(fc.oneof(work, random), fc.double({ min: 0.2, max: 3, noNaN: true }), (cpu, rate) => {
        const { trace } = run({ pods: [{ cpu }], rate, frames: 100 });
        const [pod] = trace.pods;
        const waits = lindley(trace.scheduled, pod!.computeCpu);
        same(
          trace.scheduled,
          waits.map((_, n) => n / rate),
          "scheduled",
        );
        same(
          pod!.start,
          waits.map((wait, n) => n / rate + wait),
          "start",
        );
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("a pod behind a hop that never limits is Lindley's recursion on what is sent to it", () => {
    const { trace } = run({
      ...apart({ delay: 2 }),
      pods: [{ cpu: exponential(1, 99) }, { cpu: exponential(0.9, 77), node: "server" }],
      windows: 2000,
      frames: 2000,
    });
    const there = trace.pods[0]!.sent.map((time) => time + 2);
    const { computeCpu, start } = trace.pods[1]!;
    const waits = lindley(there, computeCpu);
    same(
      start,
      waits.map((wait, n) => there[n]! + wait),
      "start",
    );
  });

  const FRAMES = 30_000;
  /** Mean wait of frames that come every second or so, exponentially spread. */
  const wait = (cpu: number | number[]) => {
    const { trace } = run({ pods: [{ cpu: exponential(1, 1009) }, { cpu }], windows: FRAMES, frames: FRAMES });
    const [source, sink] = trace.pods;
    return sink!.start.reduce((sum, time, n) => sum + time - source!.sent[n]!, 0) / FRAMES;
  };

  test("a saturated exponential source feeds a pod with a Poisson process: M/D/1 and M/M/1", () => {
    expect(wait(0.6) / md1(1, 0.6).wait).toBeCloseTo(1, 1);
    expect(wait(exponential(0.6, 1013)) / mm1(1, 0.6).wait).toBeCloseTo(1, 1);
  });

  test.each([2, 3])("a source whose messages take exponential times feeds %d workers: M/M/c", (count) => {
    // Sending is its own thread's, one after the other, whatever computes.
    const spec = { send: exponential(1, 1009), windows: FRAMES, frames: FRAMES, workers: { count } };
    const { trace } = run({ ...spec, pods: [{ cpu: 0 }, { cpu: exponential(0.8 * count, 1013) }] });
    const { start, decoded } = trace.pods[1]!;
    const wait = start.reduce((sum, time, n) => sum + time - decoded[n]!, 0) / FRAMES;
    expect(wait / mmc(1, 0.8 * count, count).wait).toBeCloseTo(1, 1);
  });
});
