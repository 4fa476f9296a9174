import type { CostTable } from "./cost-table.ts";
import type { Wish } from "./objective.ts";
import { leastWith, Runs, type SumToGo } from "./runs.ts";
import { cycleBound, emptyScore, figure, mayDo, ROUNDING, type Score } from "./score.ts";
import { energySum, latencySum, priceSum, roundSum, type Sum } from "./sums.ts";
import type { ToGo } from "./to-go.ts";

/** What a beginning comes to at least. */
export interface Bound {
  readonly figure: number;
  readonly cycle: number;
  readonly latency: number;
}

/** Placements whose cycle is so many seconds, and the least that can still come behind a hop of them. */
interface Level {
  readonly above: number;
  readonly upTo: number;
  readonly runs: Runs;
  readonly round: SumToGo;
  /** Of the objective; where that is the cycle itself, of latency, which breaks ties. */
  readonly sum: SumToGo;
}

/** Levels narrower than this are not split, and no more often than so. */
const NARROW = 1.01;
const SPLITS = 12;

/**
 * Bounds of beginnings of placements. The cycle is a maximum of pods, links and hosts, what else is to be minimised adds up, and each
 * is bought with the other: cycles by more pods, nodes and messages. So bounds are of levels of the cycle, each with the least of the
 * sums that a cycle no longer than that allows (`Runs`), and what a beginning comes to is the least over levels. Where the
 * objective depends on the cycle, the level that promises most is split in two, over and over: for throughput that
 * is the bisection of the bottleneck that is known from chains-on-chains partitioning (Pinar & Aykanat, JPDC 64, 2004).
 */
export class Levels {
  readonly #table: CostTable;
  readonly #rest: ToGo;
  readonly #wish: Wish;
  readonly #cycleBelow: number;
  readonly #levels: readonly Level[];

  /** @param cycleBelow cycles of others are not asked for. */
  constructor(table: CostTable, rest: ToGo, wish: Wish, cycleBelow: number) {
    this.#table = table;
    this.#rest = rest;
    this.#wish = wish;
    this.#cycleBelow = cycleBelow;
    const upTo = Math.min(cycleBelow, wish.rate === null ? Number.POSITIVE_INFINITY : 1 / wish.rate);
    const whole = this.#level(0, upTo);
    const ofCycle = wish.objective === "throughput" || (wish.objective !== "latency" && wish.rate === null);
    this.#levels = ofCycle ? this.#split(whole) : [whole];
  }

  /** @param hop behind the beginning; -1 if it is whole. @returns `null` if it leads to nothing that is wished. */
  of(score: Score, hop: number): Bound | null {
    if (hop === -1) {
      const cycle = cycleBound(this.#table, score);
      if (!(cycle < this.#cycleBelow && mayDo(this.#wish, score, cycle))) return null;
      return { figure: figure(this.#wish, score, cycle), cycle, latency: score.latency };
    }
    let latency = score.latency + this.#rest.latency[hop]!;
    const least = this.#cycle(score, hop);
    if (!(least < this.#cycleBelow && mayDo(this.#wish, { latency }, least))) return null;
    let best = Number.POSITIVE_INFINITY;
    let shortest = Number.POSITIVE_INFINITY;
    for (const level of this.#levels) {
      const cycle = this.#cycleAt(level, score, hop, least);
      if (cycle === Number.POSITIVE_INFINITY) continue;
      shortest = Math.min(shortest, cycle);
      best = Math.min(best, this.#figure(level, score, hop, cycle));
      if (this.#wish.objective !== "throughput") continue;
      // No level above has less.
      latency = Math.max(latency, score.latency + this.#behind(level.sum, level, score, hop));
      break;
    }
    return best === Number.POSITIVE_INFINITY ? null : { figure: best, cycle: shortest, latency };
  }

  /** Seconds per frame at least, by what no level knows better. */
  #cycle(score: Score, hop: number): number {
    const { slowest, loads, work, reachable } = this.#rest;
    const { cores, space } = this.#table;
    let cycle = Math.max(score.slowest, slowest[hop]!);
    for (let host = 0; host < cores.length; host++) cycle = Math.max(cycle, score.loads[host]! / cores[host]!);
    for (const { host, least } of loads) cycle = Math.max(cycle, (score.loads[host]! + least[hop]!) / cores[host]!);
    const { hosts, all } = reachable[hop % space.nodes.length]!;
    let busy = work[hop]!;
    for (const host of hosts) busy += score.loads[host]!;
    return Math.max(cycle, busy / all);
  }

  /** Infinite: no placement of the level begins so. */
  #cycleAt(level: Level, score: Score, hop: number, least: number): number {
    const { above, upTo, round } = level;
    if (least > upTo * ROUNDING) return Number.POSITIVE_INFINITY;
    const cycle = Math.max(above, least, (score.round + this.#behind(round, level, score, hop)) / this.#table.window);
    return cycle <= upTo * ROUNDING ? cycle : Number.POSITIVE_INFINITY;
  }

  /** What is already on the next node's host leaves the fewer of its cores. */
  #behind(sum: SumToGo, { upTo }: Level, { loads }: Score, hop: number): number {
    const { cores, hosts, space } = this.#table;
    const n = space.nodes.length;
    const node = hop % n;
    const host = hosts[node]!;
    return leastWith(sum, hop, Math.floor(hop / (n * n)) * n + node, upTo * ROUNDING * cores[host]! - loads[host]!);
  }

  #figure(level: Level, score: Score, hop: number, cycle: number): number {
    const { latency, joules, watts, price } = score;
    const { objective, rate } = this.#wish;
    if (objective === "throughput") return cycle;
    const interval = rate === null ? cycle : 1 / rate;
    const rest = this.#behind(level.sum, level, score, hop);
    if (objective === "cost") return (price + rest) * interval;
    return objective === "latency" ? latency + rest : joules + watts * interval + rest;
  }

  /** @param like another with the same `upTo`. */
  #level(above: number, upTo: number, like?: Level): Level {
    const { objective, rate } = this.#wish;
    // What energy takes depends on how far frames are apart.
    if (like !== undefined && (objective !== "energy" || rate !== null)) return { ...like, above };
    const runs = like?.runs ?? new Runs(this.#table, upTo * ROUNDING);
    const sum = this.#objectiveSum(above);
    return { above, upTo, runs, round: like?.round ?? runs.toGo(roundSum(this.#table)), sum: runs.toGo(sum) };
  }

  #objectiveSum(above: number): Sum {
    const { objective, rate } = this.#wish;
    switch (objective) {
      case "throughput":
      case "latency":
        return latencySum(this.#table);
      case "energy":
        return energySum(this.#table, rate === null ? above : 1 / rate);
      case "cost":
        return priceSum(this.#table);
    }
  }

  #split(whole: Level): Level[] {
    let levels = [this.#rooted(whole)];
    for (let splits = 0; splits < SPLITS; splits++) {
      const best = levels.reduce((one, other) => (other.figure < one.figure ? other : one));
      const { cycle: above, level } = best;
      const { upTo } = level;
      if (!(above > 0 && above * NARROW < upTo && best.figure < Number.POSITIVE_INFINITY)) break;
      const middle = upTo === Number.POSITIVE_INFINITY ? 2 * above : Math.sqrt(above * upTo);
      const parts = [this.#rooted(this.#level(above, middle)), this.#rooted(this.#level(middle, upTo, level))];
      levels = levels.flatMap((one) => (one === best ? parts : [one]));
    }
    return levels.filter(({ figure }) => figure < Number.POSITIVE_INFINITY).map(({ level }) => level);
  }

  /** With the least that any placement of a level comes to. */
  #rooted(level: Level): { readonly level: Level; readonly figure: number; readonly cycle: number } {
    const { space, hop } = this.#table;
    const nothing = emptyScore(this.#table);
    let best = Number.POSITIVE_INFINITY;
    let shortest = Number.POSITIVE_INFINITY;
    space.nodes.forEach((_, node) => {
      const at = hop(0, node, node);
      const cycle = this.#cycleAt(level, nothing, at, this.#cycle(nothing, at));
      if (cycle === Number.POSITIVE_INFINITY) return;
      shortest = Math.min(shortest, cycle);
      best = Math.min(best, this.#figure(level, nothing, at, cycle));
    });
    return { level, figure: best, cycle: shortest };
  }
}
