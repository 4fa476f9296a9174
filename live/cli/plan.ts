import { Command } from "commander";
import { addOutput, addWorkload, type OutputOption, overridesOf, type WorkloadOptions } from "./options.ts";
import { print } from "./say.ts";

export function planVerb(): Command {
  const command = new Command("plan")
    .description("list the plans of a topology: what the twin and the testbed execute")
    .argument("<topology>", "topology file (YAML)")
    .action(async (file: string, options: WorkloadOptions & OutputOption) => {
      const { openBench } = await import("../workbench.ts");
      const { planTable } = await import("../../sim/report/topology-table.ts");
      const { experiments } = await openBench(file, overridesOf(options));
      print(options.output, experiments, () => planTable(experiments));
    });
  return addOutput(addWorkload(command));
}
