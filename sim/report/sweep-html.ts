import { labelOf } from "../compare/label.ts";
import { mean } from "../statistics/moments.ts";
import { valueText } from "../sweep/axis.ts";
import type { Flip, Outcome } from "../sweep/flips.ts";
import { coordinatesOf } from "../sweep/sweep.ts";
import { escapeHtml } from "./escape.ts";
import { formatBottleneck, formatShare, formatSigned } from "./format.ts";
import { type DrawnPicture, pageHtml, type RunInfo, tableHtml } from "./page.ts";
import { figureTitle, formatFigure, intervalText, relative, whereText } from "./sweep-table.ts";

export interface SweepPage {
  readonly outcome: Outcome;
  readonly flips: readonly Flip[];
  readonly run: RunInfo;
  readonly pictures: readonly DrawnPicture[];
}

/** Points in the page's table; more are in the CSV file. */
const MOST_ROWS = 500;

/** A sweep as one HTML page that needs nothing else: its flip maps, flips, and the best split of every point. */
export function sweepHtml({ outcome, flips, run, pictures }: SweepPage): string {
  return pageHtml({
    title: `edgetwin sweep: ${outcome.sweep.base.name}`,
    lead: lead(outcome),
    pictures,
    sections: [
      { id: "flips", title: "Where the best split changes", html: flipRows(outcome, flips) },
      { id: "points", title: "Best split at every point", html: pointRows(outcome) },
    ],
    run,
  });
}

function lead({ sweep, decisions, figure, units }: Outcome): string {
  const swept = sweep.axes.map(({ key, values }) => `${key} (${values.length})`).join(", ");
  const doubtful = decisions.filter(({ rivals }) => rivals.length > 0).length;
  const doubt =
    doubtful === 0
      ? "The best is beyond doubt at every point."
      : `At ${doubtful} of ${decisions.length} points the best can't be told apart from the second.`;
  return `<p class="lead">${units.get(0)?.length ?? 0} splits and groupings at ${decisions.length} points of ${escapeHtml(swept)}, ${sweep.replications} replications of ${sweep.base.workload.frames} frames each, by ${escapeHtml(figure)}. ${doubt}</p>`;
}

function flipRows({ sweep }: Outcome, flips: readonly Flip[]): string {
  if (flips.length === 0) return "<p>Nowhere: it is the same at every point.</p>";
  const rows = flips.map((flip) => {
    const axis = sweep.axes.find(({ key }) => key === flip.axis)!;
    const interval = flip.interval === null ? "not refined: nothing between is predicted" : intervalText(axis, flip);
    return [flip.axis, whereText(flip), `${flip.from} → ${flip.to}`, flip.text, interval];
  });
  return tableHtml(["along", "at", "best split", "flips at", "95 % interval"], rows);
}

function pointRows({ sweep, decisions, figure }: Outcome): string {
  const rows = decisions.slice(0, MOST_ROWS).map(({ point, best, second, lead, rivals }) => {
    const coordinates = coordinatesOf(sweep, point);
    const value = mean(best.samples[figure]);
    const share = lead && relative(lead, value);
    return [
      ...sweep.axes.map((axis, i) => valueText(axis, coordinates[i]!)),
      labelOf(best),
      formatFigure(figure, value),
      second === null ? "" : labelOf(second),
      share === null ? "" : formatSigned(share.mean),
      share === null ? "" : share.interval.map(formatShare).join(" to "),
      rivals.map(labelOf).join(", "),
      formatBottleneck(best.bottleneck),
    ];
  });
  const head = [
    ...sweep.axes.map(({ key }) => key),
    ...["best", figureTitle(figure), "second", "ahead", "95 % interval", "not told apart from", "limited by"],
  ];
  const rest = decisions.length - rows.length;
  return `${tableHtml(head, rows)}${rest > 0 ? `<p class="note">${rest} more in results.csv.</p>` : ""}`;
}
