import { Command } from "commander";
import { addOutput, addRuns, addTolerance, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

export function compareVerb(): Command {
  const command = new Command("compare")
    .description("compare a run's predictions with what was measured")
    .argument("<run>", "folder of a run, or its name")
    .action(async (run: string, options: OutputOption & { runs: string; tolerance?: number }) => {
      const { basename } = await import("node:path");
      const { compareFolder } = await import("../workbench.ts");
      const { passes } = await import("../../sim/compare/compare.ts");
      const { comparisonTable } = await import("../../sim/report/table.ts");
      const { existingFolder } = await import("./folder.ts");
      const { toleranceOf } = await import("../../sim/compare/tolerance.ts");
      const folder = existingFolder(run, options.runs);
      const comparison = compareFolder(folder, basename(folder), toleranceOf(options.tolerance));
      print(options.output, comparison, () => comparisonTable(comparison));
      if (options.tolerance !== undefined && !passes(comparison)) process.exitCode = 1;
      say(`next: edgetwin report ${folder}`);
    });
  return addTolerance(addOutput(addRuns(command)));
}
