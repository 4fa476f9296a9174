import type { CostTable } from "./cost-table.ts";
import { Heap } from "./heap.ts";
import { Levels } from "./levels.ts";
import type { Wish } from "./objective.ts";
import { NOTHING, type Score, withPod } from "./score.ts";
import { isAskedFor, type PlacedPod, type Placement } from "./space.ts";
import type { ToGo } from "./to-go.ts";

/** A placement and what it can do at best. */
export interface Candidate {
  readonly placement: Placement;
  readonly score: Score;
  /** Seconds per frame at least, saturated. */
  readonly cycle: number;
  /** What is to be minimised: seconds, joules or money per frame, at least. */
  readonly figure: number;
}

export interface SearchOptions {
  /** Only placements whose cycle may be shorter than so many seconds per frame. */
  readonly cycleBelow?: number;
  /** Beginnings of placements that are kept at most, before the search gives up being exact. */
  readonly limit?: number;
}

/** Some tenths of a second's work. */
export const SEARCH_LIMIT = 100_000;
/** Placements that a search which gives up still completes. */
const DIVES = 16;

/** Pods of a beginning, last first. */
interface Chain {
  readonly pod: PlacedPod;
  readonly before: Chain | null;
}

interface Beginning {
  readonly chain: Chain | null;
  /** First stage that is not placed yet, and the node where it is going to be; -1 if there is none left. */
  readonly stage: number;
  readonly node: number;
  readonly score: Score;
  readonly cycle: number;
  readonly figure: number;
  /** Breaks ties: latency of what is about throughput, the cycle of all else. */
  readonly second: number;
}

/**
 * All placements of a space that may do what is wished, best first: A* (Hart, Nilsson & Raphael, 1968) over beginnings of placements,
 * pod by pod, each with the least that can come behind it. As that never overestimates, placements come in the exact order of `figure`,
 * with hosts that several pods share, memory and windows, of which dynamic programming alone has only bounds; what can't do
 * what is wished is left out. How much is looked at depends on how near the bounds are. Where that becomes too much, the
 * beginnings that promise most are completed greedily, which is no longer exact, and the bound of all others is returned.
 * @returns the least `figure` that others could have: infinite if there are none.
 */
export function* bestFirst(
  table: CostTable,
  rest: ToGo,
  wish: Wish,
  { cycleBelow = Number.POSITIVE_INFINITY, limit = SEARCH_LIMIT }: SearchOptions = {},
): Generator<Candidate, number> {
  const tree = new Tree(table, rest, wish, cycleBelow);
  const heap = new Heap<Beginning>(isBefore);
  for (const root of tree.roots()) heap.push(root);
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    if (next.node === -1) yield candidateOf(next);
    else if (heap.length > limit) {
      yield* dives(tree, heap, next);
      return next.figure;
    } else for (const longer of tree.longer(next)) heap.push(longer);
  }
  return Number.POSITIVE_INFINITY;
}

/** Completes the best beginnings, each by what seems best pod by pod; best first. */
function dives(tree: Tree, heap: Heap<Beginning>, first: Beginning): Candidate[] {
  const found: Candidate[] = [];
  let start: Beginning | undefined = first;
  for (let dive = 0; dive < DIVES && start !== undefined; dive++) {
    let at: Beginning | undefined = start;
    while (at !== undefined && at.node !== -1) {
      at = tree
        .longer(at)
        .reduce((best: Beginning | undefined, one) => (!best || isBefore(one, best) ? one : best), undefined);
    }
    if (at !== undefined) found.push(candidateOf(at));
    start = heap.pop();
  }
  const distinct = new Map(found.map((one) => [JSON.stringify(one.placement), one]));
  return [...distinct.values()].sort((a, b) => a.figure - b.figure);
}

class Tree {
  readonly #table: CostTable;
  readonly #rest: ToGo;
  readonly #wish: Wish;
  readonly #levels: Levels;

  constructor(table: CostTable, rest: ToGo, wish: Wish, cycleBelow: number) {
    this.#table = table;
    this.#rest = rest;
    this.#wish = wish;
    this.#levels = new Levels(table, rest, wish, cycleBelow);
  }

  /** Nothing is placed yet but where the first stage goes. */
  roots(): Beginning[] {
    const { space, cores, hop } = this.#table;
    const score = { ...NOTHING, loads: cores.map(() => 0) };
    return space.nodes.flatMap((_, node) => this.#promising(null, 0, node, score, hop(0, node, node)) ?? []);
  }

  /** All ways to add a pod, and where the next is to be, that may still do what is wished. */
  longer({ chain, stage: from, node, score }: Beginning): Beginning[] {
    const { space, hop } = this.#table;
    const { stages: k, nodes, allowed, hops, only } = space;
    const before = chain?.pod.node ?? -1;
    const room = nodes[node]!.memory ?? Number.POSITIVE_INFINITY;
    const found: Beginning[] = [];
    const add = (longer: Chain, next: number, at: number) => {
      const added = withPod(this.#table, score, longer.pod, before, next);
      const beginning = added.memory > room ? null : this.#promising(longer, longer.pod.to, next, added, at);
      if (beginning !== null) found.push(beginning);
    };
    for (let to = from + 1; to <= k && allowed[to - 1]![node]; to++) {
      const longer = { pod: { from, to, node }, before: chain };
      if ((only.splits ?? only.groupings) !== null && !isAskedFor(space, podsOf(longer))) continue;
      if (to === k) {
        add(longer, -1, -1);
        continue;
      }
      for (let next = node; next < nodes.length; next++) {
        const at = hop(to, node, next);
        if (hops[node]![next] && this.#rest.slowest[at] !== Number.POSITIVE_INFINITY) add(longer, next, at);
      }
    }
    return found;
  }

  /** @param hop behind the beginning; -1 if it is whole. @returns `null` if it leads to nothing that is wished. */
  #promising(chain: Chain | null, stage: number, node: number, score: Score, hop: number): Beginning | null {
    const bound = this.#levels.of(score, hop);
    if (bound === null) return null;
    const { figure, cycle, latency } = bound;
    const second = this.#wish.objective === "throughput" ? latency : cycle;
    return { chain, stage, node, score, cycle, figure, second };
  }
}

/** Better, or nearer to its end. */
function isBefore(a: Beginning, b: Beginning): boolean {
  if (a.figure !== b.figure) return a.figure < b.figure;
  if (a.second !== b.second) return a.second < b.second;
  return a.stage > b.stage;
}

function candidateOf({ chain, score, cycle, figure }: Beginning): Candidate {
  return { placement: podsOf(chain), score, cycle, figure };
}

function podsOf(chain: Chain | null): PlacedPod[] {
  const pods: PlacedPod[] = [];
  for (let at = chain; at !== null; at = at.before) pods.push(at.pod);
  return pods.reverse();
}
