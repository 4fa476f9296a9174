import { Command } from "commander";
import {
  addOutput,
  addProfile,
  addRuns,
  addUncalibrated,
  addWhatIf,
  addWorkload,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print } from "./say.ts";

export function predictVerb(): Command {
  const command = new Command("predict")
    .description("predict latency and throughput of every split, from a profile")
    .argument("<topology>", "topology file (YAML)")
    .action(async (file: string, options: WorkloadOptions & OutputOption & ProfileFlags & { runs: string }) => {
      const { openBench } = await import("../workbench.ts");
      const { predicted } = await import("./steps.ts");
      const { predictionTable } = await import("../../sim/report/table.ts");
      const { variantOf } = await import("../../sim/plan.ts");
      const { recoveryTable } = await import("../../sim/report/recovery-table.ts");
      const { findingsOfPredictions } = await import("../../sim/compare/findings.ts");
      const { findingsText } = await import("../../sim/report/findings-text.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const bench = await openBench(file, overridesOf(options));
      const { pairs } = await predicted(bench, options, interruptSignal());
      const value = pairs.map(({ plan, prediction }) => ({
        split: plan.split,
        ...variantOf(plan),
        size: [plan.size.height, plan.size.width],
        load: plan.workload.load,
        ...prediction,
      }));
      print(
        options.output,
        value,
        () =>
          `${predictionTable(pairs)}\n${recoveryTable(pairs)}Findings, as predicted:\n${findingsText(findingsOfPredictions(pairs))}`,
      );
    });
  return addOutput(addUncalibrated(addProfile(addRuns(addWhatIf(addWorkload(command))))));
}
