import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finalists, merged } from "../../sim/place/finalists.ts";
import { paretoFront } from "../../sim/place/front.ts";
import type { Wish } from "../../sim/place/objective.ts";
import { cycleBound, figure, mayDo, scoreOf } from "../../sim/place/score.ts";
import { bestFirst, type Candidate } from "../../sim/place/search.ts";
import { countPlacements, groupingOf, type Placement, type Space, splitOf } from "../../sim/place/space.ts";
import { toGo } from "../../sim/place/to-go.ts";
import { everyPlacement, type Priced, priced, world } from "./fixture.ts";
import { wishes, worlds } from "./worlds.ts";

const id = (placement: Placement) => JSON.stringify(placement);

/** What is on each node fits into its memory. */
function fits({ nodes, memory }: Space, placement: Placement): boolean {
  return nodes.every((node, at) => {
    const stages = placement.flatMap((pod) =>
      pod.node === at ? Array.from({ length: pod.to - pod.from }, (_, i) => pod.from + i) : [],
    );
    return stages.reduce((sum, stage) => sum + memory[stage]!, 0) <= (node.memory ?? Number.POSITIVE_INFINITY);
  });
}

/** All that may do what is wished, each scored by itself, best first. */
function byBruteForce({ space, table }: Priced, wish: Wish): { placement: Placement; figure: number; cycle: number }[] {
  return everyPlacement(space)
    .filter((placement) => fits(space, placement))
    .flatMap((placement) => {
      const score = scoreOf(table, placement);
      const cycle = cycleBound(table, score);
      return mayDo(wish, score, cycle) ? [{ placement, cycle, figure: figure(wish, score, cycle) }] : [];
    })
    .sort((a, b) => a.figure - b.figure);
}

const search = ({ table }: Priced, wish: Wish, options = {}) => {
  const found: Candidate[] = [];
  const ranking = bestFirst(table, toGo(table), wish, options);
  for (let next = ranking.next(); ; next = ranking.next()) {
    if (next.done) return { found, others: next.value };
    found.push(next.value);
  }
};

/** What ends it is how many there are, or that there are no more. */
function taken(ranking: Generator<Candidate, number>, most: number) {
  const taking = finalists(ranking, () => Number.POSITIVE_INFINITY, { least: 1, most });
  for (let next = taking.next(); ; next = taking.next()) if (next.done) return next.value;
}

describe("best first", () => {
  test("every placement that may do what is wished, and no other, in the order that brute force puts them in", () => {
    fc.assert(
      fc.property(worlds, wishes, (spec, wish) => {
        const one = priced(world(spec), { empty: wish.objective === "latency" && wish.rate === null });
        const expected = byBruteForce(one, wish);
        const { found, others } = search(one, wish);
        expect(found.map(({ placement }) => id(placement)).sort()).toEqual(
          expected.map(({ placement }) => id(placement)).sort(),
        );
        for (const [i, { figure }] of found.entries())
          expect(Math.abs(figure / expected[i]!.figure - 1)).toBeLessThan(1e-9);
        expect(others).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("splits and groupings that are asked for, and no others", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 99 }), fc.boolean(), (spec, pick, also) => {
        const of = world({ ...spec, memory: false });
        const all = everyPlacement(priced(of).space);
        if (all.length === 0) return;
        const { nodes } = of.topology;
        const chosen = all[pick % all.length]!;
        const splits = [splitOf(nodes, chosen)];
        const groupings = also ? [groupingOf(chosen)] : null;
        const { found } = search(priced(of, { splits, groupings }), {
          objective: "latency",
          rate: null,
          latencyBound: null,
        });
        const wanted = all.filter((one) => splits.includes(splitOf(nodes, one)) && (!also || id(one) === id(chosen)));
        expect(found.map(({ placement }) => id(placement)).sort()).toEqual(wanted.map(id).sort());
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test("more nodes to choose from never make the best one worse", () => {
    fc.assert(
      fc.property(worlds, wishes, fc.integer({ min: 0, max: 4 }), (spec, wish, at) => {
        const of = world(spec);
        const stage = `stage-${at % spec.stages}`;
        const { nodes } = of.topology.stages[at % spec.stages]!;
        const [only] = nodes ?? of.topology.nodes.map(({ name }) => name);
        const best = (one: Priced) => search(one, wish).found[0]?.figure ?? Number.POSITIVE_INFINITY;
        const free = best(priced(of));
        const pinned = best(priced(of, { pins: new Map([[stage, [only!]]]) }));
        expect(free).toBeLessThanOrEqual(pinned * (1 + 1e-9));
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  test("a search that gives up says how good what it did not see can be, and still finds something", () => {
    const wish: Wish = { objective: "throughput", rate: null, latencyBound: null };
    const one = priced(world({ stages: 9, nodes: 3, seed: 5, together: 3, cores: 2 }));
    const [best] = search(one, wish).found;
    const { found, others } = search(one, wish, { limit: 10 });
    expect(others).toBeLessThanOrEqual(best!.figure);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]!.figure).toBeLessThan(1.3 * best!.figure);
    for (const { placement, figure } of found) {
      expect(placement.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8,
      ]);
      expect(figure).toBe(cycleBound(one.table, scoreOf(one.table, placement)));
    }
  });

  test("and so does whoever takes but some of what such a search finds", () => {
    const wish: Wish = { objective: "throughput", rate: null, latencyBound: null };
    const one = priced(world({ stages: 9, nodes: 3, seed: 5, together: 3, cores: 2 }));
    const other = priced(world({ stages: 2, nodes: 2, seed: 1 }));
    const [best] = search(one, wish).found;
    const gaveUp = () => bestFirst(one.table, toGo(one.table), wish, { limit: 10 });
    const whole = () => bestFirst(other.table, toGo(other.table), wish);
    for (const most of [1, 2, 1000]) {
      for (const ranking of [gaveUp(), merged([gaveUp(), whole()]), merged([whole(), gaveUp()])]) {
        const { others, exact } = taken(ranking, most);
        expect(others).toBeLessThanOrEqual(best!.figure);
        expect(exact).toBe(false);
      }
    }
    expect(taken(whole(), 1)).toMatchObject({ others: search(other, wish).found[1]!.figure, exact: true });
    expect(taken(whole(), 1000)).toMatchObject({ others: Number.POSITIVE_INFINITY, exact: true });
  });

  test("a hundred stages on twenty nodes", () => {
    const one = priced(world({ stages: 100, nodes: 20, seed: 1, window: 100, cores: 100 }));
    const wish: Wish = { objective: "throughput", rate: null, latencyBound: null };
    const rest = toGo(one.table);
    const first = bestFirst(one.table, rest, wish).next();
    const roots = one.space.nodes.map((_, node) => rest.slowest[one.table.hop(0, node, node)]!);
    // What limits it is one pod or link, of which dynamic programming knows the optimum.
    expect((first.value as Candidate).figure).toBeCloseTo(Math.min(...roots), 12);
  });
});

test("as many placements as there are", () => {
  fc.assert(
    fc.property(worlds, (spec) => {
      const { space } = priced(world(spec));
      expect(countPlacements(space)).toBe(everyPlacement(space).length);
    }),
    { numRuns: 60, seed: 4 },
  );
});

test("the Pareto front: no point is dominated, and none that is not is missing", () => {
  fc.assert(
    fc.property(worlds, (spec) => {
      const one = priced(world(spec), { empty: true });
      const wish: Wish = { objective: "latency", rate: null, latencyBound: null };
      const all = byBruteForce(one, wish);
      const spaces = [{ table: one.table, rest: toGo(one.table), name: (candidate: Candidate) => candidate }];
      const { points: front, exact } = paretoFront(spaces, wish);
      expect(exact).toBe(true);
      const beats = (a: { figure: number; cycle: number }, b: { figure: number; cycle: number }) =>
        a.figure < b.figure * (1 - 1e-9) && a.cycle < b.cycle * (1 - 1e-9);
      for (const point of front) expect(all.some((other) => beats(other, point))).toBe(false);
      // Every placement is at most as good as some point.
      for (const other of all) {
        expect(
          front.some((point) => point.figure <= other.figure * (1 + 1e-9) && point.cycle <= other.cycle * (1 + 1e-9)),
        ).toBe(true);
      }
    }),
    { numRuns: 80, seed: 5 },
  );
});

test("a Pareto front of searches that gave up is called one that may lack points", () => {
  const one = priced(world({ stages: 9, nodes: 3, seed: 5, together: 3, cores: 2 }), { empty: true });
  const spaces = [{ table: one.table, rest: toGo(one.table), name: (candidate: Candidate) => candidate }];
  const wish: Wish = { objective: "latency", rate: null, latencyBound: null };
  expect(paretoFront(spaces, wish, { limit: 10 }).exact).toBe(false);
});
