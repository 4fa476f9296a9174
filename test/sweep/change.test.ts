import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileAll } from "../../sim/experiment.ts";
import type { Numeric, NumericAxis } from "../../sim/sweep/axis.ts";
import { changed } from "../../sim/sweep/change.ts";
import { coordinatesOf, pipelineAt, pipelinesOf, plansAt, pointCount, topologyAt } from "../../sim/sweep/sweep.ts";
import { Predictor, pricedPlans, unitsOf } from "../../sim/sweep/unit.ts";
import { planUnder } from "../../sim/sweep/what-if.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { FAKE, POOLED, profileOf, STEADY, sweepOfTwo, TWO } from "./fixture.ts";

/** Everything that can be swept is there already, so that it can be another. */
const FULL: Topology = {
  ...TWO,
  workload: { ...TWO.workload, overflow: "drop-oldest", buffer: 3, arrivals: { kind: "poisson" } },
  disturbances: [
    { link: ["edge", "server"], bandwidth: { share: 0.5 }, from: 1, until: 2 },
    { node: "edge", speed: { share: 0.5 }, from: 3, until: 4 },
    { pod: "relu", restart: 1, at: 5 },
    { burst: 3, at: 6 },
  ],
};
const plansOf = (topology: Topology) => compileAll(topology, FAKE).map(({ saturated }) => saturated);

/** Kinds whose change a profile has no part in, what each is of, and values. */
const real = fc.double({ min: 0.01, max: 100, noNaN: true });
const whole = fc.integer({ min: 11, max: 5000 });
const KINDS: readonly (readonly [Numeric, readonly (string | null)[], fc.Arbitrary<number>])[] = [
  ["bandwidth", [null, "edge-server"], real],
  ["delay", [null, "edge-server"], real],
  ["cpus", ["edge", "server"], real],
  ["quota", ["edge", "server"], real],
  ["cores", ["small", "big"], whole],
  ["window", [null], whole],
  ["buffer", [null], whole],
  ["frames", [null], whole],
  ["warmup", [null], fc.integer({ min: 0, max: 50 })],
  ["from", ["0", "1"], fc.constantFrom(0, 0.5)],
  ["until", ["0", "1"], fc.constantFrom(5, 6.5)],
  ["at", ["2", "3"], real],
  ["restart", ["2"], real],
  ["burst", ["3"], whole],
  ["bandwidthLeft", ["0"], fc.double({ min: 0, max: 1, noNaN: true })],
  ["speedLeft", ["1"], fc.double({ min: 0.01, max: 1, noNaN: true })],
];
const axes = fc.constantFrom(...KINDS).chain(([kind, targets, values]) =>
  fc.record({ target: fc.constantFrom(...targets), value: values }).map(({ target, value }): NumericAxis => {
    return { key: kind, kind, target, scale: "lin", values: [value] };
  }),
);

describe("a change", () => {
  test.each(KINDS)("of %s is one", (kind, [target]) => {
    const axis: NumericAxis = { key: kind, kind, target: target!, scale: "lin", values: [0.123] };
    expect(changed(FULL, axis, 0)).not.toEqual(FULL);
  });

  test.each([
    ["bandwidthLeft", "0", { bandwidth: { share: 0.25 } }],
    ["speedLeft", "1", { speed: { share: 0.25 } }],
    ["from", "1", { from: 0.25 }],
    ["restart", "2", { restart: 0.25 }],
    ["at", "3", { at: 0.25 }],
  ] as const)("of a disturbance's %s is one of that disturbance alone", (kind, target, told) => {
    const other = changed(FULL, { key: kind, kind, target, scale: "lin", values: [0.25] }, 0);
    const disturbances = FULL.disturbances!.map((one, i) => (i === Number(target) ? { ...one, ...told } : one));
    expect(other).toEqual({ ...FULL, disturbances });
  });

  test("to a source that waits takes its buffer, too; a link's and a node's are of that one alone", () => {
    const block = changed(FULL, { key: "overflow", kind: "overflow", values: ["block"] }, 0).workload;
    expect(block).toEqual({ ...TWO.workload, arrivals: { kind: "poisson" } });
    const limited = changed(FULL, { key: "", kind: "cpus", target: "server", scale: "lin", values: [0.5] }, 0);
    expect(limited.nodes.map(({ name, cpus }) => [name, cpus])).toEqual([
      ["edge", undefined],
      ["server", 0.5],
    ]);
  });
});

describe("a plan under a changed topology", () => {
  test("is that topology's own plan, whatever is changed", () => {
    fc.assert(
      fc.property(fc.array(axes, { minLength: 1, maxLength: 4 }), (all) => {
        const other = all.reduce((topology, axis) => changed(topology, axis, 0), FULL);
        const plans = plansOf(FULL).map((plan) => planUnder(plan, FULL, other));
        expect(plans).toEqual(plansOf(other));
      }),
    );
  });

  test.each([
    ["arrivals", { key: "arrivals", kind: "arrivals", values: [{ kind: "batches", size: 7 }] }],
    ["overflow", { key: "overflow", kind: "overflow", values: ["block"] }],
    [
      "frames, of which the warm-up is the same share",
      { key: "frames", kind: "frames", target: null, scale: "lin", values: [600] },
    ],
  ] as const)("is so for %s", (_, axis) => {
    const other = changed(FULL, axis, 0);
    expect(plansOf(FULL).map((plan) => planUnder(plan, FULL, other))).toEqual(plansOf(other));
    if (axis.kind === "frames") expect(other.workload.warmup).toBe(100);
  });

  test("has its own warm-up where that is swept beside frames, in whichever order", async () => {
    for (const sets of [
      ["warmup=5,7", "frames=600,60"],
      ["frames=600,60", "warmup=5,7"],
    ]) {
      const { sweep } = await sweepOfTwo(sets);
      const warmups = [0, 1, 2, 3].map((point) => topologyAt(sweep, coordinatesOf(sweep, point)).workload.warmup);
      expect(warmups.toSorted()).toEqual([5, 5, 7, 7]);
    }
  });
});

describe("a stage's parameter", () => {
  const sets = ["stages.pool.size=1,2,5", "stages.blur.size=3,5", "link.bandwidth=1,8Mbit/s"];

  test("has plans of its own, those of the topology that has it", async () => {
    const { sweep } = await sweepOfTwo(sets, { topology: POOLED });
    for (let point = 0; point < pointCount(sweep); point++) {
      const coordinates = coordinatesOf(sweep, point);
      const there = topologyAt(sweep, coordinates);
      const plans = plansAt(sweep, coordinates).map((plan) => planUnder(plan, sweep.base, there));
      expect(plans).toEqual(plansOf(there));
    }
  });

  test("is measured by itself: each pipeline is priced by the profile of its own", async () => {
    const { sweep, axes } = await sweepOfTwo(sets, { topology: POOLED });
    const pipelines = pipelinesOf(POOLED, axes);
    expect(pipelines).toHaveLength(6);
    // The n-th pipeline's pool takes n ms more.
    const profiles = pipelines.map((topology, n) =>
      profileOf(topology, plansOf(topology), (stages, node) =>
        STEADY(stages, node).map((seconds) => seconds + (stages.includes("pool") ? n * 1e-3 : 0)),
      ),
    );
    const predictor = new Predictor(sweep, profiles);
    for (const unit of unitsOf(sweep)) {
      const n = pipelineAt(sweep, coordinatesOf(sweep, unit.point));
      const { split, samples } = predictor.predict(unit);
      if (split === "EEE") expect(samples.throughput[0]).toBeCloseTo(1 / (10e-3 + n * 1e-3), 3);
    }
    const priced = pricedPlans(sweep, profiles);
    expect(priced).toHaveLength(sweep.plans.flat().length);
    for (const { plan, profile, coordinates } of priced) {
      expect(plansAt(sweep, coordinates)).toContain(plan);
      expect(profile).toBe(profiles[pipelineAt(sweep, coordinates)]);
    }
  });
});
