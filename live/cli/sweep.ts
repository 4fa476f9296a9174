import { Command, InvalidArgumentError, Option } from "commander";
import { FIGURES, type Figure } from "../../sim/sweep/replicate.ts";
import type { ElsewhereSettings } from "../sweep/elsewhere.ts";
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

interface SweepOptions extends WorkloadOptions, OutputOption, ProfileFlags {
  readonly set: readonly string[];
  readonly replications?: number;
  readonly objective?: Figure;
  readonly shard?: { readonly k: number; readonly n: number };
  readonly on?: "kubernetes";
  readonly image?: string;
  readonly shards: number;
  readonly namespace: string;
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
      "e.g. link.bandwidth=10..1000Mbit/s:log:20 or size=128,256; repeat it",
      more,
      [],
    )
    .option("--replications <count>", "of every prediction (default: 30)", positive)
    .addOption(
      new Option("--objective <figure>", "what is best (default: throughput if saturated, else p50)").choices(FIGURES),
    )
    .option("--shard <k/n>", "only this part of n, for edgetwin merge", shard)
    .addOption(new Option("--on <cluster>", "run the shards there, as one Indexed Job").choices(["kubernetes"]))
    .option("--image <image>", "with --on: container image that has edgetwin on its path")
    .option("--shards <count>", "with --on: pods that share the work", positive, 8)
    .option("--namespace <name>", "with --on: where the Job is", "default")
    .option("--dry-run", "with --on: print the commands and manifests, run nothing")
    .option("--name <name>", "name of the folder in --runs (default: of what is swept, so that a sweep goes on)", name)
    .action(async (file: string, options: SweepOptions) => {
      const { shardText } = await import("../sweep/shard-text.ts");
      const { sweep } = await import("../sweep/command.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { sweepTable } = await import("../../sim/report/sweep-table.ts");
      const { sweepSummary } = await import("../../sim/report/sweep-summary.ts");
      const command = process.argv.slice(2);
      const settings = { ...options, overrides: overridesOf(options), command, signal: interruptSignal(), say };
      const swept = options.on === undefined ? await sweep(file, settings) : await elsewhere(file, settings);
      if (swept === null) return;
      if ("results" in swept) {
        if (options.output === "json") process.stdout.write(shardText(swept, options.shard!));
        return say(`sweep: the shard is in ${swept.folder}`);
      }
      say(`sweep: page, CSV and JSON are in ${swept.folder}`);
      print(options.output, sweepSummary(swept.outcome, swept.flips), () => sweepTable(swept.outcome, swept.flips));
    });
  return addOutput(addProfile(addRuns(addWorkload(command))));
}

/** @throws InputError without an image. */
async function elsewhere(file: string, settings: Omit<ElsewhereSettings, "image" | "dryRun" | "print"> & SweepOptions) {
  const { image, dryRun = false, shard } = settings;
  if (image === undefined) {
    throw new InputError("--on kubernetes: --image is missing: a container image that has edgetwin on its path");
  }
  if (shard !== undefined) throw new InputError("--shard: can't be given together with --on: --shards says how many");
  const { sweepElsewhere } = await import("../sweep/elsewhere.ts");
  const print = (text: string) => void process.stdout.write(text);
  return sweepElsewhere(file, { ...settings, image, dryRun, print });
}

export function more(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It should be an integer >= 1.");
  return Number(text);
}

function shard(text: string): { readonly k: number; readonly n: number } {
  const [, k, n] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (k === undefined || n === undefined || !(k >= 1 && k <= n)) {
    throw new InvalidArgumentError("It should be K/N with K from 1 to N, such as 3/8.");
  }
  return { k, n };
}

export function name(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) {
    throw new InvalidArgumentError("It should be letters, digits, '.', '_' and '-', beginning with a letter or digit.");
  }
  return text;
}
