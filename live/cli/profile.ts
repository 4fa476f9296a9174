import { Command } from "commander";
import { addOutput, addRuns, addWorkload, type OutputOption, overridesOf, type WorkloadOptions } from "./options.ts";
import { print, say } from "./say.ts";

export function profileVerb(): Command {
  const command = new Command("profile")
    .description("measure what each stage, message and link of a topology costs here")
    .argument("<topology>", "topology file (YAML)")
    .option("--fresh", "measure anew, even if a kept profile fits")
    .action(async (file: string, options: WorkloadOptions & OutputOption & { fresh?: boolean; runs: string }) => {
      const { obtainProfile, openBench } = await import("../workbench.ts");
      const { profileTable } = await import("../../sim/report/profile-table.ts");
      const { progress } = await import("../progress.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const bench = await openBench(file, overridesOf(options));
      const bar = progress("calibrate");
      const signal = interruptSignal();
      const settings = { runs: options.runs, fresh: options.fresh ?? false, signal, progress: bar, say };
      const profile = await obtainProfile(bench, settings).finally(bar.stop);
      print(options.output, profile, () => profileTable(profile));
    });
  return addOutput(addRuns(addWorkload(command)));
}
