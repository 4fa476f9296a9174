import { labelWithin, type Placement, placementOf, sameSize, sizeLabel, sizesOf } from "../compare/label.ts";
import type { Comparison } from "../comparison.ts";
import { disturbanceText } from "../disturbance.ts";
import type { Plan } from "../plan.ts";
import type { PredictedRecovery, Prediction } from "../prediction.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatAmount, formatSeconds, formatShare } from "./format.ts";
import { inOrder } from "./layout.ts";

const PLACE: readonly Column[] = [
  { title: "split", width: 12, align: "left" },
  { title: "load", width: 9, align: "left" },
];
const PREDICTED: readonly Column[] = [
  ...PLACE,
  { title: "recovery", width: 9, align: "right" },
  { title: "95 % interval", width: 18, align: "right" },
  { title: "delayed", width: 7, align: "right" },
  { title: "backlog", width: 7, align: "right" },
  { title: "usual", width: 6, align: "right" },
];
const COMPARED: readonly Column[] = [
  ...PLACE,
  { title: "recovery", width: 9, align: "right" },
  { title: "predict.", width: 9, align: "right" },
  { title: "delayed", width: 7, align: "right" },
  { title: "predict.", width: 8, align: "right" },
  { title: "backlog", width: 7, align: "right" },
  { title: "predict.", width: 8, align: "right" },
];

/** A row, and what happens to it. */
interface Row extends Placement {
  readonly size: readonly [number, number];
  readonly happens: readonly string[];
  readonly cells: readonly string[];
  readonly recoveries: readonly PredictedRecovery[];
}

/**
 * Tables of what disturbances do, for a terminal of 80 columns, one per size, and how to read them; nothing where no plan has any.
 */
export function recoveryTable(pairs: readonly { readonly plan: Plan; readonly prediction: Prediction }[]): string {
  const rows = pairs.flatMap(({ plan, prediction: { recovery } }): readonly Row[] => {
    if (recovery === undefined) return [];
    const size = [plan.size.height, plan.size.width] as const;
    const happens = (plan.disturbances ?? []).map(disturbanceText);
    const cells = [
      plan.workload.load.label,
      timeText(recovery),
      recovery.reached ? intervalText(recovery) : "",
      ...[recovery.delayed, recovery.backlog, recovery.usualBacklog].map(framesText),
    ];
    return [{ ...placementOf(plan), size, happens, cells, recoveries: [recovery] }];
  });
  return tables(rows, PREDICTED, "backlog: frames that are due and not delivered, at most, and usually.");
}

/** The same of a comparison, measured and predicted. */
export function comparedRecoveryTable({ plans }: Pick<Comparison, "plans">): string {
  const rows = inOrder(plans).flatMap((plan): readonly Row[] => {
    const [measured, predicted] = [plan.measured.recovery, plan.predicted.recovery];
    if (measured === undefined || predicted === undefined) return [];
    const both = [measured, predicted];
    const cells = [
      plan.load,
      ...both.map(timeText),
      ...both.map(({ delayed }) => framesText(delayed)),
      ...both.map(({ backlog }) => framesText(backlog)),
    ];
    return [{ ...plan, happens: plan.happens ?? [], cells, recoveries: both }];
  });
  return tables(
    rows,
    COMPARED,
    "backlog: frames that are due and not delivered, at most; predict.: what the twin says of each.",
  );
}

function tables(rows: readonly Row[], columns: readonly Column[], backlog: string): string {
  if (rows.length === 0) return "";
  const happens = rows[0]!.happens.join("; ");
  const sections = sizesOf(rows).map((size) => {
    const lines = rows
      .filter((row) => sameSize(row.size, size))
      .map((row) => [labelWithin(row, PLACE[0]!.width), ...row.cells]);
    return [...wrap(`${sizeLabel(size)}: what happens: ${happens}`), ...tableLines(columns, lines)].join("\n");
  });
  const notes = [
    "recovery: from the end of the last until frames take at most 10 % longer than without it; never: not within the run, which --duration makes longer.",
    `delayed: frames that take longer than that; ${backlog}`,
    ...(rows.some(({ recoveries }) => recoveries.some(({ reached }) => !reached))
      ? ["not yet: the run is over before that happens; --duration makes it longer."]
      : []),
  ];
  return `${sections.join("\n\n")}\n${notes.flatMap((note) => wrap(note)).join("\n")}\n\n`;
}

function framesText(frames: number): string {
  return formatAmount(Math.round(frames));
}

/** Of a recovery. */
export function timeText({ reached, seconds }: PredictedRecovery): string {
  return reached ? secondsText(seconds) : "not yet";
}

function secondsText(seconds: number | null): string {
  return seconds === null ? "never" : formatSeconds(seconds);
}

/** `1.20 s - never`, or the share that came back at all where that says more. */
function intervalText({ interval: [low, high], recovered }: PredictedRecovery): string {
  if (low === null) return recovered === 0 ? "never" : `${formatShare(recovered)} do`;
  return `${secondsText(low)} - ${secondsText(high)}`;
}
