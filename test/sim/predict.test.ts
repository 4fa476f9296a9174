import { describe, expect, test } from "vitest";
import { predict, REPLICATIONS } from "../../sim/predict.ts";
import type { Interval, Prediction } from "../../sim/prediction.ts";
import { summarise } from "../../sim/summarise.ts";
import { apart, exponential, type LineSpec, line, run } from "./fixtures.ts";

const of = (spec: LineSpec, replications?: number): Prediction => {
  const { plan, profile } = line(spec);
  return predict(plan, profile, replications);
};
const width = ([low, high]: Interval) => high - low;
const figures = ({ throughput, latency, interval }: Prediction): (readonly [string, number, Interval])[] => [
  ["throughput", throughput, interval.throughput],
  ["mean", latency.mean, interval.latency.mean],
  ["p50", latency.p50, interval.latency.p50],
  ["p95", latency.p95, interval.latency.p95],
  ["p99", latency.p99, interval.latency.p99],
];

const noisy: LineSpec = {
  ...apart({ bandwidth: 20_000, delay: 0.02, residuals: [0, 0.01, 0.03] }),
  pods: [{ cpu: [0.5, 1, 1.5] }, { cpu: exponential(0.8, 30), node: "server" }],
  receive: [0.01, 0.02],
  send: [0.01, 0.03],
  frames: 120,
  warmup: 20,
};

test("the terms add up to the mean latency, however replications differ", () => {
  const { latency, terms } = of({ ...noisy, rate: 0.8 });
  const sum = terms.reduce((sum, one) => sum + one.link + one.decode + one.queue + one.compute + one.send, 0);
  expect(sum).toBeCloseTo(latency.mean, 9);
});

describe("intervals", () => {
  test.each([
    ["saturated", {}],
    ["rate", { rate: 0.5 }],
  ])("they contain the point estimate and are not empty: %s", (_, load) => {
    const prediction = of({ ...noisy, ...load });
    expect(prediction.replications).toBe(REPLICATIONS);
    for (const [name, value, [low, high]] of figures(prediction)) {
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
      expect(high - low, name).toBeGreaterThan(0);
    }
  });

  test("constant samples leave no doubt", () => {
    const spec = { ...apart({ bandwidth: 1000, delay: 0.1 }), pods: [{ cpu: 1 }, { cpu: 2, node: "server" }] };
    for (const load of [{}, { rate: 0.3 }]) {
      for (const [name, , interval] of figures(of({ ...spec, ...load }))) expect(width(interval), name).toBe(0);
    }
  });

  test("more calibration narrows them", () => {
    // The same distribution, seen often or rarely; long runs, so that what is left is what the calibration does not know.
    const seen = (samples: number) => of({ pods: [{ cpu: exponential(1, samples) }], frames: 1500, warmup: 50 });
    const widths = [4, 40, 400].map((samples) => width(seen(samples).interval.throughput));
    expect(widths[1]).toBeLessThan(widths[0]! * 0.7);
    expect(widths[2]).toBeLessThan(widths[1]! * 0.7);
  });

  test("one replication: the interval is the estimate", () => {
    for (const [, value, interval] of figures(of(noisy, 1))) expect(interval).toEqual([value, value]);
  });
});

describe("figures", () => {
  test("a prediction with constant costs is the summary of its run", () => {
    const spec: LineSpec = {
      ...apart({ bandwidth: 1000, delay: 0.1 }),
      pods: [{ cpu: 1 }, { cpu: 2, node: "server" }],
      receive: 0.125,
      rate: 0.3,
      warmup: 5,
    };
    const prediction = of(spec);
    const { throughput, latency, terms, ccr } = summarise(run(spec).trace);
    expect(prediction.throughput).toBeCloseTo(throughput, 9);
    expect(prediction.latency.p95).toBeCloseTo(latency.p95, 9);
    expect(prediction.ccr).toBeCloseTo(ccr, 9);
    prediction.terms.forEach((term, i) => {
      expect(term.link, term.pod).toBeCloseTo(terms[i]!.link, 9);
      expect(term.queue, term.pod).toBeCloseTo(terms[i]!.queue, 9);
    });
  });

  test("terms add up to the mean latency", () => {
    const { terms, latency } = of({ ...noisy, rate: 0.5 }, 1);
    const total = terms.reduce((sum, term) => sum + term.link + term.decode + term.queue + term.compute + term.send, 0);
    expect(total).toBeCloseTo(latency.mean, 9);
  });

  test("the same plan and profile give the same prediction", () => {
    expect(of(noisy)).toEqual(of(noisy));
  });

  test("a rate that is kept up with is delivered, one that is not saturates", () => {
    const one = { pods: [{ cpu: 1 }], frames: 100 };
    const light = of({ ...one, rate: 0.5 }, 2);
    expect(light.throughput).toBeCloseTo(0.5, 9);
    expect(light.saturated).toBe(false);
    const heavy = of({ ...one, rate: 2 }, 2);
    expect(heavy.throughput).toBeCloseTo(1, 9);
    expect(heavy.saturated).toBe(true);
    expect(of(one, 2).saturated).toBe(true);
  });
});

describe("bottlenecks", () => {
  const long = { frames: 200, warmup: 20 };

  test.each([0, 1, 2])("the slowest pod: number %d", (slow) => {
    const pods = [0, 1, 2].map((i) => ({ cpu: i === slow ? 1 : 0.3 }));
    const { bottleneck } = of({ ...long, pods, windows: 6 }, 3);
    expect(bottleneck).toMatchObject({ kind: "pod", name: `pod-${slow}` });
    expect(bottleneck.utilisation).toBeCloseTo(1, 2);
  });

  test("an emulated node's pod, though its host is idle half of the time", () => {
    const nodes = [
      { name: "edge", host: "small", speed: 0.25 },
      { name: "server", host: "big" },
    ];
    const pods = [{ cpu: 0.5 }, { cpu: 1, node: "server" }];
    const { bottleneck, resources } = of({ ...long, ...apart({}), nodes, hosts: { small: 1, big: 1 }, pods }, 3);
    expect(bottleneck).toMatchObject({ kind: "pod", name: "pod-0" });
    expect(resources.find(({ name }) => name === "small")!.value).toBeCloseTo(0.25, 2);
  });

  test("the link", () => {
    const pods = [{ cpu: 0.1 }, { cpu: 0.2, node: "server" }];
    const { bottleneck } = of({ ...long, ...apart({ bandwidth: 1000, delay: 0.01 }), pods, windows: 6 }, 3);
    expect(bottleneck).toMatchObject({ kind: "link", name: "edge>server" });
    expect(bottleneck.utilisation).toBeCloseTo(1, 2);
  });

  test("the window, when the round trip is long", () => {
    const pods = [{ cpu: 0.1 }, { cpu: 0.2, node: "server" }];
    const { bottleneck } = of({ ...long, ...apart({ bandwidth: 10_000, delay: 2 }), pods, windows: 2 }, 3);
    expect(bottleneck.kind).toBe("window");
    expect(bottleneck.utilisation).toBeLessThan(0.5);
  });

  test("the host, when its pods share too few cores", () => {
    // Two cores for six emulated pods: each holds still half of the time, together they want more than there is.
    const nodes = [{ name: "edge", speed: 0.5 }];
    const pods = Array.from({ length: 6 }, () => ({ cpu: 1 }));
    const { bottleneck } = of({ ...long, nodes, pods, hosts: { box: 2 }, windows: 12 }, 3);
    expect(["host", "pod"]).toContain(bottleneck.kind);
    expect(bottleneck.utilisation).toBeGreaterThan(0.9);
  });

  test("below saturation: what is busiest", () => {
    const pods = [{ cpu: 0.1 }, { cpu: 0.5, node: "server" }];
    const { bottleneck } = of({ ...long, ...apart({ bandwidth: 10_000 }), pods, rate: 1 }, 3);
    expect(bottleneck).toMatchObject({ kind: "pod", name: "pod-1" });
    expect(bottleneck.utilisation).toBeCloseTo(0.5, 2);
  });
});
