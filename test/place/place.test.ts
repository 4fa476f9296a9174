import { describe, expect, test } from "vitest";
import type { Wish } from "../../sim/place/objective.ts";
import { type PlaceRequest, place } from "../../sim/place/place.ts";
import { type PlaceResult, undominated } from "../../sim/place/result.ts";
import { cycleBound, scoreOf } from "../../sim/place/score.ts";
import { bestFirst, type Candidate } from "../../sim/place/search.ts";
import { toGo } from "../../sim/place/to-go.ts";
import { figureOf, serviceLoad, trialsOf } from "../../sim/place/trial.ts";
import { placeTable } from "../../sim/report/place-table.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { calibratedAs } from "../sim/calibrated.ts";
import { line } from "../sim/fixtures.ts";
import { FAKE } from "../topology/catalogue.ts";
import { everyPlacement, planOf, priced, SATURATED, SIZE, type World, world } from "./fixture.ts";

const WISH: Wish = { objective: "throughput", rate: null, latencyBound: null };
const of = world({ stages: 4, nodes: 2, seed: 11, samples: 15, window: 4, cores: 2, speeds: [0.5, 1] });

function placed(one: World, wish: Wish, request: Partial<PlaceRequest> = {}): PlaceResult {
  const placing = place(one.topology, FAKE, one.profile, {
    size: SIZE,
    wish,
    top: 5,
    most: 60,
    pareto: false,
    ...request,
  });
  for (let step = placing.next(); ; step = placing.next()) if (step.done) return step.value;
}

describe("the best placement", () => {
  test.each<Wish>([
    WISH,
    { objective: "latency", rate: null, latencyBound: null },
    { objective: "latency", rate: 8, latencyBound: null },
    { objective: "energy", rate: 8, latencyBound: null },
    { objective: "cost", rate: null, latencyBound: null },
  ])("is what simulating every one of them finds: %j", (wish) => {
    const one = priced(of);
    const result = placed(of, wish);
    const { load } = result;
    // At what rate frames find the line empty, the search finds out.
    expect(load).toEqual(serviceLoad(wish, load.kind === "rate" ? load.rate : Number.NaN));
    const all = everyPlacement(one.space).map((placement) => {
      const plan = planOf(of, one.space, placement);
      const simulation = trialsOf(plan, one.segments.profileFor(plan), load, wish.objective === "throughput");
      const trials = Array.from({ length: 15 }, (_, r) => simulation(r));
      const able = trials.every(({ overloaded }) => !overloaded);
      return {
        id: plan.id,
        figure: able ? mean(trials.map((shown) => figureOf(wish, shown))) : Number.POSITIVE_INFINITY,
      };
    });
    const least = Math.min(...all.map(({ figure }) => figure));
    const chosen = all.find(({ id }) => id === result.ranked[0]!.plan)!;
    expect(chosen.figure).toBeLessThanOrEqual(least * 1.011);
    expect(result.placements).toBe(all.length);
    expect(result).toMatchObject({ sure: true, exact: true });
    expect(result.ranked[0]).toMatchObject({ verdict: "best", difference: null });
    expect(result.ranked).toHaveLength(5);
    for (const { verdict, difference } of result.ranked.slice(1)) {
      expect(verdict).toBe(difference!.share - difference!.within > 5e-4 ? "worse" : "tie");
    }
  });

  test("is the same for the same seed", () => {
    expect(placed(of, WISH)).toEqual(placed(of, WISH));
  });

  test("keeps a rate and a bound of p95, or there is none", () => {
    const free = placed(of, { objective: "energy", rate: 5, latencyBound: null }, { top: 60 }).ranked;
    const p95 = free.map(({ latency }) => latency.p95.mean).sort((a, b) => a - b);
    const bound = p95[Math.floor(p95.length / 3)]!;
    const able = free.filter(({ latency }) => latency.p95.mean <= bound);
    expect(able.length).toBeLessThan(free.length);
    const bounded = placed(of, { objective: "energy", rate: 5, latencyBound: bound });
    for (const { latency } of bounded.ranked) expect(latency.p95.mean).toBeLessThanOrEqual(bound * 1.01);
    const least = Math.min(...able.map(({ energy }) => energy!.mean));
    expect(bounded.ranked[0]!.energy!.mean).toBeLessThanOrEqual(least * 1.011);
    expect(placed(of, { objective: "throughput", rate: 1e6, latencyBound: null }).ranked).toEqual([]);
    expect(placed(of, { objective: "latency", rate: null, latencyBound: 1e-6 }).ranked).toEqual([]);
  });

  test("stands where stages are pinned to", () => {
    const pins = new Map([
      ["stage-0", ["node-0"]],
      ["stage-3", ["node-1"]],
    ]);
    for (const { split } of placed(of, WISH, { pins }).ranked) expect(split).toMatch(/^A.*B$/);
    expect(() => placed(of, WISH, { pins: new Map([["stage-9", ["node-0"]]]) })).toThrow(/pin: stage-9 is not a stage/);
    expect(() => placed(of, WISH, { pins: new Map([["stage-0", ["node-9"]]]) })).toThrow(/pin: node-9 is not a node/);
  });

  test("with compression and workers as variants: none is there twice", () => {
    const one = world({ stages: 3, nodes: 2, seed: 4, samples: 5 });
    const workload = { ...one.topology.workload, compression: ["none", "zstd"], workers: [0, 1] } as const;
    const { ranked, simulated } = placed({ ...one, topology: { ...one.topology, workload } }, WISH, {
      top: 99,
      most: 99,
    });
    const ids = ranked.map(({ plan }) => plan);
    expect(new Set(ids).size).toBe(ids.length);
    // 4 + 4 placements on one node, 4 that cross the link once: those also compressed; each also with a worker.
    expect(simulated).toBe((8 + 2 * 4) * 2);
  });

  test("says what was not simulated", () => {
    const { simulated, others, ranked } = placed(of, WISH, { top: 1, most: 1 });
    expect(simulated).toBe(1);
    expect(others).toBeGreaterThan(0);
    expect(ranked).toHaveLength(1);
    expect(placed(of, WISH, { top: 60 }).others).toBeNull();
  });

  test("a search that gives up where hosts are shared still finds one that keeps up with a rate", () => {
    const shared = world({ stages: 30, nodes: 8, seed: 3, cores: 2, window: 16, together: 2, chain: true });
    const wish: Wish = { objective: "energy", rate: 8, latencyBound: null };
    const { table } = priced(shared);
    const first = bestFirst(table, toGo(table), wish, { limit: 10 }).next();
    const { cycle, placement } = first.value as Candidate;
    expect(cycle).toBe(cycleBound(table, scoreOf(table, placement)));
    expect(cycle * 8).toBeLessThanOrEqual(1 + 1e-9);
  });

  test.each([
    ["cost", { price: 0 }],
    ["energy", { power: { idle: 0, busy: 0 } }],
  ] as const)("is where nothing is to be paid: %s", (objective, free) => {
    const nodes = of.topology.nodes.map((node, i) => (i === 0 ? { ...node, ...free } : node));
    const one = { ...of, topology: { ...of.topology, nodes } };
    const result = placed(one, { objective, rate: null, latencyBound: null }, { top: 99, most: 99 });
    const { ranked, sure } = result;
    expect(sure).toBe(true);
    const verdicts = ranked.map(({ split, verdict }) => [/^A+$|@A$/.test(split), verdict]);
    expect(new Set(verdicts.slice(1).map(String))).toEqual(new Set(["true,tie", "false,worse"]));
    expect(verdicts[0]).toEqual([true, "best"]);
    expect(ranked[0]![objective]!.mean).toBe(0);
    for (const { replications } of ranked) expect(replications).toBe(10);
    const table = placeTable([result]);
    expect(table).toMatch(/ ∞$/m);
    expect(table).not.toContain("NaN");
  });

  test("says which pods were not measured together", () => {
    const { ranked } = placed(of, WISH, { top: 60 });
    for (const { pods, summed } of ranked) {
      expect(summed).toEqual(pods.filter(({ stages }) => stages.length > 1).map(({ name }) => name));
    }
  });
});

describe("what happens during a run", () => {
  const wish: Wish = { objective: "latency", rate: 15, latencyBound: null };
  const changed = (change: Partial<World["topology"]>) => ({ ...of, topology: { ...of.topology, ...change } });
  const workload = { ...of.topology.workload, frames: 400 };
  const least = (one: World) => placed(one, wish).ranked[0]!.latency.mean.mean;
  const usual = least(changed({ workload }));

  test("is simulated at a rate, as predictions of it are", () => {
    const poisson = changed({ workload: { ...workload, arrivals: { kind: "poisson" } } });
    expect(least(poisson)).toBeGreaterThan(1.05 * usual);
    const disturbances = [{ burst: 20, at: 20 }];
    expect(least(changed({ workload, disturbances }))).toBeGreaterThan(1.2 * usual);
  });

  test("a source drops what it can't send in time, and the latency of the rest is told", () => {
    const bursts = { kind: "batches", size: 12 } as const;
    const waiting = changed({ workload: { ...workload, arrivals: bursts } });
    const dropping = changed({ workload: { ...workload, arrivals: bursts, overflow: "drop-oldest", buffer: 4 } });
    const energy: Wish = { objective: "energy", rate: 5, latencyBound: null };
    const all = { top: 60, most: 60 };
    const [waits, drops] = [placed(waiting, energy, all), placed(dropping, energy, all)];
    for (const { dropped } of waits.ranked) expect(dropped).toBeUndefined();
    const several = drops.ranked.filter(({ pods }) => pods.length > 1);
    // Whoever drops more than 3 % of the frames does not carry the rate.
    expect(drops.unable).toBeGreaterThan(waits.unable);
    expect(several.length).toBeGreaterThan(0);
    for (const { dropped } of several) expect(dropped!.mean).toBeLessThan(0.05);
    const monolith = drops.ranked.find(({ pods }) => pods.length === 1)!;
    expect(monolith.dropped).toBeUndefined();
    // It holds no frame back, as it has nobody to send to.
    const same = waits.ranked.find(({ plan }) => plan === monolith.plan)!;
    expect(monolith.latency).toEqual(same.latency);
  });

  test("dropping is of a rate: what a placement carries, and an empty line, are as without it", () => {
    const drops = changed({ workload: { ...of.topology.workload, overflow: "drop-oldest", buffer: 0 } });
    const alone: Wish = { objective: "latency", rate: null, latencyBound: null };
    for (const wished of [WISH, alone]) expect(placed(drops, wished)).toEqual(placed(of, wished));
  });

  test("is left out of what a placement carries, and of an empty line", () => {
    const alone: Wish = { objective: "latency", rate: null, latencyBound: null };
    const disturbances = [{ node: "node-0", speed: { share: 0.3 }, from: 0.1, until: 100 }];
    const arrivals = { kind: "poisson" } as const;
    const all = changed({ workload: { ...of.topology.workload, arrivals }, disturbances });
    for (const wished of [WISH, alone]) expect(placed(all, wished)).toEqual(placed(of, wished));
  });
});

test("the front is simulated, and no point of it dominated", () => {
  const { front } = placed(of, WISH, { pareto: true });
  expect(front!.length).toBeGreaterThan(1);
  front!.slice(1).forEach(({ latency, throughput }, i) => {
    expect(latency.mean).toBeGreaterThan(front![i]!.latency.mean);
    expect(throughput.mean).toBeGreaterThan(front![i]!.throughput.mean);
  });
  const point = (latency: number, throughput: number) => ({
    latency: { mean: latency, interval: [0, 0] as const },
    throughput: { mean: throughput, interval: [0, 0] as const },
  });
  const kept = undominated([point(3, 3), point(1, 1), point(2, 1), point(1, 2), point(4, 3)]);
  expect(kept.map(({ latency }) => latency.mean)).toEqual([1, 3]);
});

test("points of the front do what is wished: at its rate p95 keeps the bound", () => {
  const wish: Wish = { objective: "latency", rate: 8, latencyBound: null };
  const all = { top: 60, most: 60, pareto: true };
  const free = placed(of, wish, all);
  const p95 = new Map(free.ranked.map(({ plan, latency }) => [plan, latency.p95.mean]));
  const able = free.front!.map(({ plan }) => plan).filter((plan) => p95.has(plan));
  const sorted = able.map((plan) => p95.get(plan)!).sort((a, b) => a - b);
  expect(sorted.length).toBeGreaterThan(1);
  const latencyBound = (sorted.at(-1)! + sorted.at(-2)!) / 2;
  const bounded = placed(of, { ...wish, latencyBound }, all);
  const plans = bounded.front!.map(({ plan }) => plan);
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) expect(p95.get(plan)!, plan).toBeLessThanOrEqual(latencyBound);
  const none = placed(of, { ...wish, latencyBound: 1e-9 }, all);
  expect(none.front).toEqual([]);
  expect(placeTable([{ ...bounded, front: [] }])).toContain("none of them does what is wished");
});

test("a table names sizes as flags do, and has the front even if nothing that was simulated does what is wished", () => {
  const result = placed(of, WISH, { pareto: true });
  const table = placeTable([{ ...result, size: [720, 1280], ranked: [], others: 1, exact: false }]).replaceAll(
    "\n ",
    "",
  );
  expect(table).toMatch(/^1280x720: most throughput/);
  expect(table).toContain("--pin, --splits or --groupings leave fewer");
  expect(table).toContain("Pareto front: ");
});

test("common random numbers: two placements that share the slowest pod differ by less than their runs do", () => {
  const one = priced(of);
  const plans = [
    [0, 1, 0],
    [0, 1, 1],
  ].map(([first, second, third]) =>
    planOf(of, one.space, [
      { from: 0, to: 1, node: first! },
      { from: 1, to: 2, node: second! },
      { from: 2, to: 4, node: Math.max(second!, third!) },
    ]),
  );
  const [a, b] = plans.map((plan) => {
    const simulation = trialsOf(plan, one.segments.profileFor(plan), SATURATED, true);
    return Array.from({ length: 30 }, (_, r) => 1 / simulation(r).capacity);
  }) as [number[], number[]];
  const spread = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
  expect(spread(a.map((value, r) => value - b[r]!))).toBeLessThan(0.6 * (spread(a) + spread(b)));
});

test("antithetic replications: of two in turn one is as much faster as the other is slower, all else being the same", () => {
  const cpu = Array.from({ length: 100 }, () => 1);
  const { plan, profile } = line({ pods: [{ cpu }] });
  const order = { visits: [1, 2].map((round) => ({ round, samples: 50, level: 1 })), block: 1 };
  // With so many degrees of freedom Student's t is as good as normal.
  const error = { relative: 0.01, degrees: 1000, common: { host: 1, visit: 0 } };
  const simulation = trialsOf(plan, calibratedAs(profile, "key-0-0", cpu, order, error), SATURATED, true);
  const off = Array.from({ length: 20 }, (_, r) => Math.log(simulation(r).capacity));
  for (let r = 0; r < off.length; r += 2) expect(off[r]! / off[r + 1]!).toBeCloseTo(-1, 0);
  expect(Math.max(...off)).toBeGreaterThan(0.01);
});
