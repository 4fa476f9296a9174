import { labelWithin, placementOf } from "../compare/label.ts";
import type { Plan } from "../plan.ts";
import { mean } from "../statistics/moments.ts";
import type { Summary } from "../summary.ts";
import { sizeText } from "../topology/size.ts";
import { type Column, tableLines } from "./columns.ts";
import { dropsTable, measuredDrops } from "./drops-table.ts";
import { formatRate, formatRatio, formatSeconds } from "./format.ts";

const COLUMNS: readonly Column[] = [
  { title: "size", width: 9, align: "left" },
  { title: "split", width: 13, align: "left" },
  { title: "load", width: 9, align: "left" },
  { title: "thrput.", width: 9, align: "right" },
  { title: "mean", width: 7, align: "right" },
  { title: "p50", width: 7, align: "right" },
  { title: "p95", width: 7, align: "right" },
  { title: "p99", width: 7, align: "right" },
  { title: "CCR", width: 4, align: "right" },
];

/** What was measured, means over the repeats of each plan, for a terminal of 80 columns. */
export function measuredTable(
  results: readonly { readonly plan: Plan; readonly summaries: readonly Summary[] }[],
): string {
  const rows = results.map(({ plan, summaries }) => {
    const over = (figure: (summary: Summary) => number) => mean(summaries.map(figure));
    return [
      sizeText(plan.size),
      labelWithin(placementOf(plan), COLUMNS[1]!.width),
      plan.workload.load.label,
      formatRate(over(({ throughput }) => throughput)),
      formatSeconds(over(({ latency }) => latency.mean)),
      formatSeconds(over(({ latency }) => latency.p50)),
      formatSeconds(over(({ latency }) => latency.p95)),
      formatSeconds(over(({ latency }) => latency.p99)),
      formatRatio(over(({ ccr }) => ccr)),
    ];
  });
  return `${tableLines(COLUMNS, rows).join("\n")}${dropsTable(measuredDrops(results))
    .replace(/^(?=.)/s, "\n")
    .trimEnd()}`;
}
