import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CompiledLine } from "../../sim/compiled/lines.ts";
import type { Arrivals } from "../../sim/disturbance.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { type Costs, costsOf } from "../../sim/model/costs.ts";
import { Latencies } from "../../sim/model/latencies.ts";
import { inOrder, type Samples } from "../../sim/model/measured-cost.ts";
import { simulateSummary } from "../../sim/simulate.ts";
import { interpreted, runTogether, type Unrun } from "../../sim/together.ts";
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

/** Threads are between idle and cold for most of what a random line waits, and each sample goes by `drawn`. */
function varied(costs: Costs, drawn: (samples: Samples) => Samples): Costs {
  const all = <T extends object>(by: T): T => {
    return Object.fromEntries(Object.entries(by).map(([name, samples]) => [name, drawn(samples as Samples)])) as T;
  };
  return {
    ...costs,
    gaps: { idle: 0.05, cold: 3, cooling: 0.7 },
    lateness: drawn(costs.lateness),
    stalls: { probability: 0.2, seconds: [0.1, 1] },
    pods: costs.pods.map((pod) => ({
      ...pod,
      compute: all(pod.compute),
      receive: all(pod.receive),
      send: all(pod.send),
      handover: all(pod.handover),
    })),
    hops: costs.hops.map((hop) => ({
      ...hop,
      delay: all(hop.delay),
      acknowledgement: drawn(hop.acknowledgement),
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

describe("what is not plain goes to the other engine", () => {
  const spec: LineSpec = { pods: [{ cpu: 1 }, { cpu: 2 }] };
  const ran = (made: Parameters<typeof unrun>[1]) => told(runTogether, [made]);

  test("what it does not know", () => {
    expect(ran(priced(spec)).compiled).toBe(true);
    expect(ran(priced({ ...spec, workers: { count: 1 } })).compiled).toBe(false);
    expect(ran(priced({ ...spec, nodes: [{ name: "edge", cpus: 0.5 }] })).compiled).toBe(false);
    const { plan, costs } = priced({ ...spec, rate: 1 });
    const buffered = { ...plan, workload: { ...plan.workload, buffer: 2 } };
    expect(interpreted([{ ...unrun("a", { plan: buffered, costs }), latencies: null }]).lines).toHaveLength(1);
  });

  test("a fleet with one line that is not", () => {
    const made = [priced(spec), priced({ ...spec, workers: { count: 1 } })];
    expect(told(runTogether, made).compiled).toBe(false);
  });

  test("costs that it has an error for", () => {
    const { plan, costs } = priced(spec);
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const [pod, ...others] = costs.pods;
      const compute = { ...pod!.compute, busy: [wrong], idle: [wrong], cold: [wrong] };
      const made = { plan, costs: { ...costs, pods: [{ ...pod!, compute }, ...others] } };
      expect(() => ran(made)).toThrow(`work(=${wrong}) should be finite and > 0`);
    }
    expect(() => ran({ plan, costs: { ...costs, cores: new Map([["box", 0]]) } })).toThrow("cores(=0)");
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
