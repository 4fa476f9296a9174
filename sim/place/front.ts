import type { CostTable } from "./cost-table.ts";
import { merged } from "./finalists.ts";
import type { Wish } from "./objective.ts";
import { bestFirst, type Candidate, type SearchOptions } from "./search.ts";
import type { ToGo } from "./to-go.ts";

/** A space with its prices, and what its candidates are; `null`: another space has the same one. */
export interface Screened<T extends Candidate> {
  readonly table: CostTable;
  readonly rest: ToGo;
  readonly name: (candidate: Candidate) => T | null;
}

/** The candidates of several spaces, in the order of `figure`. */
export function ranked<T extends Candidate>(
  spaces: readonly Screened<T>[],
  wish: Wish,
  options: SearchOptions = {},
): Generator<T, number> {
  return merged(spaces.map(({ table, rest, name }) => named(bestFirst(table, rest, wish, options), name)));
}

function* named<T extends Candidate>(
  candidates: Generator<Candidate, number>,
  name: Screened<T>["name"],
): Generator<T, number> {
  for (;;) {
    const next = candidates.next();
    if (next.done) return next.value;
    const one = name(next.value);
    if (one !== null) yield one;
  }
}

/** More points than this tell a reader no more. */
const MOST_POINTS = 50;

export interface Front<T> {
  readonly points: readonly T[];
  /** Whether by the bounds there are no other points: no search gave up being exact, and there are not too many. */
  readonly exact: boolean;
}

/**
 * The Pareto front of latency against throughput by the bounds of the screen, least latency first: each point has the least latency of
 * all placements that are faster than the points before it (the epsilon-constraint method; Haimes, Lasdon & Wismer, 1971). So none is
 * dominated, and there is a point for every throughput that another placement could offer.
 */
export function paretoFront<T extends Candidate>(
  spaces: readonly Screened<T>[],
  wish: Omit<Wish, "objective">,
  limits: Omit<SearchOptions, "cycleBelow"> = {},
): Front<T> {
  const points: T[] = [];
  let exact = true;
  let cycleBelow = Number.POSITIVE_INFINITY;
  while (points.length < MOST_POINTS) {
    const next = ranked(spaces, { ...wish, objective: "latency" }, { ...limits, cycleBelow }).next();
    if (next.done) return { points, exact: exact && next.value === Number.POSITIVE_INFINITY };
    exact &&= next.value.others === undefined;
    // Of several with the same latency the first to come is the fastest, so that what follows has a longer one.
    points.push(next.value);
    cycleBelow = next.value.cycle;
  }
  return { points, exact: false };
}
