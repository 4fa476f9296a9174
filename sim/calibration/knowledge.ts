import { studentT95 } from "../statistics/interval.ts";
import { mean } from "../statistics/moments.ts";
import { blockError, type Figure, figureOf } from "./block-error.ts";
import { type Outliers, outliersIn } from "./outliers.ts";
import { type CostKind, type CostName, costId, type Reading } from "./reading.ts";

/** What is known of one cost. */
export interface CostKnowledge {
  readonly name: CostName;
  /** What the twin uses of it: on emulated nodes their pace is the lower quartile. */
  readonly figure: Figure;
  /** The figure of all samples, seconds. */
  readonly seconds: number;
  /** Half-width of the figure's 95 % interval, relative to it; `null` if one pass is all there is. */
  readonly halfWidth: number | null;
  /** Visits to cases that gave it. */
  readonly passes: number;
  readonly samples: number;
  /** Of the samples, far above the others of their pass: flagged, and used as they are. */
  readonly outliers: Outliers;
  /** Seconds that those visits took. */
  readonly spent: number;
}

/**
 * What readings tell of each cost. An interval counts passes, not frames: frames of one pass share the host's mood (batch means: Law,
 * Simulation Modeling and Analysis, section 9.5), so Student's t has as many degrees of freedom as there are passes, less one.
 * @param emulated names of emulated nodes.
 */
export function knowledgeOf(readings: readonly Reading[], emulated: ReadonlySet<string>): CostKnowledge[] {
  const all = new Map<string, { name: CostName; blocks: (readonly number[])[]; spent: number }>();
  for (const { costs, seconds } of readings) {
    for (const { name, samples } of costs) {
      if (samples.length === 0) continue;
      const id = costId(name);
      const entry = all.get(id) ?? { name, blocks: [], spent: 0 };
      all.set(id, entry);
      entry.blocks.push(samples);
      entry.spent += seconds;
    }
  }
  return [...all.values()].map(({ name, blocks, spent }) => {
    const figure = figureUsed(name, emulated);
    const samples = blocks.flat();
    const seconds = figureOf(samples, figure);
    const error = blockError(blocks, figure);
    const outliers = blocks.map(outliersIn);
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

const PACED_MESSAGES: ReadonlySet<CostKind> = new Set(["receive", "send", "link-receive", "link-send", "decompress"]);

/** The costs of which an emulated node's pace takes the lower quartile (`paceOf` in the model). */
function figureUsed({ kind, nodes, thread }: CostName, emulated: ReadonlySet<string>): Figure {
  if (nodes.length === 0 || !nodes.every((node) => emulated.has(node))) return "mean";
  if (kind === "compute" || kind === "compress") return thread === "cold" ? "mean" : "lower quartile";
  return thread === "idle" && PACED_MESSAGES.has(kind) ? "lower quartile" : "mean";
}

/** Whether a cost's interval is within the precision asked for. */
export function isKnown({ halfWidth }: CostKnowledge, precision: number): boolean {
  return halfWidth !== null && halfWidth <= precision;
}
