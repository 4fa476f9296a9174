import type { CostTable } from "./cost-table.ts";
import { Heap } from "./heap.ts";
import { Levels } from "./levels.ts";
import type { Wish } from "./objective.ts";
import { emptyScore, figure, type Score, withPod } from "./score.ts";
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
  /** Of one that a search found after it gave up being exact: the least `figure` of all that come later, or never. */
  readonly others?: number;
}

export interface SearchOptions {
  /** Only placements whose cycle may be shorter than so many seconds per frame. */
  readonly cycleBelow?: number;
  /** Beginnings of placements that are looked at at most, before the search gives up being exact. */
  readonly limit?: number;
}

/** Some tenths of a second's work. */
export const SEARCH_LIMIT = 50_000;
/** Beginnings up to each stage that a search which gives up still follows. */
const BEAM = 6;

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
 * beginnings that promise most are completed by a beam search, which is no longer exact, and the bound of all others is returned.
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
    else if (tree.looked > limit) {
      const others = next.figure;
      const found = beam(tree, heap, next, table.space.stages);
      for (const one of found) yield { ...one, others };
      // What keeps up with a rate most easily is the fastest, if nothing better does.
      if (found.length === 0 && wish.objective !== "throughput") {
        const fastest = bestFirst(table, rest, { ...wish, objective: "throughput" }, { cycleBelow, limit }).next();
        if (!fastest.done) {
          const { score, cycle } = fastest.value;
          yield { ...fastest.value, figure: figure(wish, score, cycle), others };
        }
      }
      return others;
    } else for (const longer of tree.longer(next)) heap.push(longer);
  }
  return Number.POSITIVE_INFINITY;
}

/** Completes the best beginnings by a beam search (Lowerre, 1976), of each stage those that promise most; best first. */
function beam(tree: Tree, heap: Heap<Beginning>, first: Beginning, stages: number): Candidate[] {
  const waiting = Array.from({ length: stages + 1 }, () => [] as Beginning[]);
  const wait = (one: Beginning) => {
    const others = waiting[one.stage]!;
    others.push(one);
    if (one.stage < stages && others.length > 4 * BEAM) others.sort(order).splice(BEAM);
  };
  let next: Beginning | undefined = first;
  for (let taken = 0; taken < stages * BEAM && next !== undefined; taken++) {
    wait(next);
    next = heap.pop();
  }
  for (const beginnings of waiting.slice(0, stages))
    for (const one of beginnings.sort(order).splice(0, BEAM)) tree.longer(one).forEach(wait);
  return waiting[stages]!.sort(order).map(candidateOf);
}

class Tree {
  readonly #table: CostTable;
  readonly #rest: ToGo;
  readonly #wish: Wish;
  readonly #levels: Levels;
  /** How many beginnings it has looked at. */
  looked = 0;

  constructor(table: CostTable, rest: ToGo, wish: Wish, cycleBelow: number) {
    this.#table = table;
    this.#rest = rest;
    this.#wish = wish;
    this.#levels = new Levels(table, rest, wish, cycleBelow);
  }

  /** Nothing is placed yet but where the first stage goes. */
  roots(): Beginning[] {
    const { space, hop } = this.#table;
    const score = emptyScore(this.#table);
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
    this.looked++;
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

function order(a: Beginning, b: Beginning): number {
  return a.figure - b.figure || a.second - b.second;
}

function candidateOf({ chain, score, cycle, figure }: Beginning): Candidate {
  return { placement: podsOf(chain), score, cycle, figure };
}

function podsOf(chain: Chain | null): PlacedPod[] {
  const pods: PlacedPod[] = [];
  for (let at = chain; at !== null; at = at.before) pods.push(at.pod);
  return pods.reverse();
}
