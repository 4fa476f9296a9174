import type { Candidate } from "./search.ts";
import { NEGLIGIBLE } from "./select.ts";

/** Placements of one kind, best first; when it ends, the least figure that others of it could have. */
export type Ranking<T extends Candidate> = Iterator<T, number>;

/** Several rankings as one: what comes out is in the order of `figure` as long as each of them is, and has the least `others` of all. */
export function* merged<T extends Candidate>(rankings: readonly Ranking<T>[]): Generator<T, number> {
  const heads = rankings.map((ranking) => ({ ranking, head: ranking.next() }));
  for (;;) {
    const open = heads.filter(({ head }) => !head.done);
    const others = Math.min(...heads.map(({ head }) => (head.done ? head.value : othersOf(head.value))));
    if (open.length === 0) return others;
    const best = open.reduce((one, other) =>
      (other.head.value as T).figure < (one.head.value as T).figure ? other : one,
    );
    const one = best.head.value as T;
    yield others === Number.POSITIVE_INFINITY ? one : { ...one, others };
    best.head = best.ranking.next();
  }
}

/** The least figure that may be behind a candidate besides what is going to come in order. */
function othersOf({ others = Number.POSITIVE_INFINITY }: Candidate): number {
  return others;
}

export interface Finalists<T> {
  readonly candidates: readonly T[];
  /** The least figure that a placement which is not among them could have. */
  readonly others: number;
  /** Whether more candidates would bring that to its true value: the search behind the ranking has not given up. */
  readonly exact: boolean;
}

/**
 * Takes placements from a ranking, each simulated, until no other can be better than the best of them, but for a negligible share: a
 * bound that is no better than what another placement was simulated to reach ends it. So what the screen can be wrong by is covered, whatever it is.
 * @param reached what a candidate reaches in simulation, to be minimised; infinite if it does not do what is wished.
 * @param least that are taken even so, and @param most that are taken at most: the rest then is told by `others`.
 */
export function* finalists<T extends Candidate>(
  ranking: Ranking<T>,
  reached: (candidate: T) => number,
  { least, most }: { readonly least: number; readonly most: number },
): Generator<number, Finalists<T>> {
  const candidates: T[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let next = ranking.next(); ; next = ranking.next()) {
    if (next.done) return { candidates, others: next.value, exact: next.value === Number.POSITIVE_INFINITY };
    const others = Math.min(next.value.figure, othersOf(next.value));
    const enough = candidates.length >= least && next.value.figure >= best * (1 - NEGLIGIBLE);
    if (enough || candidates.length >= most) return { candidates, others, exact: next.value.others === undefined };
    candidates.push(next.value);
    best = Math.min(best, reached(next.value));
    yield candidates.length;
  }
}
