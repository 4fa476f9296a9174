import { labelWithin, placementOf, sameSize, sizeLabel, sizesOf } from "../compare/label.ts";
import type { Comparison, SizeDecision } from "../comparison.ts";
import type { Plan } from "../plan.ts";
import type { Prediction } from "../prediction.ts";
import type { JudgedPrediction } from "../verdict.ts";
import { type Column, TERMINAL_WIDTH, tableLines, wrap } from "./columns.ts";
import { comparedDrops, dropsTable, predictedDrops } from "./drops-table.ts";
import { formatBottleneck, formatRate, formatRatio, formatSeconds, formatShare, formatSigned } from "./format.ts";
import { inOrder } from "./layout.ts";
import { comparedRecoveryTable } from "./recovery-table.ts";

const COMPARISON: readonly Column[] = [
  { title: "", width: 1, align: "left" },
  { title: "split", width: 12, align: "left" },
  { title: "pods", width: 4, align: "right" },
  { title: "load", width: 9, align: "left" },
  { title: "measured", width: 8, align: "right" },
  { title: "predict.", width: 8, align: "right" },
  { title: "error", width: 7, align: "right" },
  { title: "p50", width: 7, align: "right" },
  { title: "predict.", width: 8, align: "right" },
  { title: "error", width: 7, align: "right" },
];

/**
 * Tables of a comparison for a terminal of 80 columns, one per size, each ending with the best split, predicted and true.
 * A `!` marks plans that are out of tolerance.
 */
export function comparisonTable(comparison: Comparison): string {
  const sections = comparison.decisions.map((decision) => {
    const plans = inOrder(comparison.plans.filter(({ size }) => sameSize(size, decision.size)));
    const rows = plans.map((plan) => [
      plan.within ? "" : "!",
      labelWithin(plan, COMPARISON[1]!.width),
      String(plan.pods),
      plan.load,
      formatRate(plan.measured.throughput),
      formatRate(plan.predicted.throughput),
      formatSigned(plan.error.throughput),
      formatSeconds(plan.measured.latency.p50),
      formatSeconds(plan.predicted.latency.p50),
      formatSigned(plan.error.latency.p50),
    ]);
    return [
      ...wrap(`${sizeLabel(decision.size)}: throughput, then median latency (p50), measured and predicted`),
      ...tableLines(COMPARISON, rows),
      ...decisionLines(decision),
    ].join("\n");
  });
  const drops = dropsTable(comparedDrops(comparison));
  return `${sections.join("\n\n")}\n${drops}\n${comparedRecoveryTable(comparison)}${verdictLines(comparison).join("\n")}\n`;
}

/** `best split at 512x512: EESS (predicted) EESS (measured), regret 0.0 %, Kendall 0.80` */
export function decisionText(decision: SizeDecision): string {
  return decisionParts(decision).join(", ");
}

/** On one line if it fits, else on two. */
function decisionLines(decision: SizeDecision): string[] {
  const text = decisionText(decision);
  if (text.length <= TERMINAL_WIDTH) return [text];
  const [best, agreement] = decisionParts(decision);
  return [...wrap(`${best},`), `  ${agreement}`];
}

function decisionParts({
  size,
  objective,
  predicted,
  measured,
  regret,
  kendall,
}: SizeDecision): readonly [string, string] {
  const by = objective === "latency" ? " by median latency" : "";
  return [
    `best split at ${sizeLabel(size)}${by}: ${predicted} (predicted) ${measured} (measured)`,
    `regret ${formatShare(regret)}, Kendall ${kendall === null ? "-" : formatRatio(kendall)}`,
  ];
}

function verdictLines({ plans, tolerance }: Comparison): string[] {
  const out = plans.filter((plan) => !plan.within).length;
  const limits = `throughput ${formatShare(tolerance.throughput)}, p50 ${formatShare(tolerance.p50)}`;
  return wrap(
    out === 0
      ? `all ${plans.length} plans are within tolerance (${limits})`
      : `${out} of ${plans.length} plans are out of tolerance (${limits}), marked with !`,
  );
}

const PREDICTION: readonly Column[] = [
  { title: "split", width: 12, align: "left" },
  { title: "load", width: 9, align: "left" },
  { title: "thrput.", width: 8, align: "right" },
  { title: "95 % interval", width: 14, align: "right" },
  { title: "p50", width: 7, align: "right" },
  { title: "p95", width: 7, align: "right" },
  { title: "bottleneck", width: 17, align: "left" },
];

/** With a verdict on its load, if there is one. */
type Told = Prediction & Partial<Pick<JudgedPrediction, "verdict" | "capacity">>;

const NEAR_CAPACITY = "capacity: the load is above 90 % of that, and latency depends on it more than on anything else";

/**
 * Tables of predictions for a terminal of 80 columns, one per size. Where an open load is near capacity that stands in the place
 * of latency and bottleneck.
 */
export function predictionTable(pairs: readonly { readonly plan: Plan; readonly prediction: Told }[]): string {
  const all = pairs.map(({ plan, prediction }) => ({
    plan,
    prediction,
    size: [plan.size.height, plan.size.width] as const,
  }));
  const sections = sizesOf(all).map((size) => {
    const here = all.filter((one) => sameSize(one.size, size));
    const rows = here.map(({ plan, prediction }) => [
      labelWithin(placementOf(plan), PREDICTION[0]!.width),
      plan.workload.load.label,
      formatRate(prediction.throughput),
      prediction.interval.throughput.map((end) => formatRate(end).replace(" /s", "")).join(" - "),
      ...latencyCells(plan, prediction),
    ]);
    const note = here.some(({ plan, prediction }) => nearCapacity(plan, prediction)) ? wrap(NEAR_CAPACITY) : [];
    return [sizeLabel(size), ...tableLines(PREDICTION, rows), ...note].join("\n");
  });
  return `${sections.join("\n\n")}\n${dropsTable(predictedDrops(pairs))}`;
}

/** p50, p95 and bottleneck. */
function latencyCells(plan: Plan, prediction: Told): string[] {
  const capacity = nearCapacity(plan, prediction);
  if (capacity !== null) return ["-", "-", `capacity ${formatRate(capacity)}`];
  const { latency, bottleneck } = prediction;
  return [
    formatSeconds(latency.p50),
    formatSeconds(latency.p95),
    `${formatShare(bottleneck.utilisation).replace(/\.\d/, "")} ${formatBottleneck(bottleneck)}`,
  ];
}

/** The capacity, frames/s, where the plan's open load is above 90 % of it. */
function nearCapacity({ workload: { load, buffer } }: Plan, { verdict, capacity }: Told): number | null {
  // What a source drops does not wait.
  if (buffer !== undefined) return null;
  return load.kind === "rate" && verdict !== "stable" ? (capacity?.throughput ?? null) : null;
}
