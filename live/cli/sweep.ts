import { Command, Option } from "commander";
import { FIGURES, type Figure } from "../../sim/sweep/replicate.ts";
import { addCheck } from "./checks.ts";
import { count, folderName, kebab, more, shard } from "./flags.ts";
import {
  addOutput,
  addProfile,
  addRuns,
  addUncalibrated,
  addWhatIf,
  addWorkload,
  OF_PROFILES,
  ONLY_ON_TESTBED,
  type OutputOption,
  OVERRIDES,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";
import { refuse } from "./wrong-input.ts";

interface SweepOptions extends WorkloadOptions, OutputOption, ProfileFlags {
  readonly set?: readonly string[];
  readonly replications?: number;
  readonly objective?: Figure;
  readonly shard?: { readonly k: number; readonly n: number };
  readonly on?: "kubernetes";
  readonly image?: string;
  readonly shards?: number;
  readonly namespace?: string;
  readonly dryRun?: boolean;
  readonly name?: string;
  readonly runs: string;
}

export function sweepVerb(): Command {
  const command = new Command("sweep")
    .description("predict every split over ranges of the topology's parameters, and where the best one changes")
    .argument("<topology>", "topology file (YAML), or inputs.json.gz of a sweep's folder")
    .option(
      "--set <parameter=values>",
      "e.g. link.bandwidth=10..1000Mbit/s:log:20 or stages.conv.size=3,5; repeat it; a wrong one lists them all",
      more,
    )
    .option("--replications <count>", "of every prediction (default: 30)", count)
    .addOption(
      new Option("--objective <figure>", "what is best (default: throughput if saturated, else p50)").choices(FIGURES),
    )
    .option("--shard <k/n>", "only this part of n, for edgetwin merge", shard)
    .addOption(
      new Option(
        "--on <cluster>",
        "run the shards there, as one Indexed Job (before Kubernetes 1.22: a Job each)",
      ).choices(["kubernetes"]),
    )
    .option("--image <image>", "with --on: of edgetwin image build (default: what that makes here)")
    .option("--shards <count>", "with --on: pods that share the work (default: 8)", count)
    .option("--namespace <name>", "with --on: where the Job is (default: default)")
    .option("--dry-run", "with --on: print the commands and manifests, run nothing")
    .option(
      "--name <name>",
      "name of the folder in --runs (default: of what is swept, so that a sweep goes on)",
      folderName,
    )
    .action(async (file: string, options: SweepOptions) => {
      const { imageReference } = await import("../image/reference.ts");
      const { shardText } = await import("../sweep/shard-text.ts");
      const { sweep } = await import("../sweep/command.ts");
      const { sweepElsewhere } = await import("../sweep/elsewhere.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { sweepTable } = await import("../../sim/report/sweep-table.ts");
      const { sweepSummary } = await import("../../sim/report/sweep-summary.ts");
      const command = process.argv.slice(2);
      const settings = {
        ...options,
        set: options.set ?? [],
        overrides: overridesOf(options),
        command,
        signal: interruptSignal(),
        say,
      };
      const swept =
        options.on === undefined
          ? await sweep(file, settings)
          : await sweepElsewhere(file, {
              ...settings,
              image: options.image ?? imageReference(),
              shards: options.shards ?? 8,
              namespace: options.namespace ?? "default",
              dryRun: options.dryRun ?? false,
              print: (text) => void process.stdout.write(text),
            });
      if (swept === null) return;
      if ("results" in swept) {
        if (options.output === "json") process.stdout.write(shardText(swept, options.shard!));
        return say(`sweep: the shard is in ${swept.folder}`);
      }
      say(`sweep: page, CSV and JSON are in ${swept.folder}`);
      print(options.output, sweepSummary(swept.outcome, swept.flips), () => sweepTable(swept.outcome, swept.flips));
    });
  addCheck(addOutput(addUncalibrated(addProfile(addRuns(addWhatIf(addWorkload(command)))))), problemsOf);
  return refuse(command, ONLY_ON_TESTBED);
}

/** Flags that go with nothing that was typed. */
function problemsOf(options: SweepOptions, file: string): string[] {
  const { on, shard, objective } = options;
  const given = (flags: readonly (keyof SweepOptions)[]) => flags.filter((flag) => options[flag] !== undefined);
  const all = file.endsWith(".json.gz") ? given(OF_INPUTS) : [];
  return [
    ...(on !== undefined && shard !== undefined
      ? ["--shard: can't be given together with --on: --shards says how many"]
      : []),
    ...(on === undefined && shard !== undefined && objective !== undefined
      ? ["--objective: can't be given together with --shard: edgetwin merge decides"]
      : []),
    ...(on === undefined ? given(OF_CLUSTER).map((flag) => `--${kebab(flag)}: only together with --on`) : []),
    ...all.map((flag) => `--${kebab(flag)}: can't be given together with ${file}, which holds all that a sweep is of`),
  ];
}

const OF_CLUSTER = ["image", "shards", "namespace", "dryRun"] as const;
const OF_INPUTS = [...OVERRIDES, "set", "replications", ...OF_PROFILES, "uncalibrated"] as const;
