import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import {
  believedProfile,
  distance,
  LOOKS_TO_FOLLOW,
  NO_BELIEF,
  type Observation,
  observed,
} from "../../sim/operate/belief.ts";
import { observeLink } from "../../sim/operate/observe-link.ts";
import { observeWork } from "../../sim/operate/observe-work.ts";
import { computeKey, type Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { simulate } from "../../sim/simulate.ts";
import type { Trace } from "../../sim/trace.ts";
import { opened, planAt } from "./pipeline.ts";

const bench = await opened();
const BETWEEN = ["edge", "server"] as const;
const plans = [0, 20].flatMap((rate) => ["ESSS", "EESS"].map((split) => planAt(bench, split, [1, 1, 1, 1], rate)));
const profile = nominalProfile(bench.topology, plans, { cores: 4 });
const [link] = profile.links as [Profile["links"][0]];

/** As the world is, where the calibration's profile says something else. */
const world = (bandwidth: number, delay: number, slower = 1): Profile => ({
  ...profile,
  links: [{ ...link, bandwidth, delay }],
  computes: profile.computes.map((cost) => {
    const cpu = (samples: readonly number[]) => samples.map((one) => one * (cost.node === "server" ? slower : 1));
    return { ...cost, cpu: { busy: cpu(cost.cpu.busy), idle: cpu(cost.cpu.idle), cold: cpu(cost.cpu.cold) } };
  }),
});

const run = (plan: Plan, real: Profile): Trace => simulate(plan, costsOf(plan, real, null), 0).trace;

function seen(plan: Plan, trace: Trace) {
  const hop = plan.hops.findIndex(({ link }) => link !== null);
  return observeLink(trace.pods[hop]!, trace.pods[hop + 1]!, link, profile.acknowledgement);
}

describe("what is observed in the twin's own traces is what they were made with", () => {
  test.each(plans.map((plan) => [plan.id, plan] as const))("%s: bandwidth and delay of the link", (_, plan) => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e5, max: 5e6, noNaN: true }),
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        (bandwidth, delay) => {
          const { bandwidth: found, delay: late, atLeast } = seen(plan, run(plan, world(bandwidth, delay)));
          const transfer = plan.hops.find(({ link }) => link !== null)!.bytes / bandwidth;
          // A transfer that is short beside the delay tells nothing.
          fc.pre(transfer > 0.15 * delay);
          expect(found! / bandwidth).toBeGreaterThan(0.9);
          expect(found! / bandwidth).toBeLessThan(1.1);
          expect(Math.abs(late! - delay)).toBeLessThan(1e-3);
          expect(atLeast! / bandwidth).toBeLessThan(1.01);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("where the receiver is what takes the time, nothing is said of the bandwidth but that it is enough", () => {
    const [plan] = plans as [Plan];
    const { bandwidth, atLeast } = seen(plan, run(plan, world(1e9, 0.001, 3000)));
    expect(bandwidth).toBeNull();
    expect(atLeast).toBeGreaterThan(0);
    expect(atLeast).toBeLessThan(1e9);
  });

  test("how much longer stages take than the calibration found", () => {
    for (const plan of plans) {
      const trace = run(plan, world(1e6, 0.001, 1.7));
      for (const [i, { node, stages }] of plan.pods.entries()) {
        const found = observeWork(plan, i, trace.pods[i]!, profile)!;
        expect(found).toMatchObject({ node, key: computeKey(stages) });
        expect(found.ratio).toBeCloseTo(node === "server" ? 1.7 : 1, 6);
      }
    }
  });

  test("of an emulated node's stages nothing is observed: it is what the calibration makes of it", () => {
    const [plan] = plans as [Plan];
    const slow = { ...plan, nodes: plan.nodes.map((node) => ({ ...node, speed: 0.5 })) };
    expect(observeWork(slow, 1, run(plan, profile).pods[1]!, profile)).toBeNull();
  });

  test("too few frames tell nothing", () => {
    const [plan] = plans as [Plan];
    const trace = run({ ...plan, workload: { ...plan.workload, frames: 2, warmup: 0 } }, profile);
    expect(seen(plan, trace)).toMatchObject({ bandwidth: null, delay: null });
    expect(observeWork(plan, 1, trace.pods[1]!, profile)).toBeNull();
  });
});

const of = (bandwidth: number | null, atLeast: number | null = null): Observation => ({
  links: [{ between: [...BETWEEN], bandwidth, delay: null, atLeast }],
  work: [],
});
const after = (looks: readonly Observation[]) =>
  looks.reduce((belief, look) => observed(belief, look, profile), NO_BELIEF);
const bandwidthAfter = (...looks: Observation[]) => believedProfile(profile, after(looks)).links[0]!.bandwidth;

describe("what is believed", () => {
  const step = new Array<Observation>(LOOKS_TO_FOLLOW).fill(of(1e5));

  test("is the calibration until something was seen as often as it takes", () => {
    expect(believedProfile(profile, NO_BELIEF)).toEqual(profile);
    expect(bandwidthAfter(...step.slice(1))).toBe(link.bandwidth);
    expect(bandwidthAfter(...step)).toBe(1e5);
  });

  test("is not moved by a blip, wherever it falls", () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.integer({ min: 1, max: LOOKS_TO_FOLLOW - 1 }),
        fc.constantFrom(1, 1e12),
        (at, n, odd) => {
          const looks = Array.from({ length: 25 }, (_, i) => of(i >= at && i < at + n ? odd : 5e6));
          for (let end = 6; end <= looks.length; end++) expect(bandwidthAfter(...looks.slice(0, end))).toBe(5e6);
        },
      ),
    );
  });

  test("of a link that carries more than was believed is that it carries that; less says nothing", () => {
    const more = new Array<Observation>(LOOKS_TO_FOLLOW + 2).fill(of(null, 2e5));
    expect(bandwidthAfter(...step, ...step, ...more)).toBe(2e5);
    const less = new Array<Observation>(9).fill(of(null, 1e4));
    expect(bandwidthAfter(...step, ...step, ...less)).toBe(1e5);
  });

  test("of stages that were not seen on a node is what was of others there; other nodes are as they were", () => {
    const [plan] = plans as [Plan];
    const conv = plan.pods[1]!;
    const look: Observation = { links: [], work: [{ key: computeKey(conv.stages), node: "server", ratio: 2 }] };
    const believed = believedProfile(profile, after([look, look, look]));
    for (const [i, { node, cpu }] of profile.computes.entries()) {
      expect(believed.computes[i]!.cpu.busy[0]! / cpu.busy[0]!).toBeCloseTo(node === "server" ? 2 : 1, 9);
    }
  });

  test("is forgotten once it was not seen for long", () => {
    const none: Observation = { links: [], work: [] };
    const long = after([...step, ...new Array<Observation>(301).fill(none)]);
    expect(believedProfile(profile, long)).toEqual(profile);
    expect(bandwidthAfter(...step, ...new Array<Observation>(299).fill(none))).toBe(1e5);
  });

  test("differs from another by its largest change, which is as far there as back", () => {
    const [one, other] = [after([...step, ...step]), after([...step, ...step, of(2e5), of(2e5), of(2e5)])];
    expect(distance(one, one)).toBe(0);
    expect(distance(one, other)).toBeCloseTo(1, 9);
    expect(distance(other, one)).toBeCloseTo(1, 9);
    expect(distance(NO_BELIEF, one)).toBe(Number.POSITIVE_INFINITY);
  });
});
