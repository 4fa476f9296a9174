import type { Calibration, SampleOrder } from "../calibration/calibration.ts";
import type { CostError } from "../calibration/knowledge.ts";
import type { CostKind, CostName } from "../calibration/reading.ts";
import type { Profile, Thread } from "../profile.ts";

/** What a calibration knows of one cost's samples. */
export interface KnownCost {
  /** Its own among all that were measured. */
  readonly number: number;
  /** Number of the case that gave it; `null`: several did. */
  readonly case: number | null;
  /** Of its mean. */
  readonly error: CostError | null;
  readonly order: SampleOrder;
}

/** Where a cost holds: a node, both ends of a link, or anywhere, which is the empty text. */
type Where = string;

const indices = new WeakMap<Calibration["costs"], ReadonlyMap<string, KnownCost>>();

/** @param of key of the stages or frames; @param at bytes, or seconds. @returns `undefined` if it was not measured. */
export function knownCost(
  { calibration: { costs } }: Profile,
  kind: CostKind,
  where: Where,
  thread: Thread,
  at = 0,
  of = "",
): KnownCost | undefined {
  return costs.length === 0 ? undefined : indexOf(costs).get(idOf(kind, where, thread, at, of));
}

/** How residuals of a link came: those of all sizes, from the smallest on. */
export function residualOrder(
  { calibration: { costs } }: Profile,
  between: readonly [string, string],
  thread: Thread,
): SampleOrder {
  const sizes = costs
    .filter(({ name }) => name.kind === "link" && name.thread === thread && name.nodes.join() === between.join())
    .sort((a, b) => a.name.at - b.name.at);
  return {
    visits: sizes.flatMap(({ order }) => order.visits),
    block: Math.max(1, ...sizes.map(({ order }) => order.block)),
  };
}

/** Once for each calibration: plans are many. */
function indexOf(costs: Calibration["costs"]): ReadonlyMap<string, KnownCost> {
  const known = indices.get(costs);
  if (known !== undefined) return known;
  const index = new Map<string, KnownCost>();
  const cases = [...new Set(costs.map((cost) => cost.case))];
  for (const [number, { name, case: measured, ofMean: error, order }] of costs.entries()) {
    const known = { number, case: measured === null ? null : cases.indexOf(measured), error, order };
    for (const where of placesOf(name)) index.set(idOf(name.kind, where, name.thread, name.at, name.of), known);
  }
  indices.set(costs, index);
  return index;
}

function placesOf({ kind, nodes }: CostName): readonly Where[] {
  return nodes.length === 0 ? [""] : kind.startsWith("link") ? [nodes.join()] : nodes;
}

function idOf(kind: CostKind, where: Where, thread: Thread, at: number, of: string): string {
  return `${kind} ${where} ${thread} ${at} ${of}`;
}
