import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { ProfileError } from "../../sim/model/profile-error.ts";
import { cover } from "../../sim/place/cover.ts";
import type { Wish } from "../../sim/place/objective.ts";
import { cycleBound, scoreOf } from "../../sim/place/score.ts";
import { Segments } from "../../sim/place/segments.ts";
import { serviceLoad, trialsOf } from "../../sim/place/trial.ts";
import { predict } from "../../sim/predict.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { everyPlacement, planOf, priced, type WorldSpec, world } from "./fixture.ts";
import { worlds } from "./worlds.ts";

const LATENCY: Wish = { objective: "latency", rate: null, latencyBound: null };

/** What a placement, chosen by `pick`, is simulated to do, beside its bounds. */
function simulated(spec: WorldSpec, pick: number) {
  const of = world(spec);
  const one = priced(of, { empty: true });
  const all = everyPlacement(one.space);
  const placement = all[pick % all.length];
  if (placement === undefined) return null;
  const score = scoreOf(one.table, placement);
  const plan = planOf(of, one.space, placement);
  const service = serviceLoad(LATENCY, 1 / (4 * score.latency));
  const shown = trialsOf(plan, one.segments.profileFor(plan), service, true)(0);
  return { placement, score, cycle: cycleBound(one.table, score), shown };
}

describe("bounds", () => {
  test("no simulation beats them, but for the ends of a run", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 9999 }), (spec, pick) => {
        const one = simulated({ ...spec, samples: 1 }, pick);
        if (one === null) return;
        const { score, cycle, shown } = one;
        expect(shown.latency.mean).toBeGreaterThanOrEqual(score.latency * (1 - 1e-9));
        expect(1 / shown.capacity).toBeGreaterThanOrEqual(cycle * 0.97);
        // Energy of the latency's load: joules of work, and idle nodes meanwhile.
        expect(shown.energy).toBeGreaterThanOrEqual((score.joules + score.watts / shown.throughput) * 0.97);
        expect(shown.cost).toBeCloseTo(score.price / shown.throughput, 9);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("are reached where cores are many, windows wide and all threads alike", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 9999 }), (seed, pick) => {
        const one = simulated(
          { stages: 4, nodes: 2, seed, cores: 64, window: 40, alike: true, speeds: [0.5, 1] },
          pick,
        )!;
        const { score, cycle, shown } = one;
        expect(1 / shown.capacity / cycle - 1).toBeLessThan(0.1);
        expect(shown.latency.mean / score.latency - 1).toBeLessThan(0.1);
      }),
      { numRuns: 20, seed: 2 },
    );
  });
});

describe("segments", () => {
  const of = world({ stages: 4, nodes: 2, seed: 8, samples: 7, speeds: [0.5, 1] });
  const { segments, table, space } = priced(of);
  const cost = (from: number, to: number, node: string) => [...segments.growing(from, to, node)].at(-1)!;

  test("what was not measured together costs the sum of its stages", () => {
    for (const thread of ["busy", "idle", "cold"] as const) {
      const parts = [1, 2, 3].map((stage) => mean(cost(stage, stage + 1, "node-1").cpu[thread]));
      const sum = parts.reduce((total, one) => total + one, 0);
      expect(mean(cost(1, 4, "node-1").cpu[thread])).toBeCloseTo(sum, 12);
      expect(segments.means(1, 4, "node-1", thread).at(-1)).toBeCloseTo(sum, 12);
    }
    expect(segments.isMeasured(1, 2, "node-1")).toBe(true);
    expect(segments.isMeasured(1, 4, "node-1")).toBe(false);
  });

  test("what was measured together costs what was measured", () => {
    const all = world({ stages: 3, nodes: 1, seed: 8, samples: 7, measured: 1 });
    const measured = all.profile.computes.find(({ stages }) => stages.length === 3)!;
    expect([...priced(all).segments.growing(0, 3, "node-0")].at(-1)).toBe(measured);
  });

  test("an emulated node holds them to what the simulation holds them to", () => {
    const placement = [
      { from: 0, to: 3, node: 0 },
      { from: 3, to: 4, node: 1 },
    ];
    const plan = planOf(of, space, placement);
    const profile = segments.profileFor(plan);
    expect(profile.computes).toHaveLength(of.profile.computes.length + 1);
    const held = costsOf(plan, profile, null).pods[0]!.emulated!.compute;
    expect(table.computeHeld[table.segment(0, 3, 0)]).toBe(held);
    expect(table.computeHeld[table.segment(3, 4, 1)]).toBe(0);
    expect(predict(plan, profile, 1).throughput).toBeGreaterThan(0);
  });

  test("a stage that was not measured on a node is named", () => {
    const { profile } = of;
    const lacking = { ...profile, computes: profile.computes.filter(({ node }) => node !== "node-1") };
    const stages = planOf(of, space, [{ from: 0, to: 4, node: 0 }]).pods.flatMap((pod) => pod.stages);
    expect(() => new Segments(stages, lacking).means(0, 4, "node-1", "busy")).toThrow(ProfileError);
    expect(() => new Segments(stages, lacking).means(0, 4, "node-1", "busy")).toThrow(/stage stage-0 .*node-1/);
  });
});

test("what calibration is asked for has every stage, hop and segment that a placement can have", () => {
  fc.assert(
    fc.property(worlds, (spec) => {
      const { space } = priced(world(spec));
      const parts = (placements: ReturnType<typeof everyPlacement>) =>
        new Set(
          placements.flatMap((placement) => [
            ...placement.map((pod) => JSON.stringify(pod)),
            ...placement.slice(1).map((pod, i) => `${pod.from}: ${placement[i]!.node} ${pod.node}`),
          ]),
        );
      expect(parts(cover(space))).toEqual(parts(everyPlacement(space)));
    }),
    { numRuns: 60, seed: 3 },
  );
});
