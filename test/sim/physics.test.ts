import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { simulate } from "../../sim/simulate.ts";
import { summarise } from "../../sim/summarise.ts";
import { STAMPS, type Trace } from "../../sim/trace.ts";
import { apart, type LineSpec, line, makespan, run, utilisationOf } from "./fixtures.ts";

const FRAMES = 40;

/** All of a trace, bit by bit. */
function bytesOf(trace: Trace): string {
  const columns = [trace.scheduled, ...trace.pods.flatMap((pod) => STAMPS.map((stamp) => pod[stamp]))];
  return columns.map((column) => Buffer.from(column.buffer).toString("hex")).join();
}

/** Frames per second between the deliveries of two frames, after the line has filled. */
function throughput(spec: LineSpec): number {
  return summarise(run({ frames: FRAMES, warmup: 20, ...spec }).trace).throughput;
}

describe("randomness", () => {
  const noisy: LineSpec = {
    ...apart({ bandwidth: 5000, delay: 0.1, residuals: [0, 0.2, 0.5] }),
    pods: [{ cpu: [1, 2, 3] }, { cpu: [0.5, 0.7, 4] }, { cpu: [1, 1.5, 2], node: "server" }],
    receive: [0.1, 0.2],
    send: [0.1, 0.3],
    loopback: [0.1, 0.4],
    acknowledgement: [0.01, 0.05],
    lateness: [0, 0.1],
  };

  test.each([
    ["saturated", {}],
    ["at a rate", { rate: 0.2 }],
  ])("the same seed and replication give the same bytes, others do not: %s", (_, load) => {
    const bytes = (seed: number, replication: number) => bytesOf(run({ ...noisy, ...load, seed }, replication).trace);
    expect(bytes(7, 0)).toBe(bytes(7, 0));
    expect(bytes(8, 0)).not.toBe(bytes(7, 0));
    expect(bytes(7, 1)).not.toBe(bytes(7, 0));
  });

  test("resampling of the calibration is as repeatable", () => {
    const { plan, profile } = line(noisy);
    const bytes = (replication: number) => bytesOf(simulate(plan, costsOf(plan, profile, replication), 0).trace);
    expect(bytes(3)).toBe(bytes(3));
    expect(bytes(4)).not.toBe(bytes(3));
  });

  test("pods with the same samples draw apart from each other", () => {
    const [source, sink] = run({ pods: [{ cpu: [1, 2, 3] }, { cpu: [1, 2, 3] }] }).trace.pods;
    expect([...source!.computeCpu]).not.toEqual([...sink!.computeCpu]);
  });

  test("each cause has a stream of its own: another delay leaves what a pod draws as it is", () => {
    const drawn = (loopback: number) =>
      run({ pods: [{ cpu: [1, 2, 3] }, { cpu: [2, 4] }], loopback }).trace.pods.map(({ computeCpu }) => [
        ...computeCpu,
      ]);
    expect(drawn(5)).toEqual(drawn(0));
  });
});

describe("hosts", () => {
  const pair = { pods: [{ cpu: 2 }, { cpu: 3 }] };

  test("pods that share one core take the sum of their works, on two cores the maximum", () => {
    expect(makespan(run({ ...pair, hosts: { box: 1 } }))).toBeCloseTo(FRAMES * 5, 9);
    expect(makespan(run({ ...pair, hosts: { box: 2 } }))).toBeCloseTo(2 + FRAMES * 3, 9);
    expect(makespan(run({ ...pair, hosts: { box: 64 } }))).toBeCloseTo(2 + FRAMES * 3, 9);
  });

  test("a core is shared equally while both want it", () => {
    const { trace } = run({ ...pair, hosts: { box: 1 }, frames: 2 });
    const [source, sink] = trace.pods;
    // From 2 on both run at half speed: the source's second frame takes 4, of the sink's first 1 core-second is left.
    expect([...source!.end]).toEqual([2, 6]);
    expect([...sink!.end]).toEqual([7, 10]);
  });

  test("one core is fully used, several by as much as there is work", () => {
    expect(utilisationOf(run({ ...pair, hosts: { box: 1 } }), "box")).toBeCloseTo(1, 9);
    expect(utilisationOf(run({ ...pair, hosts: { box: 4 } }), "box")).toBeCloseTo(
      (FRAMES * 5) / (4 * (2 + FRAMES * 3)),
      9,
    );
  });

  test("cores that the topology leaves open are those of the profile; those it tells come first", () => {
    const open = { ...pair, hosts: { box: null }, measuredCores: { box: 1 } };
    expect(makespan(run(open))).toBeCloseTo(FRAMES * 5, 9);
    expect(makespan(run({ ...open, hosts: { box: 2 } }))).toBeCloseTo(2 + FRAMES * 3, 9);
    expect(() => run({ ...pair, hosts: { box: null } })).toThrow(/host box.*cores/);
  });

  test("nodes of one host share its cores, whatever link is between them", () => {
    const nodes = [
      { name: "edge", host: "box" },
      { name: "server", host: "box" },
    ];
    const links = [{ between: ["edge", "server"] as const }];
    const spec = { nodes, links, pods: [{ cpu: 2 }, { cpu: 3, node: "server" }] };
    expect(makespan(run({ ...spec, hosts: { box: 1 } }))).toBeCloseTo(FRAMES * 5, 9);
    expect(makespan(run({ ...spec, hosts: { box: 2 } }))).toBeCloseTo(2 + FRAMES * 3, 9);
  });
});

describe("threads", () => {
  const works = (load: Partial<LineSpec>) => {
    const { trace } = run({ pods: [{ cpu: 0.05 }, { cpu: 0.5 }], waited: { idle: 2, cold: 3 }, ...load });
    return trace.pods.map(({ computeCpu }) => computeCpu.at(-1)!);
  };

  test("one that never waits computes at the cost of a busy one", () => {
    expect(works({})[1]).toBeCloseTo(0.5, 9);
  });

  test("one that waits long between frames computes at the cost of a cold one", () => {
    expect(works({ rate: 0.1 })[0]).toBeCloseTo(0.15, 9);
    expect(works({ rate: 0.1 })[1]).toBeCloseTo(1.5, 9);
  });
});

test("a frame is on its way when it is handed over, the rest of sending comes after", () => {
  const spec: LineSpec = { pods: [{ cpu: 1 }, { cpu: 1 }], send: 0.5, handover: 0.2, rate: 0.1 };
  const [source, sink] = run(spec).trace.pods;
  for (let n = 0; n < FRAMES; n++) {
    expect(source!.sent[n]! - source!.end[n]!).toBeCloseTo(0.2, 9);
    expect(sink!.arrived[n]! - source!.end[n]!).toBeCloseTo(0.2, 9);
  }
});

describe("links", () => {
  const across = (link: Parameters<typeof apart>[0], more: Partial<LineSpec> = {}): LineSpec => ({
    ...apart(link),
    pods: [{ cpu: 0.1 }, { cpu: 0.1, node: "server" }],
    ...more,
  });

  test("bandwidth limits a saturated line to bandwidth / bytes", () => {
    const spec = across({ bandwidth: 2000, delay: 0.01 }, { bytes: 1000, windows: 8 });
    expect(throughput(spec)).toBeCloseTo(2, 6);
    expect(utilisationOf(run({ ...spec, frames: 400 }), "edge>server")).toBeGreaterThan(0.99);
  });

  test("a frame that has the link to itself takes bytes / bandwidth + delay", () => {
    const { trace } = run(across({ bandwidth: 2000, delay: 0.25 }, { rate: 0.5, bytes: 1000 }));
    const [source, sink] = trace.pods;
    for (let n = 0; n < FRAMES; n++) expect(sink!.arrived[n]! - source!.sent[n]!).toBeCloseTo(0.75, 9);
  });

  test("two hops over one link in one direction share its bandwidth", () => {
    const three = (bandwidth: number): LineSpec => ({
      nodes: [
        { name: "edge", host: "small" },
        { name: "server", host: "big" },
      ],
      hosts: { small: 64, big: 64 },
      links: [{ between: ["edge", "server"], bandwidth }],
      pods: [
        { cpu: 0, node: "edge" },
        { cpu: 0, node: "server" },
        { cpu: 0, node: "edge" },
        { cpu: 0, node: "server" },
      ],
      windows: 8,
    });
    for (const bandwidth of [1000, 4000]) {
      const result = run(three(bandwidth));
      const least = (2 * FRAMES * 1000) / bandwidth;
      expect(makespan(result)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      expect(makespan(result)).toBeLessThan(least * 1.1);
      expect(utilisationOf(result, "edge>server")).toBeCloseTo(least / makespan(result), 2);
    }
  });

  test("frames of a hop arrive in order, whatever the delays", () => {
    const { trace } = run(across({ delay: 1, residuals: [-1, 0, 5] }, { windows: 8, frames: 200 }));
    const { arrived } = trace.pods[1]!;
    for (let n = 1; n < 200; n++) expect(arrived[n]!).toBeGreaterThanOrEqual(arrived[n - 1]!);
    expect(new Set(arrived).size).toBeGreaterThan(10);
  });

  test.each([1, 2, 3, 7])("a window of %d limits a line to so many frames per round trip", (window) => {
    const [transfer, delay, compute, back] = [0.5, 2, 0.25, 0.125];
    const round = transfer + delay + compute + delay + back;
    const spec = across({ bandwidth: 2000, delay }, { windows: window, bytes: 1000, acknowledgement: back });
    const pods = [{ cpu: 0.01 }, { cpu: compute, node: "server" }];
    expect(throughput({ ...spec, pods, frames: 20 + 7 * 6 + 1 })).toBeCloseTo(window / round, 6);
  });

  test("over loopback the round trip is the hop's time and the acknowledgement's", () => {
    const spec = { pods: [{ cpu: 0.01 }, { cpu: 0.25 }], windows: 1, loopback: 0.5, acknowledgement: 0.125 };
    expect(throughput(spec)).toBeCloseTo(1 / 0.875, 6);
  });

  test("an emulated link's relay takes its CPU time from the sender's host", () => {
    const spec = across({ cpuPerByte: 0.001 }, { bytes: 1000 });
    const result = run(spec);
    // 0.1 s of compute and 1 s of relaying a frame.
    const used = utilisationOf(result, "small") / utilisationOf(result, "big");
    expect(used).toBeCloseTo(11, 1);
  });
});

describe("messages", () => {
  test("the thread that computes also reads, and sends: their times add up", () => {
    const receiving = makespan(run({ pods: [{ cpu: 0 }, { cpu: 1 }], receive: 0.5, windows: 4 }));
    expect(receiving).toBeCloseTo(FRAMES * 1.5, 6);
    const sending = makespan(run({ pods: [{ cpu: 1 }, { cpu: 0 }], send: 0.5, windows: 4 }));
    // Whether a frame leaves before the work of sending it or after is for the model to say.
    expect(sending).toBeGreaterThanOrEqual(FRAMES * 1.5 - 0.5 - 1e-9);
    expect(sending).toBeLessThanOrEqual(FRAMES * 1.5 + 1e-9);
  });
});
