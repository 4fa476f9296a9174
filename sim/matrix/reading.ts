import { formatShare, formatSigned } from "../report/format.ts";
import { boundOf, METRICS, type Metric } from "./bounds.ts";
import { decisionsOf, REGRET_BOUND, RIGHT_BOUND, rightShare } from "./decisions.ts";
import { type ErrorSummary, holds, type Side, shareOf, summariseErrors } from "./errors.ts";
import { LOAD_CLASSES, type LoadClass } from "./load-class.ts";
import type { MatrixPlan } from "./outcome.ts";
import { missedVerdicts, type VerdictRow, verdictsOf } from "./verdicts.ts";
import { worstOf } from "./worst.ts";

const NAMES: Readonly<Record<Metric, string>> = {
  throughput: "throughput",
  mean: "mean latency",
  p50: "median latency",
  p95: "p95",
  p99: "p99",
};

/** What the tables say, in sentences that follow from the figures: a paragraph an item. */
export function readingOf(plans: readonly MatrixPlan[]): string[] {
  return [
    boundsText(plans),
    rerunText(plans),
    beforehandText(plans),
    termsText(plans),
    decisionText(plans),
    verdictText(plans),
    nominalText(plans),
  ]
    .filter((text) => text !== null)
    .map((text) => text.trim());
}

interface Bounded extends ErrorSummary {
  readonly name: string;
}

/** Every class and figure that has a bound, and plans. */
function bounded(plans: readonly MatrixPlan[], side: Side = "calibrated"): Bounded[] {
  return LOAD_CLASSES.flatMap((load) =>
    METRICS.flatMap((metric) => {
      const summary = boundOf(load, metric) === null ? null : summariseErrors(plans, load, metric, side);
      return summary === null ? [] : [{ name: nameOf(load, metric), ...summary }];
    }),
  );
}

function nameOf(load: LoadClass, metric: Metric): string {
  return load === "saturated" ? `saturated ${NAMES[metric]}` : `${NAMES[metric]} ${load} of capacity`;
}

function boundsText(plans: readonly MatrixPlan[]): string {
  const all = bounded(plans);
  const kept = all.filter((one) => holds(one) === true);
  const missed = all.filter((one) => holds(one) === false);
  const figures = ({ name, error, withinBound }: Bounded) =>
    `${name} (median ${formatShare(error.median)}, worst ${formatShare(error.worst)}, ${formatShare(withinBound!)} of the plans within the bound)`;
  return [
    kept.length > 0 ? `The bounds hold for ${list(kept.map(figures))}.` : "",
    missed.length > 0 ? `They do not hold for ${list(missed.map(figures))}.` : "",
  ].join(" ");
}

/** How near the testbed's own runs are to each other. */
function rerunText(plans: readonly MatrixPlan[]): string | null {
  const all = bounded(plans).filter(({ spread }) => spread !== null);
  if (all.length === 0) return null;
  const parts = all.map(
    ({ name, spread, rerun }) =>
      `${formatShare(rerun!.withinBound)} and ${formatShare(rerun!.twinWithinBound)} for ${name} (spread ${formatShare(spread!.median)}, worst ${formatShare(spread!.worst)})`,
  );
  return `How often one more run in the same deployment is within the bound of the plan's other runs, and the prediction of the same ones: ${list(parts)}.`;
}

/** What the same twin said before the runs. */
function beforehandText(plans: readonly MatrixPlan[]): string | null {
  const parts = bounded(plans, "beforehand").map(
    ({ name, error, withinBound }) =>
      `${name} (median ${formatShare(error.median)}, ${formatShare(withinBound!)} of the plans within the bound)`,
  );
  return parts.length === 0 ? null : `Said before the runs, with what had been measured by then: ${list(parts)}.`;
}

/** Which causes the misses have. */
function termsText(plans: readonly MatrixPlan[]): string | null {
  const misses = worstOf(plans, plans.length).filter(({ times }) => times > 1);
  if (misses.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { term } of misses) counts.set(term.term, (counts.get(term.term) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([term, count]) => `${term} in ${count}`);
  const low = shareOf(misses, ({ error }) => error < 0);
  return `${misses.length} of ${plans.length} plans miss a bound. The term of the mean latency that is off most is ${list(sorted)} of them; ${formatShare(low)} of the misses are predicted too low.`;
}

function decisionText(plans: readonly MatrixPlan[]): string | null {
  const decisions = decisionsOf(plans, "calibrated");
  const right = rightShare(decisions);
  if (right === null) return null;
  const named = decisions.filter(({ agrees }) => agrees).length;
  const aim = `the aim is ${formatShare(RIGHT_BOUND)}`;
  return `The twin names the measured best in ${named} of ${decisions.length} decisions; with those whose regret is under ${formatShare(REGRET_BOUND)}, ${formatShare(right)} are right (${aim}${right >= RIGHT_BOUND ? "" : ", which is missed"}).`;
}

function verdictText(plans: readonly MatrixPlan[]): string | null {
  const [stable, near] = verdictsOf(plans);
  if (stable!.plans + near!.plans === 0) return null;
  const above = stable!.above90 + near!.above90;
  const missed = missedVerdicts(plans);
  const share = ({ covered }: VerdictRow) => (covered === null ? null : formatShare(covered));
  const [below, there] = [share(stable!), share(near!)];
  const covered = [below && `${below} where it calls a plan stable`, there && `${there} where it does not`].filter(
    Boolean,
  );
  const inside = `Of the measured mean latencies, these lie in the interval that it gives: ${covered.join(", ")}.`;
  return above === 0
    ? `No plan was truly loaded above 90 % of its capacity. ${inside}`
    : `Of ${above} plans that were truly loaded above 90 % of their capacity, the twin calls ${above - missed.length} near capacity or saturated. ${inside}`;
}

/** What calibration is worth. */
function nominalText(plans: readonly MatrixPlan[]): string | null {
  const [throughput, mean] = (
    [
      ["saturated", "throughput"],
      ["up to 85 %", "mean"],
    ] as const
  ).map(([load, metric]) => ({ load, metric, summary: summariseErrors(plans, load, metric, "uncalibrated") }));
  const parts = [throughput!, mean!].flatMap(({ load, metric, summary }) =>
    summary === null
      ? []
      : [
          `${nameOf(load, metric)} is off by ${formatShare(summary.error.median)} in the median (${formatSigned(summary.bias)} with its sign)`,
        ],
  );
  const right = rightShare(decisionsOf(plans, "uncalibrated"));
  if (parts.length === 0) return null;
  return `Without calibration, from nominal costs, ${list(parts)}${right === null ? "" : `, and ${formatShare(right)} of the decisions are right`}.`;
}

/** `a, b and c` */
function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
