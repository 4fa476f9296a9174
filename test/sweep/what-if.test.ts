import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { predict } from "../../sim/predict.ts";
import { sd } from "../../sim/statistics/moments.ts";
import { planUnder, profileUnder } from "../../sim/sweep/what-if.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { planOfTwo, profileOf, STEADY, TWO } from "./fixture.ts";

const plan = planOfTwo("ES");
const nominal = profileOf(TWO, [plan], STEADY);
/** The link reaches 95 % of what it should, and takes 0.4 ms longer. */
const measured = {
  ...nominal,
  links: nominal.links.map((link) => ({ ...link, bandwidth: link.bandwidth! * 0.95, delay: link.delay + 0.4e-3 })),
};

const withLink = (change: { bandwidth?: number | null; delay?: number }): Topology => ({
  ...TWO,
  links: TWO.links.map((link) => ({ ...link, ...change })),
});
const withSpeed = (name: string, speed: number, of = TWO): Topology => ({
  ...of,
  nodes: of.nodes.map((node) => (node.name === name ? { ...node, speed } : node)),
});

describe("profileUnder", () => {
  test("is the profile itself where nothing changes, and so is the plan", () => {
    expect(profileUnder(measured, TWO, TWO)).toBe(measured);
    expect(planUnder(plan, TWO, TWO)).toEqual(plan);
  });

  test("a link keeps its measured share of the bandwidth and its measured extra delay", () => {
    const [link] = profileUnder(measured, TWO, withLink({ bandwidth: 1e6, delay: 5e-3 })).links;
    expect(link!.bandwidth).toBeCloseTo(0.95e6, 6);
    expect(link!.delay).toBeCloseTo(5.4e-3, 12);
  });

  test("a link faster than measured never has a negative delay", () => {
    const early = { ...measured, links: measured.links.map((link) => ({ ...link, delay: 0.2e-3 })) };
    expect(profileUnder(early, TWO, withLink({ delay: 0.1e-3 })).links[0]!.delay).toBe(0);
  });

  test("a link without a nominal bandwidth keeps its measured one as a ceiling", () => {
    const open = withLink({ bandwidth: null });
    expect(profileUnder(measured, open, withLink({ bandwidth: 1e6 })).links[0]!.bandwidth).toBe(1e6);
    expect(profileUnder(measured, open, withLink({ bandwidth: 1e12 })).links[0]!.bandwidth).toBe(
      measured.links[0]!.bandwidth,
    );
  });

  describe("a link is as uncertain as", () => {
    /** Of 40 replications, where the base's line is measured so, and what every round found is off by up to 1 %. */
    const hops = (base: Topology, bandwidth: number, delay: number, changed: Topology) => {
      const off = [-0.01, 0.004, 0.006].map((share) => 1 + share);
      const refits = off.map((factor, round) => ({ round, bandwidth: bandwidth / factor, delay: delay * factor }));
      const profile = { ...nominal, links: nominal.links.map((link) => ({ ...link, bandwidth, delay, refits })) };
      const drawn = (topology: Topology) =>
        Array.from({ length: 40 }, (_, r) => {
          const run = planUnder(plan, base, topology);
          return costsOf(run, profileUnder(profile, base, topology), r).hops[0]!;
        });
      return [drawn(base), drawn(changed)] as const;
    };

    test("its measured delay is, in seconds", () => {
      const [before, after] = hops(withLink({ delay: 0 }), 1e7, 0.2e-3, withLink({ delay: 0.1 }));
      const delays = (all: typeof before) => all.map(({ delay }) => delay.idle[0]!);
      expect(sd(delays(before))).toBeGreaterThan(1e-6);
      expect(sd(delays(after)) / sd(delays(before))).toBeCloseTo(1, 1);
    });

    test("its measured bandwidth is, relative to it", () => {
      const [before, after] = hops(TWO, 1e7, 1e-3, withLink({ bandwidth: 1e6 }));
      const nominal = TWO.links[0]!.bandwidth!;
      after.forEach(({ bandwidth }, r) => {
        expect(bandwidth / before[r]!.bandwidth).toBeCloseTo(1e6 / nominal, 9);
      });
      expect(sd(before.map(({ bandwidth }) => bandwidth / 1e7))).toBeGreaterThan(1e-3);
    });

    test("nothing below a ceiling that was not reached", () => {
      const [before, after] = hops(withLink({ bandwidth: null }), 1e8, 1e-3, withLink({ bandwidth: 1e6 }));
      expect(new Set(after.map(({ bandwidth }) => bandwidth))).toEqual(new Set([1e6]));
      expect(sd(before.map(({ bandwidth }) => bandwidth / 1e8))).toBeGreaterThan(1e-3);
    });
  });

  test("a real node's CPU samples go by its speed, another node's stay", () => {
    const changed = withSpeed("edge", 0.5);
    const slow = profileUnder(measured, TWO, changed);
    const cpu = (of: typeof slow, node: string) =>
      of.computes.filter((one) => one.node === node).map((one) => one.cpu.busy);
    expect(cpu(slow, "edge")).toEqual(cpu(measured, "edge").map((samples) => samples.map((sample) => sample * 2)));
    expect(cpu(slow, "server")).toEqual(cpu(measured, "server"));
    expect(planUnder(plan, TWO, changed).nodes.map(({ speed }) => speed)).toEqual([1, 1]);
  });

  test("an emulated node's pace goes by its speed, its samples stay; beyond its host it is a faster real one", () => {
    const emulated = withSpeed("edge", 0.4);
    const slower = withSpeed("edge", 0.2);
    expect(profileUnder(measured, emulated, slower)).toBe(measured);
    expect(planUnder(plan, emulated, slower).nodes[0]!.speed).toBe(0.2);
    const faster = withSpeed("edge", 2);
    expect(profileUnder(measured, emulated, faster).computes[0]!.cpu.busy[0]).toBe(
      measured.computes[0]!.cpu.busy[0]! / 2,
    );
    expect(planUnder(plan, emulated, faster).nodes[0]!.speed).toBe(1);
  });
});

/** Frames per second and mean latency of a deterministic line under another topology. */
function figures(changed: Topology) {
  const { throughput, latency } = predict(planUnder(plan, TWO, changed), profileUnder(measured, TWO, changed), 1);
  return { throughput, latency: latency.mean };
}

describe("on a deterministic line", () => {
  test("more bandwidth, less delay, or a faster node never bring less", () => {
    const factor = fc.double({ min: 1, max: 20, noNaN: true });
    const of = fc.constantFrom("bandwidth", "delay", "edge", "server");
    fc.assert(
      fc.property(of, factor, factor, (what, a, b) => {
        const [worse, better] = [Math.min(a, b), Math.max(a, b)].map((times) =>
          figures(
            what === "bandwidth"
              ? withLink({ bandwidth: 1e6 * times })
              : what === "delay"
                ? withLink({ delay: 10e-3 / times })
                : withSpeed(what, times / 5),
          ),
        ) as [ReturnType<typeof figures>, ReturnType<typeof figures>];
        expect(better.throughput).toBeGreaterThanOrEqual(worse.throughput * (1 - 1e-9));
      }),
      { numRuns: 60 },
    );
  });

  test("throughput is what the link lets through, at its measured share", () => {
    // 10,000 bytes a frame.
    expect(figures(withLink({ bandwidth: 1e5 })).throughput).toBeCloseTo((0.95 * 1e5) / 10_000, 6);
  });
});
