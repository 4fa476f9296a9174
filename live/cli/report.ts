import { Command } from "commander";
import { addOutput, addRuns, type OutputOption } from "./options.ts";
import { print } from "./say.ts";

export function reportVerb(): Command {
  const command = new Command("report")
    .description("write a run's report.html, self-contained")
    .argument("<run>", "folder of a run that was compared, or its name")
    .action(async (run: string, options: OutputOption & { runs: string }) => {
      const { writeReport } = await import("../report/write-report.ts");
      const { existingFolder } = await import("./folder.ts");
      const path = await writeReport(existingFolder(run, options.runs));
      print(options.output, { report: path }, () => path);
    });
  return addOutput(addRuns(command));
}
