import { Command } from "commander";
import { addOutput, addWorkload, type OutputOption, overridesOf, type WorkloadOptions } from "./options.ts";
import { print } from "./say.ts";

export function checkVerb(): Command {
  const command = new Command("check")
    .description("check a topology file and show what it describes")
    .argument("<topology>", "topology file (YAML)")
    .action(async (file: string, options: WorkloadOptions & OutputOption) => {
      const { openBench } = await import("../workbench.ts");
      const { topologyTable } = await import("../../sim/report/topology-table.ts");
      const bench = await openBench(file, overridesOf(options));
      print(options.output, bench.topology, () => topologyTable(bench.topology, bench.experiments[0]!.saturated));
    });
  return addOutput(addWorkload(command));
}
