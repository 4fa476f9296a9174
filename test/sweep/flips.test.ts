import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sweepCsv } from "../../sim/report/sweep-csv.ts";
import { sweepSummary } from "../../sim/report/sweep-summary.ts";
import { flipTable } from "../../sim/report/sweep-table.ts";
import { findCrossing } from "../../sim/sweep/crossing.ts";
import { decidePoint, decisionsOf, type Lead, leadOf } from "../../sim/sweep/decide.ts";
import { searchFlip } from "../../sim/sweep/flip-search.ts";
import { betweenValues, flipOf, flipTasks, type Outcome } from "../../sim/sweep/flips.ts";
import { Predictor, type UnitResult, unitsOf } from "../../sim/sweep/unit.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { type CostOf, POOLED, sweepOfTwo, TWO } from "./fixture.ts";

const line = (at: number, noise: number): Lead => ({ mean: at, interval: [at - noise, at + noise] });

describe("findCrossing", () => {
  test("finds where any falling line crosses 0, and where its interval holds 0", () => {
    const place = fc.double({ min: 0.2, max: 5.8, noNaN: true });
    fc.assert(
      fc.property(
        place,
        fc.double({ min: 0.1, max: 30, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (x, slope, tenths) => {
          const noise = (tenths / 10) * slope * 0.1;
          const lead = (at: number) => line(slope * (x - at), noise);
          const known = [0, 1, 2, 3, 4, 5, 6].map((at) => ({ at, lead: lead(at) }));
          const { at, interval } = findCrossing(known, lead);
          expect(at).toBeCloseTo(x, 2);
          expect(interval[0]).toBeCloseTo(x - noise / slope, 2);
          expect(interval[1]).toBeCloseTo(x + noise / slope, 2);
        },
      ),
    );
  });

  test("a curved lead takes few predictions", () => {
    let predictions = 0;
    const lead = (at: number) => line(3 ** -at - 0.37, 0);
    const known = [0, 1, 2].map((at) => ({ at, lead: lead(at) }));
    const { at } = findCrossing(known, (place) => {
      predictions++;
      return lead(place);
    });
    expect(at).toBeCloseTo(-Math.log(0.37) / Math.log(3), 2);
    expect(predictions).toBeLessThan(15);
  });

  test("an interval that reaches beyond the axis is open there", () => {
    const known = [0, 1].map((at) => ({ at, lead: line(0.4 - at, 0.5) }));
    expect(findCrossing(known, (at) => line(0.4 - at, 0.5)).interval).toEqual([null, expect.closeTo(0.9, 2)]);
  });

  test("without a change of sign there is none", () => {
    expect(() => findCrossing([{ at: 0, lead: line(1, 0) }], () => line(1, 0))).toThrow(/no crossing/);
  });
});

function unit(candidate: number, throughput: readonly number[], allowed = true): UnitResult {
  const samples = { throughput, mean: throughput, p50: throughput, p95: throughput, p99: throughput };
  const bottleneck = { kind: "pod", name: "x", utilisation: 1 } as const;
  const placement = { split: `${candidate}`, grouping: "1", compression: "none", workers: 0 } as const;
  return { point: 0, candidate, samples, rate: null, bottleneck, ...placement, allowed };
}

describe("decidePoint", () => {
  test("common luck does not blur a lead: differences are taken replication by replication", () => {
    const { best, second, lead, rivals } = decidePoint([unit(0, [10, 20, 30]), unit(1, [11, 21, 31])], "throughput");
    expect([best.candidate, second!.candidate, rivals]).toEqual([1, 0, []]);
    expect(lead).toEqual({ mean: 1, interval: [1, 1] });
  });

  test("those that can't be told apart from the best are rivals; what is not allowed is not chosen", () => {
    const units = [unit(0, [10, 12, 11]), unit(1, [11, 11, 11.5]), unit(2, [5, 5, 5]), unit(3, [50, 50, 50], false)];
    const { best, rivals } = decidePoint(units, "throughput");
    expect(best.candidate).toBe(1);
    expect(rivals.map(({ candidate }) => candidate)).toEqual([0]);
  });

  test("less latency is better; equal ones go as they are listed", () => {
    expect(decidePoint([unit(0, [2, 2]), unit(1, [1, 1])], "p50").best.candidate).toBe(1);
    expect(decidePoint([unit(1, [1, 1]), unit(0, [1, 1])], "p50").best.candidate).toBe(0);
    expect(leadOf(unit(0, [1, 1]).samples, unit(1, [3, 5]).samples, "p95").mean).toBe(3);
  });
});

async function outcomeOf(
  sets: readonly string[],
  of: { readonly topology?: Topology; readonly costOf?: CostOf } = {},
): Promise<Outcome & { readonly predictor: Predictor }> {
  const { sweep, profiles } = await sweepOfTwo(sets, of);
  const predictor = new Predictor(sweep, profiles);
  const results = unitsOf(sweep).map((one) => predictor.predict(one));
  const units = Map.groupBy(results, ({ point }) => point);
  return { sweep, figure: "throughput", units, decisions: decisionsOf(results, "throughput"), predictor };
}

// EE carries 1 / 10 ms = 100 frames/s at any bandwidth; ES, 10,000 bytes a frame, B / 10,000 until its pods limit it.
const FLIP = 100 * 10_000;

describe("the flip of two splits whose throughput lines cross at a known bandwidth", () => {
  test("is found within half a percent on a coarse range", async () => {
    const outcome = await outcomeOf(["link.bandwidth=1..64Mbit/s:log:4"]);
    const [task, ...others] = flipTasks(outcome, 0);
    expect(others).toEqual([]);
    const { crossing, third } = searchFlip(task!, outcome.predictor);
    const flip = flipOf(outcome, task!, crossing);
    expect(third).toBeNull();
    expect([flip.from, flip.to]).toEqual(["EE", "ES"]);
    for (const place of [flip.value!, ...flip.interval!]) expect(Math.abs(place! / FLIP - 1)).toBeLessThan(5e-3);
    expect(flip.text).toMatch(/^(7\.9\d|8|8\.0\d) Mbit\/s$/);
    expect(flip.between).toEqual(["4 Mbit/s", "16 Mbit/s"]);
  });

  test("along a stage's parameter, which makes the frames that cross smaller, it lies between two of its values", async () => {
    // EES sends what the pool leaves, 10,000 bytes over its size squared, at 250 kB/s; EEE carries 50 frames/s at any.
    const costOf: CostOf = (stages, node) => [
      stages.reduce((sum, stage) => sum + (stage === "blur" && node === "edge" ? 20e-3 : 2e-3), 0),
    ];
    const outcome = await outcomeOf(["stages.pool.size=1,2,4", "link.bandwidth=2Mbit/s"], { topology: POOLED, costOf });
    const [task, ...others] = flipTasks(outcome, 0);
    expect(others).toEqual([]);
    const flip = flipOf(outcome, task!, betweenValues(task!));
    expect(flip).toMatchObject({ axis: "stages.pool.size", value: null, interval: null, between: ["1", "2"] });
    const csv = sweepCsv(outcome).split("\r\n");
    expect(csv[0]).toMatch(/^stages\.pool\.size,link\.bandwidth,split,/);
    expect(csv.slice(1, -1).map((line) => line.split(",")[0])).toEqual([..."111122224444"]);
    const { axes, flips } = sweepSummary(outcome, [flip]);
    expect(axes[0]).toEqual({ key: "stages.pool.size", values: [1, 2, 4] });
    expect(flips[0]!.text).toBe("1 to 2");
    expect(flipTable(outcome, [flip])).toMatch(/^1 to 2 +EEE -> EES$/m);
  });

  test("what a source drops is told of each candidate that may drop some, and of no other", async () => {
    const workload = {
      ...TWO.workload,
      overflow: "drop-oldest",
      frames: 600,
      loads: [{ kind: "rate", rate: 150 }],
    } as const;
    const outcome = await outcomeOf(["buffer=0,8"], { topology: { ...TWO, workload } });
    const units = [...outcome.units.values()].flat();
    // EE carries 100 of 150 frames/s; a monolith has nobody to send to.
    for (const { split, dropped } of units) {
      if (split === "EE") expect(dropped).toBeCloseTo(1 / 3, 1);
      else if (split.startsWith("monolith")) expect(dropped).toBeUndefined();
      else expect(dropped).toBe(0);
    }
    const csv = sweepCsv(outcome).split("\r\n");
    expect(csv[0]).toMatch(/,bottleneck,dropped$/);
    expect(sweepCsv(await outcomeOf(["window=1,2"]))).not.toContain("dropped");
  });

  test("along values that can't be refined it lies between two of them", async () => {
    const outcome = await outcomeOf(["size=20,50,100,200", "link.bandwidth=4Mbit/s"]);
    const [task] = flipTasks(outcome, 0);
    const flip = flipOf(outcome, task!, betweenValues(task!));
    expect(flip.value).toBeNull();
    expect(flip.between).toEqual(["50x50", "100x100"]);
  });
});
