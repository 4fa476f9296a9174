import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LineSpec, makespan, run } from "./fixtures.ts";

/*
 * More bandwidth, a shorter delay, a faster node, a cheaper stage or a larger window never let a deterministic line deliver any frame
 * later, where its times are sums and maxima of each other (Glasserman & Yao, Monotone Structure in Discrete-Event Systems, 1994):
 * pods have cores of their own, messages take no CPU time, and news of a delivery is heard when it comes, by pods with workers; or by
 * nobody but the last pod but one. Where threads or cores are shared there are anomalies as Graham's (SIAM J. Applied Mathematics 17(2),
 * 1969): they stand below as what they are.
 */

const FRAMES = 30;

interface Ample {
  readonly cpus: readonly number[];
  /** Pods on the edge, the others are on the server. */
  readonly moves: number;
  readonly windows: readonly number[];
  readonly bandwidth: number;
  readonly delay: number;
  readonly loopback: number;
  readonly acknowledgement: number;
  readonly speeds: readonly [number, number];
  readonly rate: number | undefined;
}

const ample: fc.Arbitrary<Ample> = fc.integer({ min: 2, max: 5 }).chain((pods) => {
  const cost = fc.double({ min: 0.05, max: 2, noNaN: true });
  const speed = fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 0.9, noNaN: true }));
  const wait = fc.double({ min: 0, max: 0.5, noNaN: true });
  return fc.record({
    cpus: fc.array(cost, { minLength: pods, maxLength: pods }),
    moves: fc.integer({ min: 1, max: pods - 1 }),
    windows: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: pods - 1, maxLength: pods - 1 }),
    bandwidth: fc.double({ min: 300, max: 1e4, noNaN: true }),
    delay: fc.double({ min: 0, max: 2, noNaN: true }),
    loopback: wait,
    acknowledgement: wait,
    speeds: fc.tuple(speed, speed),
    rate: fc.option(fc.double({ min: 0.2, max: 3, noNaN: true }), { nil: undefined }),
  });
});

function built({ cpus, moves, windows, rate, speeds, bandwidth, delay, ...waits }: Ample): LineSpec {
  return {
    ...waits,
    nodes: [
      { name: "edge", host: "small", speed: speeds[0] },
      { name: "server", host: "big", speed: speeds[1] },
    ],
    links: [{ between: ["edge", "server"], bandwidth, delay }],
    pods: cpus.map((cpu, i) => ({ cpu, node: i < moves ? "edge" : "server" })),
    windows,
    frames: FRAMES,
    ...(rate !== undefined && { rate }),
  };
}

type Change = (spec: Ample, factor: number, which: number) => Ample;

const place = (values: { readonly length: number }, which: number) => which % values.length;
const CHANGES: readonly (readonly [string, Change])[] = [
  ["a faster link", (spec, factor) => ({ ...spec, bandwidth: spec.bandwidth * factor })],
  ["a shorter delay", (spec, factor) => ({ ...spec, delay: spec.delay / factor })],
  [
    "a larger window",
    ({ windows, ...spec }, factor, which) => {
      const at = place(windows, which);
      return { ...spec, windows: windows.with(at, windows[at]! + Math.ceil(factor)) };
    },
  ],
  [
    "a faster node",
    ({ speeds: [edge, server], ...spec }, factor, which) => {
      const faster = (speed: number) => Math.min(1, speed * factor);
      return { ...spec, speeds: which % 2 === 0 ? [faster(edge), server] : [edge, faster(server)] };
    },
  ],
  [
    "a cheaper stage",
    ({ cpus, ...spec }, factor, which) => {
      const at = place(cpus, which);
      return { ...spec, cpus: cpus.with(at, cpus[at]! / factor) };
    },
  ],
];

const deliveries = (spec: LineSpec) => run(spec).trace.pods.at(-1)!.end;

/** No frame is delivered later than before. */
function never(change: Change, more: (spec: LineSpec) => LineSpec): void {
  fc.assert(
    fc.property(ample, fc.double({ min: 1, max: 4, noNaN: true }), fc.nat(9), (spec, factor, which) => {
      const before = deliveries(more(built(spec)));
      deliveries(more(built(change(spec, factor, which)))).forEach((end, frame) => {
        expect(end, `frame ${frame}`).toBeLessThanOrEqual(before[frame]! * (1 + 1e-9));
      });
    }),
    { seed: 9, numRuns: 200 },
  );
}

describe("no frame of a deterministic line comes later", () => {
  test.each(CHANGES)("for %s, with one worker a pod or several, whatever the windows", (_, change) => {
    for (const count of [1, 3]) never(change, (spec) => ({ ...spec, workers: { count } }));
  });

  test.each(CHANGES)("for %s, with threads that do all, where only the last window limits", (_, change) => {
    never(change, (spec) => {
      const windows = spec.windows as readonly number[];
      return { ...spec, windows: windows.map((window, i) => (i < windows.length - 1 ? FRAMES : window)) };
    });
  });
});

test("no line of two pods on a host ends later for more cores", () => {
  const cost = fc.double({ min: 0.05, max: 2, noNaN: true });
  fc.assert(
    fc.property(cost, cost, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), (a, b, cores, windows) => {
      const on = (count: number) =>
        makespan(run({ pods: [{ cpu: a }, { cpu: b }], windows, frames: FRAMES, hosts: { box: count } }));
      expect(on(cores + 1)).toBeLessThanOrEqual(on(cores) * (1 + 1e-9));
    }),
    { seed: 10, numRuns: 100 },
  );
});

describe("anomalies: less is more", () => {
  const pods = (...cpus: readonly number[]) => cpus.map((cpu) => ({ cpu }));

  // A thread in the middle hears that a frame is delivered when it has finished the frame in hand, if it has begun one by then. What
  // comes a little earlier has it begin a long one just before the news, which the pods before it wait for.
  test.each<[string, LineSpec, Partial<LineSpec>, number, number]>([
    ["a larger window", { pods: pods(1, 9, 6), windows: [3, 1], loopback: 3, frames: 4 }, { windows: [3, 2] }, 49, 52],
    [
      "a cheaper stage",
      { pods: pods(1, 8, 6, 1), windows: [2, 2, 1], loopback: 0.5, frames: 3 },
      { pods: pods(1, 7, 6, 1) },
      34,
      37.5,
    ],
  ])("%s, where a thread hears the news late", (_, spec, better, before, after) => {
    expect(makespan(run(spec))).toBeCloseTo(before, 9);
    expect(makespan(run({ ...spec, ...better }))).toBeCloseTo(after, 9);
    // With workers, whose thread hears them at once, the same is none.
    const [slow, fast] = [spec, { ...spec, ...better }].map((one) => makespan(run({ ...one, workers: { count: 1 } })));
    expect(fast!).toBeLessThanOrEqual(slow!);
  });

  // What comes earlier takes cores from what the rest of the line waits for.
  test.each<[string, LineSpec, Partial<LineSpec>, number, number]>([
    ["a larger window", { pods: pods(1, 1, 1, 2), windows: [2, 2, 1], frames: 3 }, { windows: [3, 2, 1] }, 9.5, 10],
    [
      "a larger window, with workers",
      { pods: pods(2, 4, 1), windows: [2, 1], frames: 4, workers: { count: 1 } },
      { windows: [3, 1] },
      19,
      19.5,
    ],
    ["a cheaper stage", { pods: pods(1, 9, 8, 1), windows: [2, 2, 1], frames: 3 }, { pods: pods(1, 8, 8, 1) }, 37, 42],
  ])("%s, where two cores are shared", (_, spec, better, before, after) => {
    const shared = { ...spec, hosts: { box: 2 } };
    expect(makespan(run(shared))).toBeCloseTo(before, 9);
    expect(makespan(run({ ...shared, ...better }))).toBeCloseTo(after, 9);
  });

  // A message that comes before a compute begins is read first, one that comes just after waits.
  test("a cheaper stage, where messages take CPU time of the thread that computes", () => {
    const spec = { pods: pods(1, 6, 4, 3), windows: [2, 2, 1], frames: 5, receive: 1, send: 1 };
    expect(makespan(run(spec))).toBeCloseTo(49, 9);
    expect(makespan(run({ ...spec, pods: pods(1, 5, 4, 3) }))).toBeCloseTo(52, 9);
  });
});
