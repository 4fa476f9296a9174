import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compiledEngine } from "../../sim/compiled/engine.ts";
import { CompiledLine, CompiledLines } from "../../sim/compiled/lines.ts";
import { arePlain, isPlain } from "../../sim/compiled/plain.ts";
import type { Arrivals } from "../../sim/disturbance.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { type Costs, costsOf } from "../../sim/model/costs.ts";
import { Latencies } from "../../sim/model/latencies.ts";
import { inOrder, type Samples } from "../../sim/model/measured-cost.ts";
import type { Plan } from "../../sim/plan.ts";
import { simulateSummary } from "../../sim/simulate.ts";
import { areCompiled, interpreted, runTogether, type Unrun } from "../../sim/together.ts";
import { apart, exponential, type LineSpec, line } from "./fixtures.ts";
import { lines } from "./lines.ts";

/** Two visits, if there are samples for two, drawn in blocks. */
function inBlocks(samples: Samples): Samples {
  const first = samples.length >> 1;
  const visits = [first, samples.length - first].filter((count) => count > 0);
  return inOrder(Array.from(samples), {
    visits: visits.map((count, i) => ({ round: i + 1, samples: count, level: 1 })),
    block: 3,
  });
}

const scaled = (samples: Samples, factor: number): Samples => Array.from(samples, (seconds) => seconds * factor);

/** Threads are between idle and cold for most of what a random line waits, it matters which, and each sample goes by `drawn`. */
function varied(costs: Costs, drawn: (samples: Samples) => Samples): Costs {
  const threads = ({ busy, idle, cold }: Costs["pods"][number]["compute"]) => {
    return { busy: drawn(busy), idle: drawn(scaled(idle, 1.3)), cold: drawn(scaled(cold, 1.7)) };
  };
  return {
    ...costs,
    gaps: { idle: 0.05, cold: 3, cooling: 0.7 },
    lateness: drawn(costs.lateness),
    stalls: { probability: 0.2, seconds: [0.1, 1] },
    pods: costs.pods.map((pod) => ({
      ...pod,
      compute: threads(pod.compute),
      receive: threads(pod.receive),
      send: threads(pod.send),
      handover: { idle: drawn(scaled(pod.send.idle, 0.6)), cold: drawn(scaled(pod.send.cold, 0.4)) },
    })),
    hops: costs.hops.map((hop) => ({
      ...hop,
      delay: { idle: drawn(hop.delay.idle), cold: drawn(scaled(hop.delay.cold, 1.5)) },
      acknowledgement: drawn(hop.acknowledgement),
      payload: hop.bandwidth < Number.POSITIVE_INFINITY ? [3, 400, 7] : hop.payload,
    })),
  };
}

function unrun(name: string, { plan, costs }: Pick<Unrun, "plan" | "costs">): Unrun {
  const streams: Unrun["streams"] = (...path) => new RandomStream(plan.workload.seed, name, ...path);
  return { plan, costs, streams, latencies: new Latencies() };
}

/** All that either engine tells of a run. */
function told(engine: typeof runTogether, made: readonly Parameters<typeof unrun>[1][]) {
  const { lines: ran, ...rest } = engine(made.map((one, i) => unrun(`line ${i}`, one)));
  return {
    compiled: ran.every((one) => one instanceof CompiledLine),
    told: { ...rest, lines: ran.map((one) => ({ summary: one.summary(), offered: one.offered })) },
  };
}

function expectSame(made: readonly Parameters<typeof unrun>[1][]): void {
  const actual = told(runTogether, made);
  expect(actual.compiled).toBe(true);
  expect(actual.told).toEqual(told(interpreted, made).told);
}

function priced(spec: LineSpec, arrivals?: Arrivals) {
  const { plan, profile } = line(spec);
  const workload = arrivals === undefined ? plan.workload : { ...plan.workload, arrivals };
  return { plan: { ...plan, workload }, costs: costsOf(plan, profile, null) };
}

const plainLines = lines.map(({ workers, zstd, ...spec }) => {
  const frames = Math.max(spec.frames ?? 40, 2);
  return { ...spec, frames, warmup: frames >> 2 };
});
const arrivals = fc.constantFrom<(Arrivals | undefined)[]>(
  undefined,
  { kind: "poisson" },
  { kind: "batches", size: 3 },
  { kind: "on-off", on: 3, off: 5 },
);

describe("the compiled engine tells the same as the other, to the last bit,", () => {
  test("of any plain line", () => {
    fc.assert(
      fc.property(
        plainLines,
        arrivals,
        fc.constantFrom(inBlocks, (samples: Samples) => samples),
        (spec, how, drawn) => {
          const { plan, costs } = priced(spec, how);
          expectSame([{ plan, costs: varied(costs, drawn) }]);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  test("of lines that share hosts and links, few of them and many", () => {
    fc.assert(
      fc.property(plainLines, fc.integer({ min: 2, max: 12 }), (spec, count) => {
        const made = Array.from({ length: count }, (_, i) => priced({ ...spec, seed: i, frames: spec.frames + i }));
        expectSame(made.map(({ plan, costs }) => ({ plan, costs: varied(costs, (samples) => samples) })));
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  test("of lines in which most happens at once", () => {
    const same = {
      ...apart({ bandwidth: 1000, delay: 1 }),
      pods: [{ cpu: 1 }, { cpu: 1, node: "server" }, { cpu: 1, node: "server" }],
    };
    for (const rate of [undefined, 0.5, 1])
      for (const count of [1, 2, 7])
        expectSame(
          Array.from({ length: count }, () =>
            priced({ ...same, ...(rate && { rate }), receive: 1, send: 1, bytes: 1000 }),
          ),
        );
  });

  test("of times that are whole seconds", () => {
    const whole = (samples: Samples) => Array.from(samples, (seconds) => Math.round(3 * seconds));
    fc.assert(
      fc.property(plainLines, fc.integer({ min: 1, max: 3 }), (spec, count) => {
        const { plan, costs } = priced({ ...spec, ...(spec.rate && { rate: 0.25 }), hosts: { small: 8, big: 8 } });
        expectSame(Array.from({ length: count }, () => ({ plan, costs: varied(costs, whole) })));
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  test("of work that costs nothing", () => {
    expectSame([priced({ pods: [{ cpu: 0 }, { cpu: 0 }, { cpu: [0, 1] }], frames: 200, warmup: 3 })]);
    expectSame([priced({ pods: [{ cpu: 0 }, { cpu: 0 }], frames: 200, rate: 10 })]);
  });

  test("of sleeps that all end late", () => {
    const { plan, costs } = priced({ pods: [{ cpu: 0.1 }], nodes: [{ name: "edge", speed: 0.5 }], rate: 1 });
    expectSame([{ plan, costs: { ...costs, stalls: { probability: 1, seconds: [0.3] } } }]);
    // Held for less than a virtual CPU polls: never late.
    const short = priced({ pods: [{ cpu: 1e-4 }], nodes: [{ name: "edge", speed: 0.6 }] });
    expectSame([{ ...short, costs: { ...short.costs, stalls: { probability: 1, seconds: [0.3] } } }]);
  });

  test("of windows that are no limit", () => {
    for (const windows of [40, 2 ** 31 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER])
      expectSame([priced({ pods: [{ cpu: 1 }, { cpu: 3 }], windows })]);
  });

  test("of lines that have their costs in common", () => {
    const { plan, costs } = priced({ pods: [{ cpu: [1, 2] }, { cpu: [2, 3] }], receive: [0.1, 0.2] });
    expectSame([0, 1, 2].map(() => ({ plan, costs })));
  });

  test("of more frames in flight than there is room for at first, and more memory than that", () => {
    const spec: LineSpec = {
      ...apart({ bandwidth: 5000, delay: 20 }),
      pods: [{ cpu: exponential(0.01, 50) }, { cpu: exponential(0.02, 50), node: "server" }],
      windows: 300,
      bytes: 5,
      frames: 50_000,
      warmup: 10,
    };
    expectSame([priced(spec)]);
    expectSame([priced({ ...spec, rate: 30 }, { kind: "poisson" })]);
  });
});

describe("the engine's memory", () => {
  const spec: LineSpec = { pods: [{ cpu: [1, 2] }, { cpu: [2, 3] }] };
  const long = () => priced({ ...spec, rate: 0.3, frames: 10_000_000 }, { kind: "batches", size: 5_000_000 });

  test("is another's after a large simulation, and after one that was never run", () => {
    const first = told(runTogether, [priced(spec)]).told;
    const apartTwice = [1000, 2000].map((bandwidth) =>
      priced({ ...apart({ bandwidth, delay: 1 }), pods: [{ cpu: 1 }, { cpu: 1, node: "server" }] }),
    );
    expect(() => told(runTogether, apartTwice)).toThrow("in a plan before");
    expect(told(runTogether, [priced(spec)]).told).toEqual(first);
    const before = compiledEngine();
    const { streams, latencies, ...made } = unrun("long", long());
    new CompiledLines(before!, 10, [made]).add(made, streams, latencies!);
    expect(before!.numbers.byteLength).toBeGreaterThan(80e6);
    expect(compiledEngine()).not.toBe(before);
    expect(compiledEngine()!.numbers.byteLength).toBeLessThan(1e6);
    expect(told(runTogether, [priced(spec)]).told).toEqual(first);
  });

  test("is not read when it is another simulation's", () => {
    const { lines: ran } = runTogether([unrun("a", priced(spec))]);
    runTogether([unrun("b", priced(spec))]);
    expect(() => ran[0]!.summary()).toThrow("sums of pod pod-0 are gone");
  });
});

describe("what is not plain goes to the other engine", () => {
  const spec: LineSpec = { pods: [{ cpu: 1 }, { cpu: 2, node: "server" }], ...apart({ bandwidth: 1000, delay: 1 }) };
  const { plan, costs } = priced({ ...spec, rate: 1 });
  const limited = (limit: object) => ({ ...plan, nodes: plan.nodes.map((node) => ({ ...node, ...limit })) });
  const workload = (more: object) => ({ ...plan, workload: { ...plan.workload, ...more } });

  test.each<[string, Plan]>([
    ["workers", { ...plan, workers: 1 }],
    ["a limit of each pod", limited({ cpus: 0.5 })],
    ["a limit of all pods", limited({ quota: 0.5 })],
    ["a source that drops frames", workload({ buffer: 2 })],
    [
      "something that happens",
      { ...plan, disturbances: [{ link: ["edge", "server"], bandwidth: { share: 0.5 }, from: 0, until: 1 }] },
    ],
    ["more frames than it counts", workload({ frames: 2 ** 28 + 1 })],
    ["a rate next to nothing", workload({ load: { kind: "rate", rate: 1e-320, label: "" } })],
  ])("a plan with %s", (_, other) => {
    expect(isPlain(plan)).toBe(true);
    expect(isPlain(other)).toBe(false);
  });

  test("lines with one among them that is not plain, and schedules that would take much memory", () => {
    expect(told(runTogether, [priced(spec), priced({ ...spec, workers: { count: 1 } })]).compiled).toBe(false);
    const scheduled = (frames: number) => {
      return { ...unrun("a", { plan: workload({ frames, arrivals: { kind: "poisson" } }), costs }) };
    };
    expect(areCompiled([scheduled(1000), scheduled(1000)])).toBe(true);
    expect(areCompiled([scheduled(2 ** 25), scheduled(2 ** 25 + 1)])).toBe(false);
    expect(areCompiled([{ ...scheduled(1000), latencies: null }])).toBe(false);
  });

  /** The same costs with `wrong` at a path of names and places. */
  const withWrong = (path: string, wrong: unknown): Costs => {
    const [names, last] = [path.split(".").slice(0, -1), path.split(".").at(-1)!];
    const copy = structuredClone(costs) as unknown as Record<string, unknown>;
    const at = names.reduce((of, name) => of[name] as Record<string, unknown>, copy);
    at[last] = wrong;
    return copy as unknown as Costs;
  };

  test.each([
    ...["compute", "receive", "send"].flatMap((cost) =>
      ["busy", "idle", "cold"].map((thread) => `pods.1.${cost}.${thread}`),
    ),
    ...["handover.idle", "handover.cold"].map((cost) => `pods.0.${cost}`),
    ...["delay.idle", "delay.cold", "acknowledgement", "payload"].map((cost) => `hops.0.${cost}`),
    "lateness",
  ])("%s with what that has an error for, or can't draw from", (path) => {
    expect(arePlain(costs)).toBe(true);
    for (const wrong of [[], [Number.NaN], [1, Number.POSITIVE_INFINITY], [1e200]])
      expect(arePlain(withWrong(path, wrong))).toBe(false);
    expect(arePlain(withWrong(path, [-1]))).toBe(path === "lateness");
  });

  test.each([
    ["hops.0.bandwidth", [0, Number.NaN, 1e-200]],
    ["hops.0.relayCpuPerByte", [-1, Number.NaN, Number.POSITIVE_INFINITY]],
    ["pods.0.compress", [costs.pods[0]!.send]],
    ["pods.0.decompress", [costs.pods[0]!.send]],
    ["pods.0.emulated", [{ receive: 0, compute: Number.NaN, compress: 0, send: 0 }]],
    ["gaps", [{ idle: 1, cold: 2, cooling: -1 }]],
    ["stalls", [{ probability: 0.1, seconds: [Number.NaN] }]],
  ])("%s", (path, values) => {
    for (const wrong of values) expect(arePlain(withWrong(path, wrong))).toBe(false);
  });

  test("and has its errors", () => {
    expect(() =>
      told(runTogether, [{ plan, costs: withWrong("pods.0.compute", { busy: [-1], idle: [-1], cold: [-1] }) }]),
    ).toThrow("work(=-1) should be finite and > 0");
    const cores = new Map([
      ["small", 0],
      ["big", 1],
    ]);
    expect(() => told(runTogether, [{ plan, costs: { ...costs, cores } }])).toThrow("cores(=0)");
    expect(() => told(runTogether, [priced({ pods: [{ cpu: 1e308 }] })])).toThrow("should be finite");
  });
});

describe("where there is no WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("results are the same", async () => {
    const { plan, costs } = priced({ pods: [{ cpu: [1, 2] }, { cpu: [2, 3] }], warmup: 5 });
    const expected = simulateSummary(plan, costs, 0);
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    const { compiledEngine } = await import("../../sim/compiled/engine.ts");
    const bare = await import("../../sim/simulate.ts");
    expect(compiledEngine()).toBeNull();
    expect(bare.simulateSummary(plan, costs, 0)).toEqual(expected);
  });
});
