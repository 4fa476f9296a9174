import { isPaced } from "../model/emulated-pace.ts";
import type { SampleOrder } from "../profile.ts";
import { studentT95 } from "../statistics/interval.ts";
import { mean } from "../statistics/moments.ts";
import { blockError, type Figure, figureOf } from "./block-error.ts";
import { type Outliers, outliersIn } from "./outliers.ts";
import { type CostName, costId, type Reading } from "./reading.ts";
import { sampleOrder, type Visited } from "./sample-order.ts";

/** What is known of one cost. */
export interface CostKnowledge {
  readonly name: CostName;
  /** What the twin uses of it: on emulated nodes their pace is the lower quartile. */
  readonly figure: Figure;
  /** The figure of all samples, seconds. */
  readonly seconds: number;
  /** Half-width of the figure's 95 % interval, relative to it; `null` if one pass is all there is. */
  readonly halfWidth: number | null;
  /** Rounds that gave it. */
  readonly passes: number;
  readonly samples: number;
  /** Of the samples, far above the others of their visit: flagged, and used as they are. */
  readonly outliers: Outliers;
  /** Seconds that those visits took. */
  readonly spent: number;
}

/**
 * What readings tell of each cost. An interval counts passes, not frames: all that is measured in one round shares the host's mood (batch
 * means: Law, Simulation Modeling and Analysis, section 9.5), so Student's t has as many degrees of freedom as there are
 * rounds, less one.
 * @param emulated names of emulated nodes.
 */
export function knowledgeOf(readings: readonly Reading[], emulated: ReadonlySet<string>): CostKnowledge[] {
  return visitsOf(readings).map(({ name, visits, spent }) => {
    const figure = figureUsed(name, emulated);
    const blocks = [...Map.groupBy(visits, ({ round }) => round).values()].map((same) => {
      return same.flatMap(({ samples }) => samples);
    });
    const samples = visits.flatMap(({ samples }) => samples);
    const seconds = figureOf(samples, figure);
    const error = blockError(blocks, figure);
    const outliers = visits.map((visit) => outliersIn(visit.samples));
    return {
      name,
      figure,
      seconds,
      halfWidth:
        blocks.length === 1 ? null : error === 0 ? 0 : (studentT95(blocks.length) * error) / size(seconds, samples),
      passes: blocks.length,
      samples: samples.length,
      outliers: {
        count: outliers.reduce((sum, { count }) => sum + count, 0),
        worst: outliers.reduce((most, { worst }) => Math.max(most, worst), 1),
      },
      spent,
    };
  });
}

/** What a width is relative to: a lower quartile may be 0 where the mean is not. */
function size(figure: number, samples: readonly number[]): number {
  return figure > 0 ? figure : mean(samples.map(Math.abs));
}

function figureUsed({ kind, nodes, thread }: CostName, emulated: ReadonlySet<string>): Figure {
  const held = nodes.length > 0 && nodes.every((node) => emulated.has(node));
  return held && isPaced(kind, thread) ? "lower quartile" : "mean";
}

/** How the samples of each cost came, in the order of `knowledgeOf`. */
export function ordersOf(readings: readonly Reading[]): SampleOrder[] {
  return visitsOf(readings).map(({ visits }) => sampleOrder(visits));
}

interface Visits {
  readonly name: CostName;
  readonly visits: Visited[];
  spent: number;
}

/** Each cost's samples visit by visit, in the order in which they were measured. */
function visitsOf(readings: readonly Reading[]): Visits[] {
  const all = new Map<string, Visits>();
  for (const { costs, round, seconds } of readings) {
    for (const { name, samples } of costs) {
      if (samples.length === 0) continue;
      const id = costId(name);
      const entry = all.get(id) ?? { name, visits: [], spent: 0 };
      all.set(id, entry);
      entry.visits.push({ round, samples });
      entry.spent += seconds;
    }
  }
  return [...all.values()];
}

/** Whether a cost's interval is within the precision asked for. */
export function isKnown({ halfWidth }: CostKnowledge, precision: number): boolean {
  return halfWidth !== null && halfWidth <= precision;
}
