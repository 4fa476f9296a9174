/** `npm run validate:matrix`: pipelines x links x sizes, each calibrated, predicted, run and compared; a document of the errors. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { type Cell, cellsOf } from "../../sim/matrix/cell.ts";
import { plansOf } from "../../sim/matrix/outcome.ts";
import { readingOf } from "../../sim/matrix/reading.ts";
import { wrap } from "../../sim/report/columns.ts";
import { valueText } from "../../sim/topology/problem.ts";
import { interruptSignal } from "../interrupt.ts";
import { cellWork } from "../matrix/cell-work.ts";
import { outcomeOf } from "../matrix/outcomes.ts";
import { runMatrix } from "../matrix/run-matrix.ts";
import { writeDocument } from "../matrix/write-document.ts";
import { type Bench, openBench } from "../workbench.ts";
import { seed, time } from "./flags.ts";
import { InputError } from "./folder.ts";
import { addOutput, addRuns, type OutputOption } from "./options.ts";
import { exitCodeOf } from "./outcome.ts";
import { print, say } from "./say.ts";
import { refuseTogether } from "./wrong-input.ts";

const TOPOLOGIES = fileURLToPath(new URL("../../topologies/matrix/", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../notebooks/validation.md", import.meta.url));

interface MatrixFlags extends OutputOption {
  readonly only?: string;
  readonly budget?: number;
  readonly fresh?: boolean;
  readonly seed: number;
  readonly runs: string;
  readonly document?: string;
}

function matrixCommand(): Command {
  const command = new Command("validate:matrix")
    .description("hold the twin against the testbed over pipelines, links, sizes, splits, groupings and loads")
    .option("--only <list>", "only cells whose name has one of these in it, e.g. thesis-none,deep-1gbit-64x64")
    .option("--budget <time>", "start no cell after so long, e.g. 20min", time)
    .option("--fresh", "forget what is there, and measure all of it anew")
    .option("--seed <number>", "of the order of the cells", seed, 1)
    .option(
      "--document <file>",
      "Markdown file to write (default: notebooks/validation.md once all cells are finished, until then matrix/validation.md in --runs)",
    )
    .action(validateMatrix)
    .configureHelp({ helpWidth: 80 })
    .exitOverride();
  return refuseTogether(addOutput(addRuns(command)));
}

async function validateMatrix(flags: MatrixFlags): Promise<void> {
  const { only, budget = Number.POSITIVE_INFINITY, fresh = false, seed, runs, output } = flags;
  const signal = interruptSignal();
  const pipelines = await openPipelines();
  const all = cellsOf([...pipelines.values()].map(({ topology }) => topology));
  const folder = join(runs, "matrix");
  const chosen = only === undefined ? all : chosenFrom(all, only);
  const work = cellWork(pipelines, { runs, folder, signal, say });
  const now = () => performance.now() / 1e3;
  const options = { runs: folder, seed, budget, fresh, signal, now, say };
  const finished = await runMatrix(chosen, work, options).catch((error: Error) => {
    if (error.name === "Interrupted") say("what is finished is kept: the same command goes on from there");
    throw error;
  });
  if (finished.length === 0) return say("no cell is finished: there is nothing to tell yet");

  const outcomes = finished.map((cell) => outcomeOf(cell, folder));
  const complete = finished.length === all.length;
  const path = flags.document ?? (complete ? DOCUMENT : join(folder, "validation.md"));
  const command = ["npm run validate:matrix", ...(only === undefined ? [] : ["--", "--only", only])].join(" ");
  await writeDocument(path, command, all, outcomes);
  const plans = outcomes.flatMap(plansOf);
  const reading = () => readingOf(plans).map((text) => wrap(text).join("\n"));
  print(output, plans, () => reading().join("\n\n"));
  say(`\n${finished.length} of ${all.length} cells: ${relative("", path)}`);
}

/** Topologies of the matrix, by name. */
async function openPipelines(): Promise<Map<string, Bench>> {
  const files = readdirSync(TOPOLOGIES).filter((file) => file.endsWith(".yaml"));
  const benches = await Promise.all(files.map((file) => openBench(join(TOPOLOGIES, file), {})));
  return new Map(benches.map((bench) => [bench.topology.name, bench]));
}

/** @throws InputError if entries of the list are in no name. */
function chosenFrom(cells: readonly Cell[], only: string): Cell[] {
  const parts = only.split(",").map((part) => part.trim());
  const unknown = parts.filter((part) => part === "" || !cells.some(({ name }) => name.includes(part)));
  if (unknown.length > 0) {
    const names = cells.map(({ name }) => name).join(", ");
    throw new InputError(
      unknown
        .map((part) => `--only: ${valueText(part)} is not allowed: a part of the name of a cell: ${names}`)
        .join("\n"),
    );
  }
  return cells.filter(({ name }) => parts.some((part) => name.includes(part)));
}

process.exitCode = await exitCodeOf(() => matrixCommand().parseAsync());
