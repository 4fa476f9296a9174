import { Command, InvalidArgumentError } from "commander";
import type { Bound } from "../../sim/sweep/capacity.ts";
import { InputError } from "./folder.ts";
import {
  addOutput,
  addProfile,
  addRuns,
  addWorkload,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";
import { positive } from "./sweep.ts";

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
    .option("--replications <count>", "of every prediction (default: 30)", positive)
    .action(async (file: string, options: CapacityOptions) => {
      const bound = boundOf(options);
      const { capacities } = await import("../sweep/capacities.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { capacityTable } = await import("../../sim/report/capacity-table.ts");
      if (options.loads !== undefined || options.rate !== undefined) {
        throw new InputError(`--${options.rate === undefined ? "loads" : "rate"}: capacity finds the rate itself`);
      }
      const settings = { ...options, overrides: overridesOf(options), bound, signal: interruptSignal(), say };
      const found = await capacities(file, settings);
      print(options.output, { bound, capacities: found }, () => capacityTable(found, bound));
    });
  return addOutput(addProfile(addRuns(addWorkload(command))));
}

/** @throws InputError unless there is just one bound. */
function boundOf({ median, p95, p99 }: CapacityOptions): Bound {
  const given = Object.entries({ p50: median, p95, p99 }).filter(([, seconds]) => seconds !== undefined);
  const [bound] = given as [Bound["figure"], number][];
  if (bound === undefined || given.length > 1) {
    throw new InputError(
      `a bound is ${bound === undefined ? "missing" : "enough"}: one of --p95, --p99, --median, such as --p95 50ms`,
    );
  }
  return { figure: bound[0], seconds: bound[1] };
}

const SECONDS = { us: 1e-6, ms: 1e-3, s: 1, min: 60 } as const;

function time(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?(us|ms|s|min)$/.exec(text) ?? [];
  if (digits === undefined || !(Number(digits) > 0)) {
    throw new InvalidArgumentError("It should be a time above 0 such as 50 ms (units: us, ms, s, min).");
  }
  return Number((Number(digits) * SECONDS[unit as keyof typeof SECONDS]).toPrecision(15));
}
