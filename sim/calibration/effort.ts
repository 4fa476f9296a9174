import { studentT95 } from "../statistics/interval.ts";
import { type CostKnowledge, isKnown, isKnownEnough } from "./knowledge.ts";
import { costId, type Reading } from "./reading.ts";

/** A case that is worth another visit. */
export interface WorthIt {
  readonly case: string;
  /** What a visit is expected to take, seconds. */
  readonly seconds: number;
  /** How much doubt a second of it takes away, in its group's largest cost. */
  readonly gain: number;
}

/**
 * Cases with costs that are not known well enough, those first that take most doubt away per second: a greedy form of Neyman's
 * allocation (Cochran, Sampling Techniques, 1977, section 5.5), which gives samples by spread and price. A cost's doubt is its
 * half-width in seconds over the largest cost of its group, so that what takes long counts for more, at every size alike; another
 * pass is expected to narrow it as Student's t and the root of the number of passes say.
 * @param left seconds: what takes longer is left out.
 */
export function worthAnotherVisit(
  readings: readonly Reading[],
  knowledge: readonly CostKnowledge[],
  precision: number,
  left = Number.POSITIVE_INFINITY,
): WorthIt[] {
  const known = new Map(knowledge.map((cost) => [costId(cost.name), cost]));
  const cases = new Map<string, { costs: Set<CostKnowledge>; seconds: number; visits: number }>();
  for (const { case: name, costs, seconds } of readings) {
    const entry = cases.get(name) ?? { costs: new Set<CostKnowledge>(), seconds: 0, visits: 0 };
    cases.set(name, entry);
    entry.seconds += seconds;
    entry.visits++;
    for (const { name } of costs) {
      const cost = known.get(costId(name));
      if (cost !== undefined) entry.costs.add(cost);
    }
  }
  const fitting = [...cases].filter(([, { seconds, visits }]) => seconds / visits <= left);
  const all = fitting.flatMap(([, { costs }]) => [...costs]);
  // What is within the precision of the largest cost of its pipelines waits until there is nothing else.
  const enough = all.every((cost) => isKnownEnough(cost, precision)) ? isKnown : isKnownEnough;
  return fitting
    .map(([name, { costs, seconds, visits }]) => {
      const open = [...costs].filter((cost) => !enough(cost, precision));
      const gain = open.reduce((sum, cost) => sum + gainOf(cost), 0);
      return { case: name, open: open.length, seconds: seconds / visits, gain: (gain * visits) / seconds };
    })
    .filter(({ open }) => open > 0)
    .sort((a, b) => b.gain - a.gain)
    .map(({ case: name, seconds, gain }) => ({ case: name, seconds, gain }));
}

/** By how much one more pass is expected to narrow a cost's half-width, in the largest cost; all of the cost while nothing is known of that. */
function gainOf({ weight, halfWidth, error, passes }: CostKnowledge): number {
  if (halfWidth === null || error === null) return weight;
  const { degrees } = error;
  const narrower = (studentT95(degrees + 2) / studentT95(degrees + 1)) * Math.sqrt(passes / (passes + 1));
  return halfWidth * weight * (1 - narrower);
}
