import { formatSeconds, formatShare, formatSigned } from "../report/format.ts";
import { METRICS, type Metric } from "./bounds.ts";
import { type CellDecision, decisionsOf, isRight, POOLS } from "./decisions.ts";
import { type ErrorSummary, type Extent, holds, type Side, summariseErrors } from "./errors.ts";
import { LOAD_CLASSES, type LoadClass } from "./load-class.ts";
import { type MarkdownColumn, markdownTable } from "./markdown.ts";
import type { MatrixPlan } from "./outcome.ts";
import { shortLabel } from "./plan-name.ts";
import { verdictsOf } from "./verdicts.ts";
import type { Miss } from "./worst.ts";

const left = (title: string): MarkdownColumn => ({ title, align: "left" });
const right = (title: string): MarkdownColumn => ({ title, align: "right" });

const METRIC_TITLES: Readonly<Record<Metric, string>> = {
  throughput: "throughput",
  mean: "mean",
  p50: "p50",
  p95: "p95",
  p99: "p99",
};

const ERRORS = [
  left("figure"),
  right("median"),
  right("worst"),
  right("signed"),
  left("bound"),
  right("within"),
  right("spread"),
  right("worst"),
  right("rerun"),
  right("twin"),
];

/** A class with a row a figure: errors, their bound, and the testbed's own spread. */
export interface ErrorsTable {
  readonly load: LoadClass;
  /** How many it is about. */
  readonly plans: number;
  readonly table: string;
}

/** A table for each class that has plans. Saturated latencies are left out: they are the window's. */
export function errorsTables(plans: readonly MatrixPlan[], side: Side): ErrorsTable[] {
  return LOAD_CLASSES.flatMap((load) => {
    const those = plans.filter((plan) => plan.class === load);
    if (those.length === 0) return [];
    const metrics = METRICS.filter((metric) => load !== "saturated" || metric === "throughput");
    const rows = metrics.map((metric) => errorsRow(metric, summariseErrors(those, load, metric, side)!));
    return [{ load, plans: those.length, table: markdownTable(ERRORS, rows) }];
  });
}

function errorsRow(metric: Metric, summary: ErrorSummary): string[] {
  const { error, bias, spread, bound, withinBound, rerun } = summary;
  const limits = bound === null ? [] : [bound.median, bound.each].flatMap((one) => (one === null ? [] : percent(one)));
  return [
    METRIC_TITLES[metric],
    formatShare(error.median),
    formatShare(error.worst),
    formatSigned(bias),
    limits.length === 0 ? "-" : `${limits.join(", ")} %${holds(summary) === false ? " !" : ""}`,
    withinBound === null ? "-" : formatShare(withinBound),
    spread === null ? "-" : formatShare(spread.median),
    spread === null ? "-" : formatShare(spread.worst),
    ...[rerun?.withinBound, rerun?.twinWithinBound].map((share) => (share === undefined ? "-" : formatShare(share))),
  ];
}

/** What plans are told apart by in the tables of groups. */
const GROUPS: readonly { readonly title: string; readonly of: (plan: MatrixPlan) => string }[] = [
  { title: "pipeline", of: ({ cell }) => cell.pipeline },
  { title: "link", of: ({ cell }) => cell.link.title },
  { title: "size", of: ({ cell }) => `${cell.size.width}x${cell.size.height}` },
  { title: "pods", of: ({ comparison }) => String(comparison.pods) },
  {
    title: "split",
    of: ({ comparison }) => shortLabel({ ...comparison, grouping: "1", pods: comparison.split.length }),
  },
  { title: "load", of: ({ comparison }) => comparison.load },
];

/** A table for each way to group the plans: median/worst error, ± median spread. */
export function groupTables(plans: readonly MatrixPlan[]): string[] {
  return GROUPS.map(({ title, of }) => {
    const groups = [...new Set(plans.map(of))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const rows = groups.map((group) => {
      const members = plans.filter((plan) => of(plan) === group);
      const cell = (load: LoadClass, metric: Metric) => inShort(summariseErrors(members, load, metric));
      return [
        group,
        String(members.length),
        cell("saturated", "throughput"),
        cell("up to 85 %", "mean"),
        cell("up to 85 %", "p95"),
        cell("up to 85 %", "p99"),
      ];
    });
    const figures = ["throughput, %", "mean, %", "p95, %", "p99, %"].map(right);
    return markdownTable([left(title), right("plans"), ...figures], rows);
  });
}

/** `1.2/10.3 ±0.4`, in per cent. */
function inShort(summary: ErrorSummary | null): string {
  if (summary === null) return "-";
  const { error, spread } = summary;
  const number = (share: number) => formatShare(share).replace(" %", "");
  const text = ({ median, worst }: Extent) => `${number(median)}/${number(worst)}`;
  return spread === null ? text(error) : `${text(error)} ±${number(spread.median)}`;
}

/** The plans that are furthest beyond their bounds. */
export function worstTable(misses: readonly Miss[]): string {
  const columns = [left("cell"), left("plan"), left("figure"), right("error"), right("spread"), left("term")];
  const rows = misses.map(({ plan: { cell, comparison }, metric, error, spread, term: { term, seconds } }) => [
    cell.name,
    `${shortLabel(comparison)} ${comparison.load}`,
    METRIC_TITLES[metric],
    formatSigned(error),
    spread === null ? "-" : formatShare(spread),
    `${term} ${formatSeconds(seconds, { sign: true })}`,
  ]);
  return markdownTable(columns, rows);
}

const SIDES: readonly { readonly side: Side; readonly title: string }[] = [
  { side: "calibrated", title: "calibrated" },
  { side: "beforehand", title: "before" },
  { side: "uncalibrated", title: "uncalibrated" },
];

/** A row an aim, pool and profile: how many decisions are right. */
export function decisionsTable(plans: readonly MatrixPlan[]): string {
  const columns = [
    left("between"),
    left("by"),
    left("profile"),
    right("decisions"),
    right("best named"),
    right("right"),
    right("worst regret"),
  ];
  const rows = POOLS.flatMap((pool) =>
    aimsOf(decisionsOf(plans, "calibrated")).flatMap((aim) =>
      SIDES.flatMap(({ side, title }) => {
        const those = decisionsOf(plans, side).filter((decision) => decision.pool === pool && aimOf(decision) === aim);
        if (those.length === 0) return [];
        return [
          [
            pool,
            aim,
            title,
            String(those.length),
            String(those.filter(({ agrees }) => agrees).length),
            String(those.filter(isRight).length),
            formatShare(Math.max(...those.map(({ regret }) => regret))),
          ],
        ];
      }),
    ),
  );
  return markdownTable(columns, rows);
}

/** A row a cell: the split of the highest throughput, predicted and measured, and what else was decided wrongly. */
export function cellsTable(plans: readonly MatrixPlan[]): string {
  const rows = decisionsOf(plans, "calibrated")
    .filter(({ pool, objective }) => pool === "splits" && objective === "throughput")
    .map((decision) => [decision.cell, ...choiceText(decision)]);
  return markdownTable([left("cell"), left("predicted"), left("measured"), right("regret")], rows);
}

/** A row a wrong decision of the calibrated twin; `null` if there is none. */
export function wrongTable(plans: readonly MatrixPlan[]): string | null {
  const wrong = decisionsOf(plans, "calibrated").filter((decision) => !isRight(decision));
  if (wrong.length === 0) return null;
  const rows = wrong.map((decision) => [decision.cell, aimOf(decision), ...choiceText(decision)]);
  return markdownTable([left("cell"), left("by"), left("predicted"), left("measured"), right("regret")], rows);
}

/** What a decision is made by: `throughput`, `p50 at 50%`. */
export function aimOf({ objective, load }: CellDecision): string {
  return objective === "throughput" ? objective : `p50 at ${load}`;
}

function aimsOf(decisions: readonly CellDecision[]): string[] {
  return [...new Set(decisions.map(aimOf))].sort((a, b) => Number(a !== "throughput") - Number(b !== "throughput"));
}

function choiceText({ predicted, measured, regret }: CellDecision): string[] {
  return [shortLabel(predicted), shortLabel(measured), formatShare(regret)];
}

/** What the twin says of open loads, against what the plans truly carry. */
export function verdictTable(plans: readonly MatrixPlan[]): string {
  const columns = [
    left("verdict"),
    right("plans"),
    right("up to 90 %"),
    right("above 90 %"),
    right("mean in interval"),
  ];
  const rows = verdictsOf(plans).map(({ verdict, plans, upTo90, above90, covered }) => [
    verdict,
    String(plans),
    String(upTo90),
    String(above90),
    covered === null ? "-" : formatShare(covered),
  ]);
  return markdownTable(columns, rows);
}

function percent(share: number): number {
  return Number((share * 100).toPrecision(3));
}
