import { Command, InvalidArgumentError } from "commander";
import type { Migration } from "../operate/migration.ts";
import { addOutput, addRuns, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

interface MigrateFlags extends OutputOption {
  readonly to: string;
  readonly grouping?: readonly number[];
  readonly image?: string;
  readonly runs: string;
}

export function migrateVerb(): Command {
  const command = new Command("migrate")
    .description("move a pipeline that edgetwin operate runs, losing nothing")
    .argument("<run>", "its folder, or the name of one in --runs")
    .requiredOption("--to <split>", "where its stages are to be, e.g. ESSS", letters)
    .option("--grouping <stages>", "stages per pod, e.g. 1+3 (default: one pod per stage)", grouping)
    .option("--image <name>", "container image of the pods (default: the one that runs; not for local processes)")
    .action(async (run: string, { to, grouping, image, runs, output }: MigrateFlags) => {
      const { existingFolder, InputError } = await import("./folder.ts");
      const { askToMove, ControlError } = await import("../operate/control.ts");
      const { eventLine } = await import("../operate/event-line.ts");
      const request = { to, ...(grouping && { grouping }), ...(image !== undefined && { image }) };
      const answer = await askToMove(existingFolder(run, runs), request, say);
      if ("error" in answer) throw answer.wrongInput ? new InputError(answer.error) : new ControlError(answer.error);
      const migration = answer.done as Migration;
      print(output, migration, () => eventLine({ event: "moved", ...migration })!.trim());
    });
  return addOutput(addRuns(command));
}

function letters(text: string): string {
  if (!/^[A-Z]+$/.test(text)) throw new InvalidArgumentError("one letter of a node for each stage, such as EESS");
  return text;
}

function grouping(text: string): readonly number[] {
  const counts = text.split("+").map(Number);
  if (!counts.every((one) => Number.isInteger(one) && one > 0))
    throw new InvalidArgumentError("stages per pod, such as 1+3 or 1+2+1");
  return counts;
}
