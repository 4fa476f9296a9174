import { describe, expect, test } from "vitest";
import { mm1 } from "../../sim/analytic/mmc.ts";
import { fitLink } from "../../sim/calibration/fit-link.ts";
import { costsOf, emulatedPace } from "../../sim/model/costs.ts";
import { predict } from "../../sim/predict.ts";
import type { Profile } from "../../sim/profile.ts";
import { mean, sd } from "../../sim/statistics/moments.ts";
import { median } from "../../sim/statistics/quantile.ts";
import { calibratedAs } from "./calibrated.ts";
import { apart, exponential, line } from "./fixtures.ts";

const order = (samples: readonly number[]) => {
  const half = samples.length / 2;
  return {
    visits: [1, 2].map((round) => ({ round, samples: half, level: mean(samples) })),
    block: 1,
  };
};
/** Off by 1 %, so that 95 % of what it may be lies within 2 %. */
const error = { relative: 0.01, degrees: 100, common: { host: 0, visit: 0 } };
/** Many replications' worth of a figure of the costs, as far from what was measured as they may be. */
const logs = (figure: (replication: number) => number) => Array.from({ length: 400 }, (_, i) => Math.log(figure(i)));

describe("what a calibration does not know for sure", () => {
  test("at 95 % of capacity costs within 2 % make latency at least as uncertain as theory has it", () => {
    // Both halves are alike, so that nothing but the level is open.
    const cpu = [...exponential(1, 500), ...exponential(1, 500)];
    const { plan, profile } = line({ pods: [{ cpu }], frames: 20_000, warmup: 1000, rate: 0.95 });
    const poisson = { ...plan, workload: { ...plan.workload, arrivals: { kind: "poisson" } as const } };
    const known = (one: typeof error | null) => calibratedAs(profile, "key-0-0", cpu, order(cpu), one);
    const [low, high] = predict(poisson, known(error)).interval.latency.mean;
    const [least, most] = [0.98, 1.02].map((service) => mm1(0.95, service).sojourn);
    expect(high - low).toBeGreaterThan(most! - least!);
    expect(high).toBeGreaterThan(most!);
    const [sure, end] = predict(poisson, known({ ...error, relative: 0 })).interval.latency.mean;
    expect(high - low).toBeGreaterThan(1.3 * (end - sure));
  }, 60_000);

  test("the pace of an emulated node is what the testbed holds it to, in every replication", () => {
    const cpu = exponential(1, 100);
    const { plan, profile } = line({ nodes: [{ name: "edge", speed: 0.5 }], pods: [{ cpu }] });
    const known = calibratedAs(profile, "key-0-0", cpu, order(cpu), error);
    for (const replication of [null, 0, 1]) {
      expect(costsOf(plan, known, replication).pods[0]!.emulated).toEqual(emulatedPace(plan, 0, known));
    }
  });

  test("of two replications in turn one is off to either side, so that the median is as measured", () => {
    const half = exponential(1, 50);
    const cpu = [...half, ...half];
    const { plan, profile } = line({ pods: [{ cpu }] });
    const known = calibratedAs(profile, "key-0-0", cpu, order(cpu), error);
    const off = logs((i) => mean(costsOf(plan, known, i).pods[0]!.compute.busy) / mean(cpu));
    for (let i = 0; i < off.length; i += 2) expect(Math.sign(off[i + 1]!)).toBe(-Math.sign(off[i]!));
    expect(Math.abs(median(off))).toBeLessThan(1e-4);
    expect(sd(off)).toBeGreaterThan(0.008);
  });

  test("stages that were only measured one by one are as uncertain together as the longest of them", () => {
    const cpu = exponential(1, 100);
    const { plan, profile } = line({ pods: [{ cpu }, { cpu: 0.1 }] });
    const [long, short] = profile.computes;
    // As the placement search prices them.
    const key = `${long!.key} | ${short!.key}`;
    const together = { ...long!, key, stages: [...long!.stages, ...short!.stages] };
    const stages = plan.pods.flatMap((pod) => pod.stages);
    const joined = { ...plan, pods: [{ ...plan.pods[0]!, stages }], hops: [] };
    const known = { ...calibratedAs(profile, long!.key, cpu, order(cpu), error), computes: [long!, short!, together] };
    const means = logs((i) => mean(costsOf(joined, known, i).pods[0]!.compute.busy));
    expect(sd(means) / 0.01).toBeGreaterThan(0.85);
    expect(sd(means) / 0.01).toBeLessThan(1.15);
  });

  test("bandwidth and delay of a link differ as much as fits to rounds do, together", () => {
    const spec = {
      ...apart({ bandwidth: 1e6, delay: 0.01 }),
      pods: [{ cpu: 1 }, { cpu: 2, node: "server" }],
      bytes: 1000,
    };
    const { plan, profile } = line(spec);
    const stated = { between: ["edge", "server"], bandwidth: 1e6, delay: 0.01 } as const;
    // What every one of ten rounds found: a bandwidth that is off by a percent or two.
    const off = [0.98, 1.03, 1.01, 0.97, 1.02, 0.99, 1, 1.01, 0.98, 1.01];
    const pointsOf = (factor: number) => {
      return [1000, 5000, 20_000].map((bytes) => ({ bytes, seconds: 0.01 * factor + (bytes * factor) / 1e6 }));
    };
    // As many rounds as there are points of each size, so that medians move with each of them.
    const refits = off.map((_, out) => {
      const rest = off.filter((_, i) => i !== out);
      const { bandwidth, delay } = fitLink({ idle: pointsOf(mean(rest)), cold: [] }, stated);
      return { round: out + 1, bandwidth, delay };
    });
    const known: Profile = { ...profile, links: [{ ...profile.links[0]!, refits }] };
    const hop = (i: number) => costsOf(plan, known, i).hops[0]!;
    const expected = sd(off) / Math.sqrt(off.length);
    // Student's t of nine degrees of freedom scatters by the root of 9/7.
    for (const figure of [logs((i) => hop(i).bandwidth), logs((i) => hop(i).delay.idle[0]!)]) {
      expect(sd(figure) / expected / Math.sqrt(9 / 7)).toBeGreaterThan(0.85);
      expect(sd(figure) / expected / Math.sqrt(9 / 7)).toBeLessThan(1.15);
    }
    const one = Math.log(hop(3).bandwidth / 1e6);
    expect(Math.log(hop(3).delay.idle[0]! / 0.01)).toBeCloseTo(-one, 6);
    expect(costsOf(plan, profile, 3).hops[0]!.bandwidth).toBe(1e6);
  });

  test("samples of which no more is known are off by the same wherever they are used, and others by something else", () => {
    const pods = [{ cpu: exponential(1, 50) }, { cpu: exponential(2, 50) }];
    const { plan, profile } = line({ pods, receive: exponential(0.1, 50), send: exponential(0.1, 50) });
    const drawn = [0, 1].map((replication) => costsOf(plan, profile, replication).pods);
    for (const [, sink] of drawn) {
      // What threads of all kinds have in common is not averaged away.
      for (const thread of ["idle", "cold"] as const) {
        expect(sink!.compute[thread]).toEqual(sink!.compute.busy);
        expect(sink!.receive[thread]).toEqual(sink!.receive.busy);
      }
    }
    const [source, sink] = drawn[0]!;
    expect(mean(sink!.compute.busy) / 2).not.toBeCloseTo(mean(source!.compute.busy), 6);
    expect(drawn[1]![0]!.compute.busy).not.toEqual(source!.compute.busy);
  });

  test("a stall of one round is in some replications and in others not; the level does not follow it", () => {
    const quiet = Array.from({ length: 50 }, (_, i) => 1 + (i % 5) / 100);
    const stalled = quiet.with(20, 50);
    const cpu = [...quiet, ...stalled];
    const { plan, profile } = line({ pods: [{ cpu }] });
    const known = calibratedAs(
      profile,
      "key-0-0",
      cpu,
      { visits: [1, 2].map((round) => ({ round, samples: 50, level: 1.02 })), block: 4 },
      error,
    );
    const drawn = Array.from({ length: 200 }, (_, i) => Array.from(costsOf(plan, known, i).pods[0]!.compute.busy));
    const stalls = drawn.map((samples) => samples.filter((value) => value > 10).length);
    expect(new Set(stalls)).toEqual(new Set([0, 1, 2]));
    expect(Math.abs(mean(stalls) - 1)).toBeLessThan(0.15);
    for (const samples of drawn) {
      const middle = samples.toSorted((a, b) => a - b)[50]!;
      expect(Math.abs(middle / 1.02 - 1)).toBeLessThan(0.06);
    }
  });
});
