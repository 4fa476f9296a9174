import { Command, Option } from "commander";
import { FIGURES, type Figure } from "../../sim/sweep/replicate.ts";
import { folderName } from "./flags.ts";
import { addOutput, addRuns, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

export function mergeVerb(): Command {
  const command = new Command("merge")
    .description("put the shards of a sweep together, and decide the whole")
    .argument("<folders...>", "folders of the shards")
    .option("--name <name>", "name of the folder in --runs (default: as the sweep's)", folderName)
    .addOption(new Option("--objective <figure>", "what is best, as in edgetwin sweep").choices(FIGURES))
    .action(
      async (
        folders: readonly string[],
        options: OutputOption & { readonly runs: string; readonly name?: string; readonly objective?: Figure },
      ) => {
        const { merge } = await import("../sweep/merge.ts");
        const { interruptSignal } = await import("../interrupt.ts");
        const { sweepTable } = await import("../../sim/report/sweep-table.ts");
        const { sweepSummary } = await import("../../sim/report/sweep-summary.ts");
        const settings = { ...options, command: process.argv.slice(2), signal: interruptSignal() };
        const { outcome, flips, folder } = await merge(folders, settings);
        say(`merge: page, CSV and JSON are in ${folder}`);
        print(options.output, sweepSummary(outcome, flips), () => sweepTable(outcome, flips));
      },
    );
  return addOutput(addRuns(command));
}
