/** `npm run bench place`: how long the screen of `edgetwin place` takes (prices, bounds and the best by them), without any simulation. */
import { availableParallelism } from "node:os";
import { OBJECTIVES, type Objective } from "../../sim/place/objective.ts";
import { bestFirst, type Candidate } from "../../sim/place/search.ts";
import { countPlacements } from "../../sim/place/space.ts";
import { toGo } from "../../sim/place/to-go.ts";
import { median } from "../../sim/statistics/quantile.ts";
import { priced, world } from "../place/fixture.ts";

const CASES = [
  { stages: 4, nodes: 2 },
  { stages: 14, nodes: 3 },
  { stages: 30, nodes: 5 },
  { stages: 100, nodes: 20 },
] as const;
/** Placements that are asked for. */
const WANTED = 20;
const REPEATS = 5;
/** More of them than a search that gives up completes. */
const MOST = 1000;

export async function bench(): Promise<void> {
  process.stdout.write(
    `one thread of ${availableParallelism()} cores; medians of ${REPEATS}; links between all nodes\n\n`,
  );
  process.stdout.write(
    "| stages x nodes | placements | prices | bounds | objective | best | screen | next 19 | beyond the best |\n",
  );
  process.stdout.write("|---|---|---|---|---|---|---|---|---|\n");
  for (const { stages, nodes } of CASES) {
    const one = world({ stages, nodes, seed: 1, cores: 8, window: 16 });
    for (const objective of OBJECTIVES) {
      const rows = Array.from({ length: REPEATS }, () => run(one, objective));
      const column = (key: Exclude<keyof ReturnType<typeof run>, "placements" | "gap">) =>
        `${median(rows.map((row) => row[key])).toFixed(1)} ms`;
      const { placements, gap } = rows[0]!;
      const cells = [`${stages} x ${nodes}`, placements.toPrecision(3), column("prices"), column("bounds"), objective];
      process.stdout.write(`| ${[...cells, column("first"), column("screen"), column("others"), gap].join(" | ")} |\n`);
    }
  }
}

function run(one: ReturnType<typeof world>, objective: Objective) {
  const begin = performance.now();
  const { space, table } = priced(one, { empty: objective === "latency" });
  const pricedAt = performance.now();
  const rest = toGo(table);
  const boundedAt = performance.now();
  const ranking = bestFirst(table, rest, { objective, rate: null, latencyBound: null });
  const best = ranking.next().value as Candidate;
  const firstAt = performance.now();
  let next = ranking.next();
  for (let found = 2; found < WANTED && !next.done; found++) next = ranking.next();
  const othersAt = performance.now();
  // Of a search that gave up, the bound of what it did not see stands at the end.
  for (let left = MOST; left > 0 && !next.done; left--) next = ranking.next();
  const gap =
    next.done && next.value < best.figure ? `at most ${((best.figure / next.value - 1) * 100).toFixed(1)} %` : "exact";
  return {
    placements: countPlacements(space),
    prices: pricedAt - begin,
    bounds: boundedAt - pricedAt,
    first: firstAt - boundedAt,
    screen: firstAt - begin,
    others: othersAt - firstAt,
    gap,
  };
}
