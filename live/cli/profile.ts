import { Command } from "commander";
import type { ClusterFlags } from "../clusters/choose.ts";
import {
  addCalibration,
  addCluster,
  addDryRun,
  addOutput,
  addRuns,
  addWorkload,
  type CalibrationFlags,
  isReal,
  type OutputOption,
  overridesOf,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";

export function profileVerb(): Command {
  const command = new Command("profile")
    .description("measure what each stage, message and link of a topology costs here")
    .argument("<topology>", "topology file (YAML)")
    .action(
      async (
        file: string,
        options: WorkloadOptions & OutputOption & CalibrationFlags & ClusterFlags & { runs: string },
      ) => {
        const { openBench } = await import("../workbench.ts");
        const { obtainProfile } = await import("../obtain-profile.ts");
        const { doubtsOf } = await import("../../sim/calibration/doubt.ts");
        const { profileTable } = await import("../../sim/report/profile-table.ts");
        const { withBar } = await import("../progress.ts");
        const { interruptSignal } = await import("../interrupt.ts");
        const bench = await openBench(file, overridesOf(options), isReal(options));
        const { chooseCluster } = await import("../clusters/choose.ts");
        const cluster = await chooseCluster(bench, options, say);
        if (options.dryRun) return (await import("../dry-run.ts")).dryCalibration(bench, cluster);
        const signal = interruptSignal();
        const profile = await withBar("calibrate", (progress) =>
          obtainProfile(bench, { ...options, cluster, signal, progress, say }),
        );
        const doubts = doubtsOf(bench.experiments, profile);
        print(options.output, { ...profile, doubts }, () => profileTable(profile, doubts));
      },
    );
  return addOutput(addCalibration(addDryRun(addCluster(addRuns(addWorkload(command))))));
}
