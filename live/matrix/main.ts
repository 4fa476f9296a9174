/** `npm run validate:matrix`: pipelines x links x sizes, each calibrated, predicted, run and compared; a document of the errors. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type Cell, cellsOf } from "../../sim/matrix/cell.ts";
import { plansOf } from "../../sim/matrix/outcome.ts";
import { readingOf } from "../../sim/matrix/reading.ts";
import { wrap } from "../../sim/report/columns.ts";
import { interruptSignal } from "../interrupt.ts";
import { progress } from "../progress.ts";
import { cellWork } from "./cell-work.ts";
import { outcomeOf } from "./outcomes.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";
import { runMatrix } from "./run-matrix.ts";
import { writeDocument } from "./write-document.ts";

const TOPOLOGIES = fileURLToPath(new URL("../../topologies/matrix/", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../notebooks/validation.md", import.meta.url));

interface MatrixFlags {
  readonly only?: string;
  readonly budget?: number;
  readonly fresh?: boolean;
  readonly seed: number;
  readonly runs: string;
  readonly document?: string;
  readonly output: "table" | "json";
}

const program = new Command("validate:matrix")
  .description("hold the twin against the testbed over pipelines, links, sizes, splits, groupings and loads")
  .option("--only <list>", "only cells whose name has one of these in it, e.g. thesis-none,deep-1gbit-64x64")
  .option("--budget <time>", "start no cell after so long, e.g. 20m", duration)
  .option("--fresh", "forget what is there, profiles too, and measure all of it anew")
  .option("--seed <number>", "of the order of the cells", wholeNumber, 1)
  .option("--runs <folder>", "folder of all runs; what is finished is kept in its folder matrix", "runs")
  .option(
    "--document <file>",
    "Markdown file to write (default: notebooks/validation.md once all cells are finished, until then validation.md in the folder of the runs)",
  )
  .addOption(new Option("--output <format>", "what goes to stdout").choices(["table", "json"]).default("table"))
  .action(validateMatrix)
  .configureHelp({ helpWidth: 80 })
  .exitOverride();

async function validateMatrix(flags: MatrixFlags): Promise<void> {
  const { only, budget = Number.POSITIVE_INFINITY, fresh = false, seed, runs, output } = flags;
  const signal = interruptSignal();
  const pipelines = await openPipelines();
  const all = cellsOf([...pipelines.values()].map(({ topology }) => topology));
  const folder = join(runs, "matrix");
  const chosen = only === undefined ? all : chosenFrom(all, only);
  const work = cellWork(pipelines, { runs, folder, fresh, signal, progress, say });
  const now = () => performance.now() / 1e3;
  const finished = await runMatrix(chosen, work, { runs: folder, seed, budget, fresh, signal, now, say });
  if (finished.length === 0) return say("no cell is finished: there is nothing to tell yet");

  const outcomes = finished.map((cell) => outcomeOf(cell, folder));
  const complete = finished.length === all.length;
  const path = flags.document ?? (complete ? DOCUMENT : join(folder, "validation.md"));
  const command = ["npm run validate:matrix", ...(only === undefined ? [] : ["--", "--only", only])].join(" ");
  await writeDocument(path, command, all, outcomes);
  const plans = outcomes.flatMap(plansOf);
  if (output === "json") process.stdout.write(`${JSON.stringify(plans, null, 2)}\n`);
  else
    process.stdout.write(
      `${readingOf(plans)
        .map((text) => wrap(text).join("\n"))
        .join("\n\n")}\n`,
    );
  say(`\n${finished.length} of ${all.length} cells: ${relative("", path)}`);
}

async function openPipelines(): Promise<Map<string, Pipeline>> {
  const files = readdirSync(TOPOLOGIES).filter((file) => file.endsWith(".yaml"));
  const pipelines = await Promise.all(files.map((file) => openPipeline(join(TOPOLOGIES, file))));
  return new Map(pipelines.map((pipeline) => [pipeline.topology.name, pipeline]));
}

/** @throws CommanderError if an entry of the list is in no name. */
function chosenFrom(cells: readonly Cell[], only: string): Cell[] {
  const parts = only.split(",").map((part) => part.trim());
  const unknown = parts.find((part) => part === "" || !cells.some(({ name }) => name.includes(part)));
  if (unknown !== undefined) {
    const names = cells.map(({ name }) => name).join(", ");
    program.error(`error: --only: ${JSON.stringify(unknown)} is in the name of no cell; there are: ${names}`);
  }
  return cells.filter(({ name }) => parts.some((part) => name.includes(part)));
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smh])$/.exec(text);
  if (match === null) throw new InvalidArgumentError("It should be a number and s, m or h, such as 20m.");
  return Number(match[1]) * SECONDS[match[2]!]!;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It should be an integer >= 0.");
  return Number(text);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** 0: good; 1: the work failed; 2: the input is wrong. */
const INPUT_ERRORS = new Set(["TopologyError", "ArtefactError", "ProfileError"]);

try {
  await program.parseAsync();
} catch (error) {
  const { name, message, stack } = error as Error;
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (name === "Interrupted") {
    say("what is finished is kept: the same command goes on from there");
    process.exitCode = 130;
  } else {
    const known = INPUT_ERRORS.has(name) || name === "RunError" || name === "DeploymentError";
    say(known ? `error: ${message}` : (stack ?? message));
    process.exitCode = INPUT_ERRORS.has(name) ? 2 : 1;
  }
}
