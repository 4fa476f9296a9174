import { join } from "node:path";
import { Command, Option } from "commander";
import type { Rules } from "../../sim/operate/judge.ts";
import type { Aim } from "../../sim/operate/outlook.ts";
import { AIMS } from "../../sim/operate/outlook.ts";
import type { ClusterFlags } from "../clusters/choose.ts";
import { addCheck } from "./checks.ts";
import { count, share, time } from "./flags.ts";
import {
  addCluster,
  addFolder,
  addOutput,
  addProfile,
  type FolderOptions,
  isReal,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { say } from "./say.ts";

interface OperateFlags
  extends Omit<WorkloadOptions, "frames">,
    OutputOption,
    FolderOptions,
    ProfileFlags,
    ClusterFlags {
  readonly frames?: number;
  readonly autopilot?: boolean;
  readonly dryRun?: boolean;
  readonly aim?: Aim;
  readonly threshold?: number;
  readonly dwell?: number;
  readonly horizon?: number;
}

const OF_AUTOPILOT = ["aim", "threshold", "dwell", "horizon"] as const;

export function operateVerb(): Command {
  const command = new Command("operate")
    .description("deploy one placement and stream until ctrl-C; it moves while it runs (edgetwin migrate)")
    .argument("<topology>", "topology file (YAML)")
    .option("--splits <split>", "where to begin, e.g. EESS (default: the first of the topology's)")
    .option("--groupings <list>", "where to begin, in these pods, e.g. 1+3; more than one: the autopilot may choose")
    .option("--sizes <size>", "size of the source's frames (default: the first of the topology's)")
    .option("--frames <count>", "end after so many frames (default: never)", count)
    .option("--rate <number>", "open loop at so many frames per second (default: as many as it takes)")
    .option("--window <frames>", "frames that may be unacknowledged on a hop")
    .option("--compression <kind>", "of frames that cross a link: none or zstd")
    .option("--workers <count>", "threads of a pod that compute beside its own")
    .option("--seed <number>", "seed of everything random")
    .option("--autopilot", "keep the pipeline on the best of the topology's splits")
    .option("--dry-run", "have the autopilot only say what it would do")
    .addOption(new Option("--aim <figure>", "what is to be best (default: throughput, at a --rate p50)").choices(AIMS))
    .option("--threshold <share>", "gain that a move has to promise (default: 10%)", share)
    .option("--dwell <time>", "after a move there is no other for so long (default: 10s)", time)
    .option("--horizon <time>", "a move's pause must be made up for within (default: 1min)", time)
    .addHelpText("after", "\nWhile it runs, in another terminal:\n  edgetwin migrate NAME --to ESSS")
    .action(async (file: string, flags: OperateFlags) => {
      const { openBench, requireRuntime } = await import("../workbench.ts");
      const { chooseCluster } = await import("../clusters/choose.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { obtainProfile } = await import("../obtain-profile.ts");
      const { coveringBench } = await import("../placement.ts");
      const { withBar } = await import("../progress.ts");
      const { podSpecs } = await import("../testbed.ts");
      const { RUN_FILES, writeJson, writeWhole } = await import("../artefacts.ts");
      const { operate } = await import("../operate/operate.ts");
      const { placesOf, planAt, single } = await import("../operate/setup.ts");
      const { eventLine } = await import("../operate/event-line.ts");
      const { Journal } = await import("../operate/journal.ts");
      const { RULES } = await import("../../sim/operate/judge.ts");
      const { InputError, newFolder } = await import("./folder.ts");
      const { isInputError } = await import("./outcome.ts");
      const { requireLive } = await import("./predicted-only.ts");

      const { frames, splits, groupings, ...others } = flags;
      // Of a file that can't be read, what is wrong is said with all else that is.
      const kept = await openBench(file, {}, isReal(flags)).catch(() => null);
      // One pod per stage, if nothing else is asked for.
      const cut = groupings ?? (splits && kept?.topology.stages.map(() => 1).join("+"));
      const asked = await openBench(
        file,
        overridesOf({ ...others, splits, ...(cut && { groupings: cut }) }),
        isReal(flags),
      );
      // Where to begin is one of the splits that are asked for; where to go, one of the file's.
      const { bench, said } = single({
        ...asked,
        topology: { ...asked.topology, splits: kept?.topology.splits ?? null },
      });
      // It is the autopilot that --dry-run is of, not the cluster.
      const { dryRun = false, ...choice } = flags;
      const cluster = await chooseCluster(bench, choice, say);
      requireLive(bench.topology, cluster);
      await requireRuntime(bench);
      const cuts = asked.topology.onlyGroupings;
      const places = placesOf(bench, cuts);
      const [first] = splits === undefined ? [] : asked.topology.splits!;
      const plan = first === undefined ? places[0]! : planAt(bench, { to: first, ...(cuts && { grouping: cuts[0]! }) });
      const signal = interruptSignal();
      const { name, folder } = newFolder(bench.topology.name, flags);
      for (const line of said) say(line);
      const emulated = !cluster.real && bench.topology.nodes.some(({ speed }) => speed < 1);
      const profile =
        emulated || flags.autopilot || dryRun
          ? await withBar("calibrate", (progress) =>
              obtainProfile(coveringBench(bench), { ...flags, cluster, signal, progress, say }),
            )
          : null;
      writeWhole(join(folder, RUN_FILES.topology), bench.text);
      writeJson(join(folder, RUN_FILES.command), process.argv.slice(2));
      writeJson(join(folder, RUN_FILES.plans), [plan]);
      if (profile !== null) writeJson(join(folder, RUN_FILES.profile), profile);
      const journal = new Journal(folder, (event) => {
        const line = flags.output === "json" ? JSON.stringify(event) : eventLine(event);
        if (line !== null) process.stdout.write(`${line}\n`);
      });
      const { threshold = RULES.threshold, dwell = RULES.dwell, horizon = RULES.horizon } = flags;
      const rules: Rules = { ...RULES, threshold, dwell, horizon };
      const aim = flags.aim ?? (plan.workload.load.kind === "rate" ? "p50" : "throughput");
      const delivered = await operate(plan, {
        cluster,
        folder,
        logs: join(folder, RUN_FILES.logs),
        pods: (one, image) =>
          podSpecs([one], cluster.real ? null : profile, bench.baseDirectory).map((pod) =>
            image === undefined ? pod : { ...pod, image },
          ),
        planAt: (request) => {
          if (request.image !== undefined && !cluster.real)
            throw new InputError(`--image ${request.image}: local processes run no image`);
          return planAt(bench, request);
        },
        isInput: isInputError,
        ...(frames !== undefined && { frames }),
        signal,
        tell: (event) => journal.write(event),
        ...(profile !== null &&
          (flags.autopilot || dryRun) && {
            autopilot: { profile, candidates: places, aim, rules, advises: dryRun },
          }),
      });
      say(`${folder}: what happened is in operate.jsonl; next: edgetwin operate ${file} --name ${name} --overwrite`);
      if (frames !== undefined && delivered < frames) signal.throwIfAborted();
    });
  addCheck(command, ({ autopilot, dryRun, splits, ...flags }: OperateFlags) => [
    ...(autopilot && dryRun ? ["--dry-run: moves nothing: not together with --autopilot"] : []),
    ...(autopilot || dryRun ? [] : OF_AUTOPILOT.filter((flag) => flags[flag] !== undefined).map(needsAutopilot)),
    ...one("splits", splits),
    ...one("sizes", flags.sizes),
    ...one("compression", flags.compression),
    ...one("workers", flags.workers),
  ]);
  return addOutput(addProfile(addCluster(addFolder(command))));
}

function needsAutopilot(flag: (typeof OF_AUTOPILOT)[number]): string {
  return `--${flag}: says how the autopilot is to be: give --autopilot or --dry-run, too`;
}

/** One pipeline runs in one way at a time. */
function one(flag: string, list: string | undefined): string[] {
  return list?.includes(",") ? [`--${flag}: "${list}" is not allowed: one of them, as one pipeline runs`] : [];
}
