import { labelWithin, placementOf, sameSize, sizeLabel, sizesOf } from "../compare/label.ts";
import { disturbanceText } from "../disturbance.ts";
import type { Plan } from "../plan.ts";
import type { PredictedRecovery, Prediction } from "../prediction.ts";
import { type Column, tableLines, wrap } from "./columns.ts";
import { formatAmount, formatSeconds, formatShare } from "./format.ts";

const RECOVERY: readonly Column[] = [
  { title: "split", width: 12, align: "left" },
  { title: "load", width: 9, align: "left" },
  { title: "recovery", width: 9, align: "right" },
  { title: "95 % interval", width: 18, align: "right" },
  { title: "delayed", width: 7, align: "right" },
  { title: "backlog", width: 7, align: "right" },
  { title: "usual", width: 6, align: "right" },
];

/**
 * Tables of what disturbances do, for a terminal of 80 columns, one per size, and how to read them; nothing where no plan has any.
 */
export function recoveryTable(pairs: readonly { readonly plan: Plan; readonly prediction: Prediction }[]): string {
  const all = pairs.flatMap(({ plan, prediction: { recovery } }) =>
    recovery === undefined ? [] : [{ plan, recovery, size: [plan.size.height, plan.size.width] as const }],
  );
  if (all.length === 0) return "";
  const happens = (all[0]!.plan.disturbances ?? []).map(disturbanceText).join("; ");
  const sections = sizesOf(all).map((size) => {
    const rows = all
      .filter((one) => sameSize(one.size, size))
      .map(({ plan, recovery }) => [
        labelWithin(placementOf(plan), RECOVERY[0]!.width),
        plan.workload.load.label,
        recovery.reached ? timeText(recovery.seconds) : "not yet",
        recovery.reached ? intervalText(recovery) : "",
        ...[recovery.delayed, recovery.backlog, recovery.usualBacklog].map((frames) =>
          formatAmount(Math.round(frames)),
        ),
      ]);
    return [...wrap(`${sizeLabel(size)}: what happens: ${happens}`), ...tableLines(RECOVERY, rows)].join("\n");
  });
  const notes = [
    "recovery: from the end of the last until frames take at most 10 % longer than without it; never: not within the run, which --duration makes longer.",
    "delayed: frames that take longer than that; backlog: frames that are due and not delivered, at most, and usually.",
    ...(all.some(({ recovery }) => !recovery.reached)
      ? ["not yet: the run is over before that happens; --duration makes it longer."]
      : []),
  ];
  return `${sections.join("\n\n")}\n${notes.flatMap((note) => wrap(note)).join("\n")}\n\n`;
}

function timeText(seconds: number | null): string {
  return seconds === null ? "never" : formatSeconds(seconds);
}

/** `1.20 s - never`, or the share that came back at all where that says more. */
function intervalText({ interval: [low, high], recovered }: PredictedRecovery): string {
  if (low === null) return recovered === 0 ? "never" : `${formatShare(recovered)} do`;
  return `${timeText(low)} - ${timeText(high)}`;
}
