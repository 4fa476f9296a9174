import { labelWithin } from "../compare/label.ts";
import { mean } from "../statistics/moments.ts";
import { type Axis, isRefinable, numberText, valueText } from "../sweep/axis.ts";
import type { Lead, PointDecision } from "../sweep/decide.ts";
import type { Flip, Outcome } from "../sweep/flips.ts";
import type { Figure } from "../sweep/replicate.ts";
import { coordinatesOf } from "../sweep/sweep.ts";
import { type Column, TERMINAL_WIDTH, tableLines, truncate, wrap } from "./columns.ts";
import { formatRate, formatSeconds, formatShare, formatSigned } from "./format.ts";

const SPLIT = 12;
const DECISION: readonly Column[] = [
  { title: "best", width: SPLIT, align: "left" },
  { title: "", width: 8, align: "right" },
  { title: "ahead", width: 7, align: "right" },
  { title: "95 % interval", width: 15, align: "right" },
  { title: "of", width: SPLIT, align: "left" },
];

/** The best split at every point of a sweep, how far it is ahead of the second, and where the best one changes: 80 columns. */
export function sweepTable(outcome: Outcome, flips: readonly Flip[]): string {
  const { sweep, figure, decisions } = outcome;
  const swept = sweep.axes.map((axis, index) => ({ axis, index })).filter(({ axis }) => axis.values.length > 1);
  const fixed = DECISION.reduce((sum, { width }) => sum + width + 1, -1);
  const columns = [
    ...axisColumns(
      swept.map(({ axis }) => axis),
      TERMINAL_WIDTH - fixed,
    ),
    ...DECISION.map((column, i) => (i === 1 ? { ...column, title: figureTitle(figure) } : column)),
  ];
  const rows = decisions.map((decision) => {
    const coordinates = coordinatesOf(sweep, decision.point);
    return [
      ...swept.map(({ axis, index }) => valueText(axis, coordinates[index]!)),
      ...decisionCells(decision, figure),
    ];
  });
  const unclear = decisions.filter(({ rivals }) => rivals.length > 0).length;
  const close =
    unclear === 0
      ? []
      : wrap(
          `~ at ${unclear} of ${decisions.length} points the best can't be told apart from the second: the interval reaches 0`,
        );
  return `${[...tableLines(columns, rows), ...close].join("\n")}\n\n${flipTable(outcome, flips)}`;
}

function decisionCells({ best, second, lead, rivals }: PointDecision, figure: Figure): string[] {
  const value = mean(best.samples[figure]);
  const share = lead && relative(lead, value);
  return [
    `${rivals.length > 0 ? "~" : ""}${labelWithin(best, SPLIT - 1)}`,
    formatFigure(figure, value),
    share === null ? "" : formatSigned(share.mean),
    share === null
      ? ""
      : share.interval
          .map((end) => formatShare(end).replace(/ %$/, ""))
          .join(" - ")
          .concat(" %"),
    second === null ? "" : labelWithin(second, SPLIT),
  ];
}

/** A lead as a share of the best one's figure. */
export function relative({ mean, interval: [low, high] }: Lead, value: number): Lead {
  return { mean: mean / value, interval: [low / value, high / value] };
}

/** Columns of axes, titled by the last part of their keys where that is enough, in so many characters with a space after each. */
function axisColumns(axes: readonly Axis[], width: number): Column[] {
  const last = (key: string) => key.split(".").at(-1)!;
  const titles = axes.map(({ key }) =>
    axes.filter((axis) => last(axis.key) === last(key)).length > 1 ? key : last(key),
  );
  const wanted = axes.map((axis, i) =>
    Math.max(titles[i]!.length, ...axis.values.map((_, j) => valueText(axis, j).length)),
  );
  const most = Math.max(4, Math.floor(width / Math.max(1, axes.length)) - 1);
  const fits = wanted.reduce((sum, one) => sum + one + 1, 0) <= width;
  return titles.map((title, i) => ({ title, width: fits ? wanted[i]! : Math.min(wanted[i]!, most), align: "right" }));
}

const FLIP_WIDTHS = { at: 22, interval: 27 };

/** Where the best split changes: `at 38.2 Mbit/s (36.5 Mbit/s to 40.1 Mbit/s) EEEE -> ESSS, size 256x256`. */
export function flipTable({ sweep }: Outcome, flips: readonly Flip[]): string {
  const swept = sweep.axes.filter(({ values }) => values.length > 1);
  if (swept.length === 0) return "";
  if (flips.length === 0) return "The best split is the same everywhere.\n";
  const sections = swept.flatMap((axis) => {
    const along = flips.filter((flip) => flip.axis === axis.key);
    if (along.length === 0) return [];
    // Of values that are not refined there is no interval.
    const interval = isRefinable(axis) ? FLIP_WIDTHS.interval : 0;
    const at = FLIP_WIDTHS.at + FLIP_WIDTHS.interval - interval;
    const columns: Column[] = [
      { title: axis.key, width: at, align: "left" },
      { title: interval === 0 ? "" : "95 % interval", width: interval, align: "left" },
      { title: "best split", width: TERMINAL_WIDTH - at - interval - 2, align: "left" },
    ];
    const lines = Map.groupBy(along, (flip) => whereText(flip));
    const tables = [...lines].flatMap(([where, those]) => [
      ...(where === "" ? [] : [truncate(`  ${where}`, TERMINAL_WIDTH)]),
      ...tableLines(
        columns,
        those.map((flip) => [flip.text, intervalText(axis, flip), `${flip.from} -> ${flip.to}`]),
      ).slice(1),
    ]);
    return [[`Flips along ${axis.key}`, ...tableLines(columns, []), ...tables].join("\n")];
  });
  return `${sections.join("\n\n")}\n`;
}

/** A flip's interval for readers: `1 ms - 2 ms`, `up to 2 ms`; empty where nothing between the axis' values is predicted. */
export function intervalText(axis: Axis, { interval }: Flip): string {
  if (interval === null || !isRefinable(axis)) return "";
  const [low, high] = interval.map((end) => end && numberText(axis.kind, end));
  if (low == null) return high == null ? "anywhere" : `up to ${high}`;
  return high == null ? `from ${low}` : `${low} - ${high}`;
}

/** `size 256x256, load 50%`: the values of the other axes. */
export function whereText({ where }: Flip): string {
  return Object.entries(where)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}

export function formatFigure(figure: Figure, value: number): string {
  return figure === "throughput" ? formatRate(value) : formatSeconds(value);
}

export function figureTitle(figure: Figure): string {
  return figure === "throughput" ? "thrput." : figure;
}
