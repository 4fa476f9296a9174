import { Command } from "commander";
import {
  addCalibration,
  addOutput,
  addRuns,
  addWorkload,
  type CalibrationFlags,
  type OutputOption,
  overridesOf,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";

export function profileVerb(): Command {
  const command = new Command("profile")
    .description("measure what each stage, message and link of a topology costs here")
    .argument("<topology>", "topology file (YAML)")
    .action(async (file: string, options: WorkloadOptions & OutputOption & CalibrationFlags & { runs: string }) => {
      const { openBench } = await import("../workbench.ts");
      const { obtainProfile } = await import("../obtain-profile.ts");
      const { doubtsOf } = await import("../../sim/calibration/doubt.ts");
      const { profileTable } = await import("../../sim/report/profile-table.ts");
      const { withBar } = await import("../progress.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const bench = await openBench(file, overridesOf(options));
      const signal = interruptSignal();
      const profile = await withBar("calibrate", (progress) =>
        obtainProfile(bench, { ...options, signal, progress, say }),
      );
      const doubts = doubtsOf(bench.experiments, profile);
      print(options.output, { ...profile, doubts }, () => profileTable(profile, doubts));
    });
  return addOutput(addCalibration(addRuns(addWorkload(command))));
}
