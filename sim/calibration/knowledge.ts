import { isPaced } from "../model/emulated-pace.ts";
import { studentT95 } from "../statistics/interval.ts";
import { mean, sd } from "../statistics/moments.ts";
import { type Figure, figureOf, pseudoValues } from "./block-error.ts";
import type { SampleOrder } from "./calibration.ts";
import { type CommonMoods, commonMoods, type Deviation } from "./common-moods.ts";
import { moderated, priorOf, type Spread } from "./moderated.ts";
import { type Outliers, outliersIn, withoutOutliers } from "./outliers.ts";
import { type CostKind, type CostName, costId, type Reading } from "./reading.ts";
import { sampleOrder } from "./sample-order.ts";

/** By what a cost may be off, relative to it: its standard error times Student's t. */
export interface CostError {
  /** Standard error. */
  readonly relative: number;
  /** Of freedom of Student's t. */
  readonly degrees: number;
  /** Shares of its variance that are the same for all that was measured in the same rounds, and for all of the same case. */
  readonly common: CommonMoods;
}

/** What is known of one cost. */
export interface CostKnowledge {
  readonly name: CostName;
  /** What the twin uses of it: on emulated nodes their pace is the lower quartile. */
  readonly figure: Figure;
  /** The figure of all samples, seconds. */
  readonly seconds: number;
  /** Of the figure; `null` if one pass is all there is, and others like it say nothing either. */
  readonly error: CostError | null;
  /** Of the mean, by which replications move all samples together; `null` as the error. */
  readonly ofMean: CostError | null;
  /** Half-width of the figure's 95 % interval, relative to it; `null` as the error. */
  readonly halfWidth: number | null;
  /** Its size beside the largest cost of a pipeline that it is part of, 0..1: by so much less it need be known. */
  readonly weight: number;
  /** The one that gave it; `null`: several did. */
  readonly case: string | null;
  /** Visits to cases that gave it. */
  readonly passes: number;
  readonly samples: number;
  /** Of the samples, far above the others of their pass: flagged, and used as they are. */
  readonly outliers: Outliers;
  /** Seconds that those visits took. */
  readonly spent: number;
}

interface Visit {
  readonly batch: string;
  readonly case: string;
  readonly group: string;
  readonly round: number;
  readonly seconds: number;
  readonly samples: readonly number[];
}

/** A cost's visits, and how they differ. */
interface Scattered {
  readonly name: CostName;
  readonly visits: readonly Visit[];
  readonly figure: Figure;
  readonly seconds: number;
  /** Of each visit, relative. */
  readonly deviations: readonly number[];
  /** Of a visit, relative. */
  readonly spread: Spread;
}

/**
 * What readings tell of each cost. An interval counts passes, not frames: frames of one pass share the host's mood (batch means: Law,
 * Simulation Modeling and Analysis, section 9.5). Passes are few, but costs are many: how much passes of a cost differ is estimated
 * together with costs of its kind (`moderated`), by as many degrees of freedom as these have, seeing what moods they
 * share (`commonMoods`). Outliers count as no more than what just is none: stalls are counted by themselves.
 * @param emulated names of emulated nodes.
 */
export function knowledgeOf(readings: readonly Reading[], emulated: ReadonlySet<string>): CostKnowledge[] {
  const measured = visitsOf(readings);
  const all = errorsOf(measured.map(({ name, visits }) => scattered(name, visits, figureUsed(name, emulated))));
  const means = errorsOf(measured.map(({ name, visits }) => scattered(name, visits, "mean")));
  const largest = new Map<string, number>();
  for (const { visits, seconds } of all)
    for (const { group } of visits) largest.set(group, Math.max(largest.get(group) ?? 0, seconds));
  return all.map(({ name, visits, figure, seconds, error }, i) => {
    const outliers = visits.map(({ samples }) => outliersIn(samples));
    return {
      name,
      figure,
      seconds,
      error,
      ofMean: means[i]!.error,
      halfWidth: error && (error.relative === 0 ? 0 : studentT95(error.degrees + 1) * error.relative),
      weight: Math.max(...visits.map(({ group }) => (seconds > 0 ? seconds / largest.get(group)! : 0))),
      case: onlyCase(visits),
      passes: visits.length,
      samples: visits.reduce((sum, { samples }) => sum + samples.length, 0),
      outliers: {
        count: outliers.reduce((sum, { count }) => sum + count, 0),
        worst: outliers.reduce((most, { worst }) => Math.max(most, worst), 1),
      },
      spent: visits.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
}

/** By what each may be off, as all of them together have it. */
function errorsOf(costs: readonly Scattered[]): (Scattered & { readonly error: CostError | null })[] {
  const moods = commonMoods(costs.filter(({ name }) => movesWithHost(name)).flatMap(standardised));
  const priors = new Map(
    [...Map.groupBy(costs, ({ name }) => CLASS[name.kind])].map(([kind, these]) => [kind, pooled(these, moods)]),
  );
  return costs.map((cost) => {
    const { prior, most } = priors.get(CLASS[cost.name.kind])!;
    const { spread } = cost;
    const known = spread.variance === 0 && spread.degrees > 0 ? spread : moderated(spread, prior, most);
    return { ...cost, error: errorOf(cost, known, moods) };
  });
}

/** How the samples of each cost came, in the order of `knowledgeOf`. */
export function ordersOf(readings: readonly Reading[]): SampleOrder[] {
  return visitsOf(readings).map(({ visits }) => sampleOrder(visits));
}

/** Whether a cost's interval is within the precision asked for. */
export function isKnown({ halfWidth }: CostKnowledge, precision: number): boolean {
  return halfWidth !== null && halfWidth <= precision;
}

/** Whether it is known as well as if the largest cost of its pipeline were within that precision: where that limits a plan, what is left open decides nothing. */
export function isKnownEnough(cost: CostKnowledge, precision: number): boolean {
  return cost.halfWidth !== null && cost.halfWidth * cost.weight <= precision;
}

/** Whether a cost is the host's work: neither a link's pace nor a timer's. */
export function movesWithHost({ kind }: CostName): boolean {
  return kind !== "link" && kind !== "lateness";
}

/** Costs of one class differ from pass to pass about as much. */
const CLASS: Readonly<Record<CostKind, "work" | "messages" | "waiting" | "link">> = {
  compute: "work",
  compress: "work",
  decompress: "work",
  receive: "messages",
  send: "messages",
  "link-receive": "messages",
  "link-send": "messages",
  handover: "waiting",
  loopback: "waiting",
  "wake-worker": "waiting",
  "wake-messages": "waiting",
  acknowledgement: "waiting",
  lateness: "waiting",
  link: "link",
};

/** The costs of which an emulated node's pace takes the lower quartile. */
function figureUsed({ kind, nodes, thread }: CostName, emulated: ReadonlySet<string>): Figure {
  const held = nodes.length > 0 && nodes.every((node) => emulated.has(node));
  return held && isPaced(kind, thread) ? "lower quartile" : "mean";
}

/** Each cost's samples visit by visit, in the order in which they were measured. */
function visitsOf(readings: readonly Reading[]): { name: CostName; visits: Visit[] }[] {
  const all = new Map<string, { name: CostName; visits: Visit[] }>();
  for (const { costs, batch, case: name, group, round, seconds } of readings) {
    for (const cost of costs) {
      if (cost.samples.length === 0) continue;
      const id = costId(cost.name);
      const entry = all.get(id) ?? { name: cost.name, visits: [] };
      all.set(id, entry);
      entry.visits.push({ batch, case: name, group, round, seconds, samples: cost.samples });
    }
  }
  return [...all.values()];
}

function scattered(name: CostName, visits: readonly Visit[], figure: Figure): Scattered {
  const samples = visits.flatMap((visit) => visit.samples);
  const values = pseudoValues(withoutOutliers(visits.map((visit) => visit.samples)), figure);
  const centre = mean(values);
  // A lower quartile may be 0 where the mean is not.
  const unit = centre > 0 ? centre : mean(samples.map(Math.abs));
  const deviations = values.map((value) => (unit === 0 ? 0 : (value - centre) / unit));
  const deviation = values.length < 2 ? 0 : sd(deviations);
  const spread = { variance: deviation * deviation, degrees: values.length - 1 };
  return { name, visits, figure, seconds: figureOf(samples, figure), deviations, spread };
}

function standardised({ visits, deviations, spread: { variance, degrees } }: Scattered): Deviation[] {
  if (!(variance > 0)) return [];
  // Those from a mean of so many are smaller than those from the truth.
  const unit = Math.sqrt((variance * degrees) / (degrees + 1));
  return visits.map(({ batch, case: name, round }, i) => {
    return { round: `${batch} ${round}`, case: name, value: deviations[i]! / unit };
  });
}

/** What costs of a class tell of one another's variance, and at most how many degrees of freedom that has. */
function pooled(costs: readonly Scattered[], { host, visit }: CommonMoods): { prior: Spread; most: number } {
  const usable = costs.filter(({ spread }) => spread.variance > 0);
  const degrees = usable.reduce((sum, { spread }) => sum + spread.degrees, 0);
  const cases = [...Map.groupBy(usable, ({ visits }) => visits[0]!.case).values()];
  const pairs = usable.length * (usable.length - 1);
  const together = cases.reduce((sum, { length }) => sum + length * (length - 1), 0);
  // Variances of normal numbers with a correlation r have the correlation r squared.
  const sum = host ** 2 * (pairs - together) + (host + visit) ** 2 * together;
  const alike = pairs === 0 ? 0 : sum / usable.length;
  return { prior: priorOf(usable.map(({ spread }) => spread)), most: Math.floor(degrees / (1 + alike)) };
}

function errorOf(
  { name, visits, spread }: Scattered,
  { variance, degrees }: Spread,
  moods: CommonMoods,
): CostError | null {
  if (spread.degrees > 0 && variance === 0) return { relative: 0, degrees, common: { host: 0, visit: 0 } };
  if (degrees === 0) return null;
  const { host, visit } = movesWithHost(name) ? moods : { host: 0, visit: 0 };
  const rounds = new Set(visits.map(({ batch, round }) => `${batch} ${round}`)).size;
  // The host's mood is one a round, however many visits there are in it.
  const ofHost = host / rounds;
  const ofVisits = (1 - host) / visits.length;
  const all = ofHost + ofVisits;
  return {
    relative: Math.sqrt(variance * all),
    degrees,
    common: { host: ofHost / all, visit: onlyCase(visits) === null ? 0 : visit / visits.length / all },
  };
}

function onlyCase(visits: readonly Visit[]): string | null {
  const first = visits[0]!.case;
  return visits.every((visit) => visit.case === first) ? first : null;
}
