import { type Command, Option } from "commander";
import type { Overrides } from "../../sim/topology/overrides.ts";
import type { ClusterFlags } from "../clusters/choose.ts";
import { CLUSTERS, type ClusterName } from "../clusters/cluster.ts";
import { PRECISION, SECONDS_A_CASE } from "../measure/default-effort.ts";
import { addCheck } from "./checks.ts";
import { folderName, kebab, more, namespaceName, share, time } from "./flags.ts";

/** What the command line may change of a topology; flags have the names of the file's keys, and its values' form. */
export type WorkloadOptions = Overrides;

export interface OutputOption {
  readonly output: "table" | "json";
}

export interface FolderOptions {
  readonly name?: string;
  readonly runs: string;
  readonly overwrite?: boolean;
}

export interface CalibrationFlags {
  readonly fresh?: boolean;
  /** Seconds. */
  readonly budget?: number;
  readonly precision?: number;
}

export interface ProfileFlags extends CalibrationFlags {
  readonly profile?: string;
  readonly uncalibrated?: boolean;
}

export function addWorkload(command: Command): Command {
  return command
    .option("--splits <list>", "only these splits, e.g. EESS,SSSS")
    .option("--groupings <list>", "each split in these pods only, e.g. 1+3,1+2+1: stages per pod")
    .option("--sizes <list>", "sizes of the source's frames, e.g. 128,512,1280x720")
    .option("--frames <count>", "frames per run, warm-up included")
    .option("--duration <time>", "a shorter run gets more frames, e.g. 0.5 s")
    .option("--warmup <count>", "frames at the start of a run that are left out")
    .option("--loads <list>", "loads, e.g. saturated,50%,30/s")
    .option("--rate <number>", "open loop at so many frames per second, instead of --loads")
    .option("--overflow <kind>", "what a source at a rate does that can't send as fast: block, or drop-oldest")
    .option("--buffer <frames>", "frames that a source which drops keeps besides the window")
    .option("--window <frames>", "frames that may be unacknowledged on a hop")
    .option("--compression <list>", "of frames that cross a link: none, zstd, or none,zstd for both")
    .option("--workers <list>", "threads of a pod that compute beside its own, e.g. 0,1")
    .option("--repeats <count>", "runs per plan")
    .option("--seed <number>", "seed of everything random");
}

/** Of the flags of `addWorkload`, what predictions with replications of their own make nothing of. */
export const ONLY_ON_TESTBED = {
  duration: "a prediction is of --frames, and as many --replications",
  repeats: "only runs on the testbed are repeated; predictions have --replications",
};

/** What may happen, and how frames may come; the latter only in the twin. */
export function addWhatIf(command: Command): Command {
  command.option("--arrivals <kind>", "how frames come at a rate: constant, poisson, batches of 20, on 2 s off 1 s");
  return addDisturbances(
    command,
    '"link edge-server 10 Mbit/s 2 s..5 s", "node edge 50% 2 s..4 s", "pod conv restart 1.5 s at 3 s", "burst 20 at 1 s"',
  );
}

/** What the testbed can have happen, too. */
export function addRealDisturbances(command: Command): Command {
  return addDisturbances(
    command,
    '"pod conv restart 1.5 s at 3 s", "node edge restart 2 s at 3 s"; with --on processes also "link edge-server 10 Mbit/s 2 s..5 s"',
  );
}

function addDisturbances(command: Command, examples: string): Command {
  return command.option("--what-if <disturbance>", `what happens during a run; may be repeated: ${examples}`, more);
}

export function addOutput(command: Command): Command {
  return command.addOption(
    new Option("--output <format>", "what goes to stdout").choices(["table", "json"]).default("table"),
  );
}

export function addRuns(command: Command): Command {
  return command.option("--runs <folder>", "folder of all runs and kept profiles", "runs");
}

export function addFolder(command: Command): Command {
  return addRuns(command)
    .option("--name <name>", "name of the run's folder (default: the topology's name and the time)", folderName)
    .option("--overwrite", "replace the folder of an earlier run of that name");
}

/** Where pods run. */
export function addCluster(command: Command): Command {
  command
    .addOption(new Option("--on <cluster>", "where pods run").choices(CLUSTERS).default("processes"))
    .option("--image <image>", "with --on: of edgetwin image build (default: what that makes here)")
    .option(
      "--namespace <name>",
      "with --on kubernetes: one that is there already (default: one for each deployment)",
      namespaceName,
    )
    .option("--plaintext", "with --on: pods do not prove who they are (default: mTLS, with keys made for the run)")
    .option("--retain", "with --on: leave what was deployed last, and say how to delete it");
  return onlyOnCluster(command, OF_CLUSTER);
}

/** What a cluster would be told. */
export function addDryRun(command: Command): Command {
  command.option("--dry-run", "with --on: print the commands and manifests of every deployment, run nothing");
  return onlyOnCluster(command, [["dryRun", "podman", "kubernetes"]]);
}

function onlyOnCluster(command: Command, known: KnownBy): Command {
  return addCheck(command, (options: ClusterFlags) =>
    known.flatMap(([flag, ...clusters]) =>
      options[flag] === undefined || clusters.includes(options.on)
        ? []
        : [`--${kebab(flag)}: only together with --on ${clusters.join(" or ")}`],
    ),
  );
}

/** Flags, and the clusters that know them. */
type KnownBy = readonly (readonly [keyof ClusterFlags, ...ClusterName[]])[];

const OF_CLUSTER: KnownBy = [
  ["image", "podman", "kubernetes"],
  ["namespace", "kubernetes"],
  ["plaintext", "kubernetes"],
  ["retain", "podman", "kubernetes"],
];

/** Whether nodes and links are real where pods run. */
export function isReal({ on }: ClusterFlags): boolean {
  return on !== "processes";
}

export function addProfile(command: Command): Command {
  addCalibration(command).option("--profile <file>", "use this profile, whatever machine it is from");
  return addCheck(command, (options: ProfileFlags) =>
    options.profile === undefined || options.uncalibrated !== undefined
      ? []
      : OF_PROFILES.filter((flag) => flag !== "profile" && options[flag] !== undefined).map(
          (flag) => `--${kebab(flag)}: can't be given together with --profile, which is not measured`,
        ),
  );
}

/** Of verbs that only predict. */
export function addUncalibrated(command: Command): Command {
  command.option("--uncalibrated", "measure nothing: price stages by formulas and nominal rates, to look around");
  return addCheck(command, (options: ProfileFlags) =>
    options.uncalibrated === undefined
      ? []
      : OF_PROFILES.filter((flag) => options[flag] !== undefined).map(
          (flag) => `--${kebab(flag)}: can't be given together with --uncalibrated, which has no profile`,
        ),
  );
}

export const OF_PROFILES = ["profile", "fresh", "budget", "precision"] as const;

export function addCalibration(command: Command): Command {
  return command
    .option("--fresh", "measure the profile anew, even if a kept one fits, or one was begun")
    .option(
      "--budget <time>",
      `end measuring after so long, e.g. 60s, if every case was measured twice (default: ${SECONDS_A_CASE.processes} s a case, a minute for topologies/local.yaml; ${SECONDS_A_CASE.nodes} s on a cluster; where plans are run, half of it comes after the runs; deploying comes on top)`,
      time,
    )
    .option(
      "--precision <share>",
      `end earlier, once the 95 % interval of every cost is within this share of it (default: ${PRECISION * 100}%)`,
      share,
    );
}

export function addTolerance(command: Command): Command {
  return command.option(
    "--tolerance <share>",
    "exit with 1 if a plan's throughput is off by more, or its median latency by more than 1.5 times it, e.g. 10%",
    share,
  );
}

/** Flags of `addWorkload` and `addWhatIf`, as properties. */
export const OVERRIDES = [
  ...["splits", "groupings", "sizes", "frames", "duration", "warmup", "loads", "rate"],
  ...["overflow", "buffer", "window"],
  ...["compression", "workers", "repeats", "seed", "arrivals", "whatIf"],
] as readonly (keyof Overrides)[];

/** Those out of all that a verb has. */
export function overridesOf(options: WorkloadOptions): Overrides {
  const given: Overrides = Object.fromEntries(OVERRIDES.map((flag) => [flag, options[flag]]));
  const { rate } = given;
  // A bare number is what one types; in the file a rate has its unit.
  return rate !== undefined && /^[\d.]+$/.test(rate) ? { ...given, rate: `${rate}/s` } : given;
}
