import { describe, expect, test } from "vitest";
import { withLoad } from "../../sim/compile.ts";
import { leftOf } from "../../sim/disturbance.ts";
import { planLoad } from "../../sim/load.ts";
import type { Plan } from "../../sim/plan.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { type Bound, capacityOf } from "../../sim/sweep/capacity.ts";
import { replicate, replicateUnder } from "../../sim/sweep/replicate.ts";
import { apart, exponential, line } from "../sim/fixtures.ts";

const p95 = (seconds: number): Bound => ({ figure: "p95", seconds });

describe("a deterministic line", () => {
  const { plan, profile } = line({ pods: [{ cpu: 4e-3 }, { cpu: 10e-3 }], frames: 80, windows: 8 });

  test("keeps a bound above its own latency up to all that it carries: 1 / its slowest pod", () => {
    const capacity = capacityOf(plan, profile, p95(15e-3), 3);
    expect(capacity.limit).toBe("throughput");
    expect(capacity.rate).toBeCloseTo(100, 6);
    expect(capacity.bottleneck).toMatchObject({ kind: "pod", name: "pod-1" });
  });

  test("never keeps one below it, and says where the time goes", () => {
    const capacity = capacityOf(plan, profile, p95(13.9e-3), 3);
    expect(capacity).toMatchObject({ rate: null, interval: null, limit: "never" });
    expect(capacity.lowest!.seconds).toBeCloseTo(14e-3, 9);
    expect(capacity.lowest!.part).toBe("compute in pod-1");
    expect(capacity.lowest!.partSeconds).toBeCloseTo(10e-3, 9);
  });

  test("a link's delay alone can break it", () => {
    const far = line({ ...apart({ delay: 50e-3 }), pods: [{ cpu: 1e-3 }, { cpu: 1e-3, node: "server" }], frames: 60 });
    expect(capacityOf(far.plan, far.profile, p95(40e-3), 2).lowest!.part).toBe("the way to pod-1");
  });

  test("a bound should be above 0", () => {
    expect(() => capacityOf(plan, profile, p95(0), 2)).toThrow(/bound\.seconds\(=0\)/);
  });
});

test("D/M/1: sojourn is exponential with rate mu (1 - sigma), sigma = exp(-mu (1 - sigma) / lambda)", () => {
  const mean = 1e-3;
  const { plan, profile } = line({ pods: [{ cpu: exponential(mean, 4000) }], frames: 8000, warmup: 400, seed: 3 });
  const seconds = 6e-3;
  // p95 = ln 20 / eta with eta = mu (1 - sigma): solved for lambda.
  const eta = Math.log(20) / seconds;
  const lambda = -eta / Math.log(1 - eta * mean);
  const { rate, interval, limit } = capacityOf(plan, profile, p95(seconds), 12);
  expect(limit).toBe("bound");
  expect(rate! / lambda).toBeGreaterThan(0.96);
  expect(rate! / lambda).toBeLessThan(1.04);
  expect(interval![0]!).toBeLessThan(lambda);
  expect(interval![1] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(lambda);
});

test("a bound that some replications break at what the line carries: the interval begins where none of them does", () => {
  const { plan, profile } = line({ pods: [{ cpu: exponential(1e-3, 4000) }], frames: 2000, warmup: 100, seed: 5 });
  const full = replicate(plan, profile, 12).samples.throughput;
  const at = (rate: number) => replicate(withLoad(plan, planLoad({ kind: "rate", rate })), profile, 12).samples.p95;
  const there = at(mean(full));
  const seconds = 1.01 * mean(there);
  const { rate, interval, limit } = capacityOf(plan, profile, p95(seconds), 12);
  expect(there.some((value) => value > seconds)).toBe(true);
  expect([rate, limit]).toEqual([mean(full), "throughput"]);
  expect(interval![0]!).toBeLessThan(Math.min(...full));
  expect(Math.max(...at(0.99 * interval![0]!))).toBeLessThan(seconds);
});

describe("a line of which a pod is killed", () => {
  const { plan, profile } = line({ pods: [{ cpu: 4e-3 }, { cpu: 10e-3 }], frames: 400, windows: 8 });
  const disturbed: Plan = { ...plan, disturbances: [{ pod: "stage-1-0", restart: 1, at: 1 }] };

  test("a load in % is of what it carries when nothing happens", () => {
    expect(replicateUnder({ kind: "fraction", fraction: 0.5 }, disturbed, profile, 2).rate).toBeCloseTo(50, 6);
    expect(mean(replicate(disturbed, profile, 2).samples.throughput)).toBeLessThan(90);
  });

  test("its capacity is found up to that: the median keeps a bound up to all of it, the 99th percentile at no rate", () => {
    const kept = capacityOf(disturbed, profile, { figure: "p50", seconds: 2 }, 2);
    expect(kept).toMatchObject({ limit: "throughput", rate: kept.carried });
    expect(kept.carried).toBeCloseTo(100, 6);
    // The frame that comes when the pod is killed waits for a second, and at the lowest rate that is looked at it is one of 400.
    expect(capacityOf(disturbed, profile, { figure: "p99", seconds: 0.5 }, 2).limit).not.toBe("throughput");
  });
});

test("what comes unevenly and is all carried is not called limited by the window", () => {
  const { plan, profile } = line({ pods: [{ cpu: 4e-3 }, { cpu: 10e-3 }], frames: 40, warmup: 4, windows: 8 });
  const uneven: Plan = { ...plan, workload: { ...plan.workload, arrivals: { kind: "poisson" } } };
  for (let replications = 1; replications <= 12; replications++) {
    const { bottleneck } = replicateUnder({ kind: "rate", rate: 40 }, uneven, profile, replications);
    expect(bottleneck).toMatchObject({ kind: "pod", name: "pod-1" });
  }
});

test("a disturbance never leaves a link more than it has", () => {
  expect(leftOf({ amount: 10 }, 4)).toBe(4);
  expect(leftOf({ amount: 10 }, Number.POSITIVE_INFINITY)).toBe(10);
  expect(leftOf({ share: 0.5 }, 4)).toBe(2);
});
