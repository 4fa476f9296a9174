import { describe, expect, it, test } from "vitest";
import { withLoad } from "../../sim/compile.ts";
import { predict } from "../../sim/predict.ts";
import { judgedSaturated, MODEL_DOUBT, predictLoaded, verdictAt } from "../../sim/verdict.ts";
import { exponential, line } from "./fixtures.ts";

test.each([
  [0, "stable"],
  [90, "stable"],
  [90.01, "near capacity"],
  [99.99, "near capacity"],
  [100, "saturated"],
  [1000, "saturated"],
] as const)("%d /s of 100 /s is %s", (rate, verdict) => {
  expect(verdictAt(rate, 100)).toBe(verdict);
});

/** About 100 frames/s, of varying cost: at high load the queue is what matters. */
const { plan, profile } = line({ pods: [{}, { cpu: exponential(0.01, 200) }], frames: 400, warmup: 50, windows: 400 });
const capacity = predict(plan, profile, 20);
const at = (share: number) => {
  const rate = share * capacity.throughput;
  return withLoad(plan, { kind: "rate", rate, label: `${100 * share}%` });
};

describe("prediction of a loaded plan", () => {
  it("far from capacity is the plain one, in whose interval the model may be off a little", () => {
    const { verdict, capacity: told, interval, ...figures } = predictLoaded(at(0.5), profile, capacity, 20);
    expect(verdict).toBe("stable");
    expect(told).toEqual({ throughput: capacity.throughput, interval: capacity.interval.throughput });
    const { interval: plain, ...expected } = predict(at(0.5), profile, 20);
    expect(figures).toEqual(expected);
    expect(interval.throughput).toEqual(plain.throughput);
    for (const figure of ["mean", "p50", "p95", "p99"] as const) {
      const [low, high] = interval.latency[figure];
      expect(low).toBeLessThanOrEqual(plain.latency[figure][0]);
      expect(high).toBeGreaterThanOrEqual(plain.latency[figure][1]);
    }
  });

  it("of constant costs, far from capacity, is off by as much as the model may be", () => {
    const { plan, profile } = line({ pods: [{ cpu: 0.001 }, { cpu: 0.01 }], frames: 100, warmup: 10 });
    const saturated = predict(plan, profile, 2);
    const slow = withLoad(plan, { kind: "rate", rate: 20, label: "20/s" });
    const { latency, interval } = predictLoaded(slow, profile, saturated, 2);
    expect(interval.latency.mean[0]).toBeCloseTo(latency.mean / (1 + MODEL_DOUBT), 9);
    expect(interval.latency.mean[1]).toBeCloseTo(latency.mean / (1 - MODEL_DOUBT), 9);
  });

  it("near capacity keeps its figures, and its latency's interval covers a capacity that is a little lower, or higher", () => {
    const plain = predict(at(0.95), profile, 20);
    const wide = predictLoaded(at(0.95), profile, capacity, 20);
    expect(wide.verdict).toBe("near capacity");
    expect([wide.latency, wide.throughput, wide.interval.throughput]).toEqual([
      plain.latency,
      plain.throughput,
      plain.interval.throughput,
    ]);
    for (const figure of ["mean", "p50", "p95", "p99"] as const) {
      const [low, high] = wide.interval.latency[figure];
      expect(low).toBeLessThanOrEqual(plain.interval.latency[figure][0]);
      expect(high).toBeGreaterThan(plain.interval.latency[figure][1]);
    }
    // What a capacity that is lower by the least doubt would give is inside.
    const lower = predict(at(0.95 / (1 - MODEL_DOUBT)), profile, 20);
    expect(wide.interval.latency.mean[1]).toBeGreaterThanOrEqual(lower.interval.latency.mean[1]);
  });

  it("beyond capacity is saturated", () => {
    expect(predictLoaded(at(1.2), profile, capacity, 4).verdict).toBe("saturated");
  });

  it("is not of a plan that is run saturated", () => {
    expect(() => predictLoaded(plan, profile, capacity)).toThrow("plan fixture is saturated: it should have a rate");
    expect(judgedSaturated(capacity)).toMatchObject({ verdict: "saturated", throughput: capacity.throughput });
  });
});
