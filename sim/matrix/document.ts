import type { Fingerprint } from "../profile.ts";
import { MODEL_DOUBT } from "../verdict.ts";
import type { Cell } from "./cell.ts";
import { undecidedOf } from "./decisions.ts";
import type { Side } from "./errors.ts";
import type { LoadClass } from "./load-class.ts";
import { paragraph } from "./markdown.ts";
import { type CellOutcome, type MatrixPlan, plansOf } from "./outcome.ts";
import { readingOf } from "./reading.ts";
import {
  cellsTable,
  decisionsTable,
  errorsTables,
  groupTables,
  verdictTable,
  worstTable,
  wrongTable,
} from "./tables.ts";
import { worstOf } from "./worst.ts";

export interface DocumentInput {
  /** ISO 8601. */
  readonly created: string;
  /** The command that makes the document. */
  readonly command: string;
  /** Of the sources, and whether they were changed since: `1a2b3c4 (changed)`. */
  readonly commit: string;
  /** The whole matrix. */
  readonly cells: readonly Cell[];
  /** The finished part of it, at least one cell. */
  readonly outcomes: readonly CellOutcome[];
  /** File of the picture, relative to the document. */
  readonly picture: string;
}

const WORST = 10;

/**
 * The validation as a Markdown document: everything in it follows from its input.
 * @throws RangeError if no cell is finished.
 */
export function documentOf({ created, command, commit, cells, outcomes, picture }: DocumentInput): string {
  if (outcomes.length === 0) throw new RangeError("outcomes is empty: at least one cell should be finished");
  const plans = outcomes.flatMap(plansOf);
  const runs = plans.reduce((sum, { comparison }) => sum + comparison.measured.repeats, 0);
  const missing = cells.filter(({ name }) => !outcomes.some(({ cell }) => cell.name === name));
  const times = outcomes.map(({ concluded }) => concluded).sort();
  const wrong = wrongTable(plans);
  const sections = [
    "# How right the twin is",
    paragraph(
      `Made by \`${command}\` on ${date(created)}, not written by hand. ${outcomes.length} of ${cells.length} cells (a pipeline at a size over a link), ` +
        `${plans.length} plans, ${runs} runs; the first of these cells was finished on ${date(times[0]!)}, the last on ${date(times.at(-1)!)}. Stages and ` +
        "links were measured one by one, before, amid and after the runs of their cell, and nothing was fitted to the runs that the predictions are compared with.",
    ),
    missing.length === 0 ? "" : paragraph(`Not run: ${missing.map(({ name }) => name).join(", ")}.`),
    [...new Set(outcomes.flatMap(({ fingerprint }) => machineOf(fingerprint))), `- commit ${commit}`].join("\n"),
    "## In short",
    ...readingOf(plans).map(paragraph),
    `![Errors of the predictions, plan by plan, beside the testbed's own spread](${picture})`,
    "## Errors of calibrated predictions",
    paragraph(
      "Calibrated: with costs of stages, messages and links as measured on this machine; `mean` to `p99` are of latency. Errors are relative: median and worst without sign, " +
        "`signed` the median with it, positive where the twin says too much. `bound`: what " +
        "the median, if named first, and each plan are held to, with a `!` where that fails; `within`: share of the plans within it. `spread`: the " +
        "testbed's own, half the range over the runs of a plan, relative to their mean, in the median and the worst plan. `rerun`, `twin`: each run left " +
        "out in turn, how often it is within the bound of the plan's other runs, and how often the prediction is within the bound of just those. " +
        "A plan's load is what it was offered over what it was measured to carry.",
    ),
    ...errorsOf(plans, "calibrated"),
    "## Errors of predictions before the runs",
    paragraph(
      "The same twin with what had been measured before the first run of a cell. The host changes: a wake-up of an idle virtual CPU may " +
        "take twice as long a minute later, and a twin that was asked before can't know.",
    ),
    ...errorsOf(plans, "beforehand"),
    "## Errors of uncalibrated predictions",
    paragraph(
      "Uncalibrated: the same plans with the costs that one has before anything is measured (`sim/nominal-profile.ts`): operations and bytes of each " +
        "stage at nominal rates, messages by their bytes, links as the topology states them. A load that is moderate in truth may then be more than " +
        "the predicted capacity, and its latency that of a queue that grows.",
    ),
    ...errorsOf(plans, "uncalibrated"),
    "## Decisions",
    paragraph(
      "In each cell: the highest saturated throughput, and the lowest median latency at each load, of the placements that the topology allows, each at that share of what " +
        "it is predicted to carry. Right: the measured best, or less than 2.0 % worse. `before` the runs: by what had been measured by then." +
        undecidedText(plans),
    ),
    decisionsTable(plans),
    "The split of the highest throughput in each cell, in its finest grouping:",
    cellsTable(plans),
    wrong === null
      ? "No decision of the calibrated twin was wrong."
      : `Wrong decisions of the calibrated twin:\n\n${wrong}`,
    "## Intervals, and near capacity",
    paragraph(
      `Besides what its costs may be, the model may be off: the interval of a latency has room for all taking up to ${Math.round(100 * MODEL_DOUBT)} % longer, or less long. ` +
        "Above 90 % of its capacity a plan's latency depends on a few per cent of it more than on anything else. There the twin says so, and the interval " +
        "holds what follows from a capacity anywhere within its own interval, too. " +
        "The table has the plans with an open load by what the twin says of it, by their true load, and how many measured mean latencies lie in the interval.",
    ),
    verdictTable(plans),
    `## The ${WORST} plans that are furthest off`,
    paragraph(
      "By the figure that is the largest multiple of its bound. The term is the cause, summed over pods, in which the predicted mean latency differs " +
        "most from the measured one.",
    ),
    worstTable(worstOf(plans, WORST)),
    "## By pipeline, link, size, pods, split and load",
    paragraph(
      "Calibrated: median/worst error ± median spread, in per cent; throughput of saturated runs, latency at loads up to 85 % of the measured capacity.",
    ),
    ...groupTables(plans),
    "## What ran",
    paragraph(
      "`E9S5` is a split with nine stages at the edge and five at the server. " +
        `${[...new Set(outcomes.flatMap(({ comparison }) => comparison.emulated))].join(" ")}`,
    ),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const CLASS_TITLES: Readonly<Record<LoadClass, string>> = {
  saturated: "Saturated",
  "up to 85 %": "Up to 85 % of capacity",
  "85 to 90 %": "From 85 to 90 % of capacity",
  "above 90 %": "Above 90 % of capacity",
};

function errorsOf(plans: readonly MatrixPlan[], side: Side): string[] {
  return errorsTables(plans, side).flatMap(({ load, plans, table }) => [
    `${CLASS_TITLES[load]}, ${counted(plans, "plan")}:`,
    table,
  ]);
}

/** What is left out of the decisions; nothing if that is nothing. */
function undecidedText(plans: readonly MatrixPlan[]): string {
  const all = undecidedOf(plans);
  if (all.length === 0) return "";
  const loads = [...new Set(all.map(({ load }) => load))].map(
    (load) => `${load} in ${counted(all.filter((one) => one.load === load).length, "cell")}`,
  );
  return ` Left out, as the twin calls some placement near its capacity there: ${loads.join(", ")}.`;
}

/** `2026-11-25 14:03 UTC` */
function date(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** `1 cell`, `12 cells` */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** As list items. */
function machineOf({ cpu, cores, memoryBytes, platform, kernel, arch, node, edgetwin }: Fingerprint): string[] {
  return [
    `- ${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    `- ${platform} ${kernel} ${arch}, Node ${node}, edgetwin ${edgetwin}`,
  ];
}
