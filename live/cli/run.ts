import { Command } from "commander";
import type { ClusterFlags } from "../clusters/choose.ts";
import {
  addCluster,
  addDryRun,
  addFolder,
  addOutput,
  addProfile,
  addRealDisturbances,
  addWorkload,
  type FolderOptions,
  isReal,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";

export function runVerb(): Command {
  const command = new Command("run")
    .description("run every split for real and keep the traces")
    .argument("<topology>", "topology file (YAML)")
    .action(
      async (file: string, options: WorkloadOptions & OutputOption & FolderOptions & ProfileFlags & ClusterFlags) => {
        const { measuredRuns, openBench, summariesOf } = await import("../workbench.ts");
        const { measured } = await import("./steps.ts");
        const { measuredTable } = await import("../../sim/report/measured-table.ts");
        const { interruptSignal } = await import("../interrupt.ts");
        const bench = await openBench(file, overridesOf(options), isReal(options));
        const done = await measured(bench, options, interruptSignal());
        if (done === null) return;
        const { folder, pairs } = done;
        const results = pairs.map(({ plan }) => ({
          plan,
          summaries: summariesOf(folder, measuredRuns(folder, plan)),
        }));
        print(
          options.output,
          results.map(({ plan, summaries }) => ({ plan: plan.id, split: plan.split, repeats: summaries })),
          () => measuredTable(results),
        );
        say(`next: edgetwin compare ${folder}`);
      },
    );
  return addOutput(addProfile(addDryRun(addCluster(addFolder(addRealDisturbances(addWorkload(command)))))));
}
