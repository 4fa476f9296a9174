import { lasting } from "../compile.ts";
import { planLoad } from "../load.ts";
import type { Profile } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import type { FrameSize, KernelCatalogue } from "../topology/catalogue.ts";
import type { Topology } from "../topology/topology.ts";
import { finalists } from "./finalists.ts";
import { paretoFront, ranked, type Screened } from "./front.ts";
import type { Wish } from "./objective.ts";
import {
  type FrontPoint,
  frontPointOf,
  type PlaceResult,
  type RankedPlacement,
  rankedOf,
  undominated,
} from "./result.ts";
import { type Contender, screenOf } from "./screen.ts";
import { FIRST, INDIFFERENCE, pairedDifference, select } from "./select.ts";
import { countPlacements, type Narrowing, spaceOf } from "./space.ts";
import { figureOf, serviceLoad, type Trial, trialsOf } from "./trial.ts";

export interface PlaceRequest extends Narrowing {
  readonly size: FrameSize;
  readonly wish: Wish;
  /** Placements to rank; those that are simulated are more if the screen can't tell them apart. */
  readonly top: number;
  /** Placements that are simulated at most. */
  readonly most: number;
  /** The front of latency against throughput, besides. */
  readonly pareto: boolean;
}

/** How far a search is, for a bar: from 0 to 1. */
export interface PlaceProgress {
  readonly done: number;
  readonly what: string;
}

/** Frames are so many times the shortest latency apart, where they are to find the line empty. */
const APART = 4;
/** Saturated runs of a placement that is ranked by something else: three pairs (`trialsOf`). */
const CAPACITY_RUNS = 6;

/**
 * The best split and grouping of a topology's stages at a size. A screen of analytic bounds brings placements best first
 * (`bestFirst`); each is simulated until no other can be better than the best of them (`finalists`), then the best is told from
 * the rest with 95 % confidence (`select`). What the topology lets happen during a run, how frames arrive, and that its
 * source drops some, is simulated at the wish's rate; without one, nothing happens. One that drops more than 3 % of its frames does not
 * carry the rate (`isSaturated`). Yields how far it is.
 * @throws RangeError if the request does not fit the topology; ProfileError if something was not measured.
 */
export function* place(
  topology: Topology,
  catalogue: KernelCatalogue,
  profile: Profile,
  request: PlaceRequest,
): Generator<PlaceProgress, PlaceResult> {
  const { size, wish, top, most } = request;
  const space = spaceOf(topology, request);
  const screen = screenOf(topology, catalogue, profile, space, size);
  const alone = wish.objective === "latency" && wish.rate === null;
  const empty = alone || request.pareto ? emptyRate(screen(true)) : Number.NaN;
  const service = serviceLoad(wish, empty);
  const capacity = wish.objective === "throughput";
  const simulations = new Map<Contender, (replication: number) => Trial>();
  const trialOf = (one: Contender, replication: number): Trial => {
    let simulation = simulations.get(one);
    if (simulation === undefined) {
      const { plan, profile } = one;
      const run = wish.rate === null ? plan : lasting(plan, topology.workload.duration, wish.rate);
      simulation = trialsOf(run, profile, service, capacity);
      simulations.set(one, simulation);
    }
    one.trials[replication] ??= simulation(replication);
    return one.trials[replication]!;
  };
  const tried = (one: Contender) => Array.from({ length: FIRST }, (_, r) => trialOf(one, r));

  const spaces = screen(alone);
  const reached = (one: Contender) => {
    const figure = mean(tried(one).map((trial) => figureOf(wish, trial)));
    return doesIt(wish, one.trials) ? figure : Number.POSITIVE_INFINITY;
  };
  const taking = finalists(ranked(spaces, wish), reached, { least: top, most });
  let taken = taking.next();
  for (; !taken.done; taken = taking.next())
    yield { done: (0.6 * taken.value) / most, what: `${taken.value} placements` };
  const { candidates, others, exact } = taken.value;
  const able = candidates.filter(({ trials }) => doesIt(wish, trials));

  const rows: RankedPlacement[] = [];
  let sure = true;
  if (able.length > 0) {
    const selecting = select(able.length, (i, r) => figureOf(wish, trialOf(able[i]!, r)));
    let selected = selecting.next();
    for (; !selected.done; selected = selecting.next()) yield { done: 0.6, what: `replication ${selected.value + 1}` };
    const { best, systems } = selected.value;
    sure = selected.value.sure;
    const base = systems[best]!.samples;
    const standings = able.map((one, i) => ({ one, samples: systems[i]!.samples, best: i === best }));
    standings.sort((a, b) => Number(b.best) - Number(a.best) || mean(a.samples) - mean(b.samples));
    for (const [i, { one, samples, best }] of standings.slice(0, top).entries()) {
      yield { done: 0.7 + (0.2 * i) / top, what: one.plan.id };
      const difference = best ? null : pairedDifference(base, samples);
      rows.push(rankedOf(one, difference, capacitiesOf(one)));
    }
  }

  const front: FrontPoint[] = [];
  // Of a point, too, that is shown by its capacity and an empty line.
  const isAble = (one: Contender) => (wish.rate === null && wish.latencyBound === null) || doesIt(wish, tried(one));
  const found = request.pareto ? paretoFront(screen(true), wish) : null;
  if (found !== null) {
    const { points } = found;
    const load = serviceLoad({ ...wish, objective: "latency", rate: null }, empty);
    for (const [i, one] of points.entries()) {
      yield { done: 0.9 + (0.1 * i) / points.length, what: `front: ${one.plan.id}` };
      const simulation = trialsOf(one.plan, one.profile, load, true);
      const shown = Array.from({ length: FIRST }, (_, r) => simulation(r));
      if (isAble(one)) front.push(frontPointOf(one, shown));
    }
  }
  return {
    topology: topology.name,
    size: [size.height, size.width],
    wish,
    load: service,
    placements: countPlacements(space),
    simulated: candidates.length,
    unable: candidates.length - able.length,
    indifference: INDIFFERENCE,
    sure,
    others: Number.isFinite(others) ? others : null,
    exact,
    ranked: rows,
    ...(found !== null && { front: undominated(front), frontExact: found.exact }),
  };
}

/** A rate and a bound of the 95th percentile of latency are kept on average over replications. */
function doesIt({ rate, latencyBound }: Wish, trials: readonly Trial[]): boolean {
  const overloaded = trials.filter((one) => one.overloaded || (rate !== null && one.capacity < rate)).length;
  if (2 * overloaded > trials.length) return false;
  return latencyBound === null || mean(trials.map(({ latency }) => latency.p95)) <= latencyBound;
}

function emptyRate(spaces: readonly Screened<Contender>[]): number {
  const best = ranked(spaces, { objective: "latency", rate: null, latencyBound: null }).next();
  return best.done ? 1 : 1 / (APART * best.value.figure);
}

function capacitiesOf({ plan, profile, trials }: Contender): number[] {
  const had = trials.map(({ capacity }) => capacity);
  if (!had.some(Number.isNaN)) return had;
  const saturated = trialsOf(plan, profile, planLoad({ kind: "saturated" }), true);
  return Array.from({ length: CAPACITY_RUNS }, (_, r) => saturated(r).capacity);
}
