import type { CostKind, CostName } from "../calibration/reading.ts";
import type { Calibration, Profile, SampleOrder, Thread } from "../profile.ts";

/** Where a cost holds: a node, both ends of a link, or anywhere, which is the empty text. */
type Where = string;

const indices = new WeakMap<Calibration["costs"], ReadonlyMap<string, SampleOrder>>();

/** How the samples of a cost came, if its calibration tells. @param of key of the stages or frames; @param at bytes, or seconds. */
export function orderOf(
  { calibration: { costs } }: Profile,
  kind: CostKind,
  where: Where,
  thread: Thread,
  at = 0,
  of = "",
): SampleOrder | undefined {
  return costs.length === 0 ? undefined : indexOf(costs).get(idOf(kind, where, thread, at, of));
}

/** How residuals of a link came: those of all sizes, from the smallest on. */
export function residualOrder(
  { calibration: { costs } }: Profile,
  between: readonly [string, string],
  thread: Thread,
): SampleOrder | undefined {
  const sizes = costs
    .filter(({ name }) => name.kind === "link" && name.thread === thread && name.nodes.join() === between.join())
    .sort((a, b) => a.name.at - b.name.at);
  if (sizes.length === 0) return undefined;
  return {
    visits: sizes.flatMap(({ order }) => order.visits),
    block: Math.max(...sizes.map(({ order }) => order.block)),
  };
}

/** Once for each calibration: plans are many. */
function indexOf(costs: Calibration["costs"]): ReadonlyMap<string, SampleOrder> {
  const known = indices.get(costs);
  if (known !== undefined) return known;
  const index = new Map<string, SampleOrder>();
  for (const { name, order } of costs)
    for (const where of placesOf(name)) index.set(idOf(name.kind, where, name.thread, name.at, name.of), order);
  indices.set(costs, index);
  return index;
}

function placesOf({ kind, nodes }: CostName): readonly Where[] {
  return nodes.length === 0 ? [""] : kind.startsWith("link") ? [nodes.join()] : nodes;
}

function idOf(kind: CostKind, where: Where, thread: Thread, at: number, of: string): string {
  return `${kind} ${where} ${thread} ${at} ${of}`;
}
