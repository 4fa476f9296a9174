import { Command } from "commander";
import type { Bound } from "../../sim/sweep/capacity.ts";
import { addCheck } from "./checks.ts";
import { count, time } from "./flags.ts";
import {
  addOutput,
  addProfile,
  addRuns,
  addUncalibrated,
  addWhatIf,
  addWorkload,
  ONLY_ON_TESTBED,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";
import { refuse } from "./wrong-input.ts";

interface CapacityOptions extends WorkloadOptions, OutputOption, ProfileFlags {
  readonly median?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly replications?: number;
  readonly runs: string;
}

export function capacityVerb(): Command {
  const command = new Command("capacity")
    .description("find the highest rate that keeps latency under a bound, for every split")
    .argument("<topology>", "topology file (YAML)")
    .option("--p95 <time>", "the 95th percentile of latency stays under this, e.g. 50ms", time)
    .option("--p99 <time>", "the 99th percentile does", time)
    .option("--median <time>", "the median does", time)
    .option("--replications <count>", "of every prediction (default: 30)", count)
    .action(async (file: string, options: CapacityOptions) => {
      const [bound] = boundsOf(options) as [Bound];
      const { capacities } = await import("../sweep/capacities.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { capacityTable } = await import("../../sim/report/capacity-table.ts");
      const settings = {
        ...options,
        overrides: overridesOf(options),
        bound,
        signal: interruptSignal(),
        say,
        command: process.argv.slice(2),
      };
      const found = await capacities(file, settings);
      print(options.output, { bound, capacities: found }, () => capacityTable(found, bound));
    });
  addCheck(addOutput(addUncalibrated(addProfile(addRuns(addWhatIf(addWorkload(command)))))), problemsOf);
  const itself = "capacity finds the rate itself";
  const waits = "capacity is of a source that drops nothing";
  return refuse(command, { loads: itself, rate: itself, overflow: waits, buffer: waits, ...ONLY_ON_TESTBED });
}

/** There is to be just one bound. */
function problemsOf(options: CapacityOptions): string[] {
  const { length } = boundsOf(options);
  if (length === 1) return [];
  return [`a bound is ${length === 0 ? "missing" : "enough"}: one of --p95, --p99, --median, such as --p95 50ms`];
}

function boundsOf({ median, p95, p99 }: CapacityOptions): Bound[] {
  return Object.entries({ p50: median, p95, p99 }).flatMap(([figure, seconds]) =>
    seconds === undefined ? [] : [{ figure: figure as Bound["figure"], seconds }],
  );
}
