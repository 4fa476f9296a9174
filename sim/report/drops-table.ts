import { labelWithin, type Placement, placementOf, sameSize, sizeLabel, sizesOf } from "../compare/label.ts";
import type { Comparison } from "../comparison.ts";
import type { Plan } from "../plan.ts";
import type { Prediction } from "../prediction.ts";
import { type Dropped, medianDropped, type Summary } from "../summary.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatAmount, formatShare } from "./format.ts";
import { inOrder } from "./layout.ts";

/** What a source dropped of a plan, measured and predicted, as far as they are there. */
export interface Drops extends Placement {
  /** [height, width] */
  readonly size: readonly [number, number];
  readonly load: string;
  readonly measured: Dropped | null;
  readonly predicted: Dropped | null;
}

const PLACE: readonly Column[] = [
  { title: "split", width: 12, align: "left" },
  { title: "load", width: 9, align: "left" },
];
const SIDES = [
  { side: "measured", title: "measured" },
  { side: "predicted", title: "predict." },
] as const;

/**
 * Tables of what sources dropped, for a terminal of 80 columns, one per size, after an empty line; nothing where none may drop.
 */
export function dropsTable(all: readonly Drops[]): string {
  if (all.length === 0) return "";
  const sides = SIDES.filter(({ side }) => all.some((one) => one[side] !== null));
  const columns: readonly Column[] = [
    ...PLACE,
    ...sides.flatMap(({ title }): Column[] => [
      { title, width: 8, align: "right" },
      { title: "share", width: 7, align: "right" },
    ]),
  ];
  const sections = sizesOf(all).map((size) => {
    const rows = all
      .filter((one) => sameSize(one.size, size))
      .map((one) => [labelWithin(one, PLACE[0]!.width), one.load, ...sides.flatMap(({ side }) => cells(one[side]))]);
    const what = `${sizeLabel(size)}: frames that the source dropped after warm-up, as it could not send them in time`;
    return [...wrap(what), ...tableLines(columns, rows)].join("\n");
  });
  return `\n${sections.join("\n\n")}\n`;
}

function cells(dropped: Dropped | null): string[] {
  return dropped === null ? ["-", "-"] : [formatAmount(Math.round(dropped.frames)), formatShare(dropped.share)];
}

/** Of a comparison. */
export function comparedDrops({ plans }: Pick<Comparison, "plans">): Drops[] {
  return inOrder(plans).flatMap((plan) => {
    const [measured, predicted] = [plan.measured.dropped ?? null, plan.predicted.dropped ?? null];
    return measured === null && predicted === null ? [] : [{ ...plan, measured, predicted }];
  });
}

/** Of predictions alone. */
export function predictedDrops(pairs: readonly { readonly plan: Plan; readonly prediction: Prediction }[]): Drops[] {
  return pairs.flatMap(({ plan, prediction: { dropped } }) =>
    dropped === undefined ? [] : [{ ...described(plan), measured: null, predicted: dropped }],
  );
}

/** Of measured runs alone. */
export function measuredDrops(
  results: readonly { readonly plan: Plan; readonly summaries: readonly Summary[] }[],
): Drops[] {
  return results.flatMap(({ plan, summaries }) => {
    const dropped = medianDropped(summaries);
    return dropped === undefined ? [] : [{ ...described(plan), measured: dropped, predicted: null }];
  });
}

function described(plan: Plan) {
  return {
    ...placementOf(plan),
    size: [plan.size.height, plan.size.width] as const,
    load: plan.workload.load.label,
  };
}
