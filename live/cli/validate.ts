import { Command } from "commander";
import type { ClusterFlags } from "../clusters/choose.ts";
import {
  addCluster,
  addDryRun,
  addFolder,
  addOutput,
  addProfile,
  addRealDisturbances,
  addTolerance,
  addWorkload,
  type FolderOptions,
  isReal,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";

export function validateVerb(): Command {
  const command = new Command("validate")
    .description("all of it: profile, predict, run for real, compare, report")
    .argument("<topology>", "topology file (YAML)")
    .action(
      async (
        file: string,
        options: WorkloadOptions & OutputOption & FolderOptions & ProfileFlags & ClusterFlags & { tolerance?: number },
      ) => {
        const { compareFolder, openBench } = await import("../workbench.ts");
        const { passes } = await import("../../sim/compare/compare.ts");
        const { comparisonTable } = await import("../../sim/report/table.ts");
        const { writeReport } = await import("../report/write-report.ts");
        const { toleranceOf } = await import("../../sim/compare/tolerance.ts");
        const { measured } = await import("./steps.ts");
        const { interruptSignal } = await import("../interrupt.ts");
        const bench = await openBench(file, overridesOf(options), isReal(options));
        const done = await measured(bench, options, interruptSignal());
        if (done === null) return;
        const { name, folder } = done;
        const comparison = compareFolder(folder, name, toleranceOf(options.tolerance));
        const report = await writeReport(folder);
        print(options.output, comparison, () => comparisonTable(comparison));
        if (options.tolerance !== undefined && !passes(comparison)) process.exitCode = 1;
        say(`\nreport: ${report}`);
      },
    );
  const onCluster = addDryRun(addCluster(addFolder(addRealDisturbances(addWorkload(command)))));
  return addTolerance(addOutput(addProfile(onCluster)));
}
