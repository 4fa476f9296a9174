import { Command, InvalidArgumentError, Option } from "commander";
import { OBJECTIVES, type Objective } from "../../sim/place/objective.ts";
import type { PlaceRequest } from "../../sim/place/place.ts";
import type { RankedPlacement } from "../../sim/place/result.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { count } from "./flags.ts";
import {
  addOutput,
  addProfile,
  addRuns,
  addUncalibrated,
  addWhatIf,
  type OutputOption,
  overridesOf,
  type ProfileFlags,
  type WorkloadOptions,
} from "./options.ts";
import { print, say } from "./say.ts";

interface PlaceOptions extends WorkloadOptions, OutputOption, ProfileFlags {
  readonly objective: Objective;
  readonly latencyBound?: string;
  readonly pin?: ReadonlyMap<string, string[]>;
  readonly top: number;
  readonly finalists: number;
  readonly pareto?: boolean;
  readonly runs: string;
}

export function placeVerb(): Command {
  const command = new Command("place")
    .description("find the best split and grouping of all, by search and simulation")
    .argument("<topology>", "topology file (YAML)")
    .addOption(new Option("--objective <what>", "what is to be best").choices(OBJECTIVES).default("throughput"))
    .option("--rate <number>", "frames per second that come and must be carried")
    .option("--latency-bound <time>", "that p95 of latency may reach, e.g. 50 ms")
    .option("--pin <stage=node>", "a stage's node, by name or letter; may be repeated", pin)
    .option("--splits <list>", "only these splits, e.g. EESS,SSSS; else all")
    .option("--groupings <list>", "only these stages per pod, e.g. 1+3,1+2+1; else all")
    .option("--sizes <list>", "sizes of the source's frames, e.g. 128,512,1280x720")
    .option("--overflow <kind>", "with --rate: what a source does that can't send as fast: block, or drop-oldest")
    .option("--buffer <frames>", "with --overflow drop-oldest: frames that it keeps besides the window")
    .option("--window <frames>", "frames that may be unacknowledged on a hop")
    .option("--compression <list>", "of frames that cross a link: none, zstd, or none,zstd for both")
    .option("--workers <list>", "threads of a pod that compute beside its own, e.g. 0,1")
    .option("--seed <number>", "seed of everything random")
    .option("--top <count>", "placements to rank", count, 8)
    .option("--finalists <count>", "placements that are simulated at most", count, 40)
    .option("--pareto", "the front of latency against throughput, besides")
    .action(async (file: string, options: PlaceOptions) => {
      const { obtainProfile } = await import("../obtain-profile.ts");
      const { openBench } = await import("../workbench.ts");
      const { coveringBench, placeAll } = await import("../placement.ts");
      const { placeTable } = await import("../../sim/report/place-table.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const { progress } = await import("../progress.ts");
      const bench = await openBench(file, overridesOf(options));
      const request = await requestOf(options, bench.topology);
      const signal = interruptSignal();
      const calibrating = progress("calibrate");
      const settings = { ...options, signal, progress: calibrating, say };
      const profile = await obtainProfile(coveringBench(bench), settings).finally(calibrating.stop);
      const placing = progress("place");
      const results = await placeAll(bench, profile, request, signal, placing).finally(placing.stop);
      print(options.output, results, () => placeTable(results));
      const found = results.filter(({ ranked }) => ranked.length > 0);
      if (found.length < results.length) process.exitCode = 1;
      for (const { ranked, size } of found) say(`next: ${runCommand(file, ranked[0]!, size, options, bench.topology)}`);
    });
  return addOutput(addUncalibrated(addProfile(addRuns(addWhatIf(command)))));
}

/** @throws InputError naming every flag that does not fit the topology. */
async function requestOf(options: PlaceOptions, topology: Topology): Promise<Omit<PlaceRequest, "size">> {
  const { objective, pin: pinned = new Map<string, string[]>(), top, finalists, pareto = false } = options;
  const { DURATION, loadUnits } = await import("../../sim/topology/units.ts");
  const { spaceOf } = await import("../../sim/place/space.ts");
  const { InputError } = await import("./folder.ts");
  const { nodes, workload, splits, onlyGroupings } = topology;
  const problems = [...unpriced(objective, nodes), ...withoutRate(options)];
  const named = (node: string) => nodes.find(({ letter }) => letter === node)?.name ?? node;
  const [load] = workload.loads;
  let latencyBound: number | null = null;
  try {
    if (options.latencyBound !== undefined) latencyBound = (await loadUnits()).convert(options.latencyBound, DURATION);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push(`--latency-bound: ${error.message}`);
  }
  if (latencyBound === 0) problems.push(`--latency-bound: "${options.latencyBound}" is not allowed: a time above 0`);
  const request = {
    wish: { objective, rate: options.rate !== undefined && load?.kind === "rate" ? load.rate : null, latencyBound },
    pins: new Map([...pinned].map(([stage, places]) => [stage, places.map(named)])),
    // The file's own lists are of what to run by default; the best may be any other.
    splits: options.splits === undefined ? null : splits,
    groupings: onlyGroupings ?? null,
    top,
    most: Math.max(top, finalists),
    pareto,
  };
  try {
    spaceOf(topology, request);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push(...error.message.split("\n").map((line) => `--${line}`));
  }
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return request;
}

function unpriced(objective: Objective, nodes: Topology["nodes"]): string[] {
  if (objective !== "energy" && objective !== "cost") return [];
  const field = objective === "energy" ? "power" : "price";
  const without = nodes.filter((node) => node[field] === undefined).map(({ name }) => name);
  if (without.length === 0) return [];
  return [`--objective ${objective}: these nodes have no ${field} in the topology: ${without.join(", ")}`];
}

/** What is simulated at a rate only would be ignored without a word. */
function withoutRate({ rate, arrivals, overflow, buffer, whatIf = [] }: PlaceOptions): string[] {
  if (rate !== undefined) return [];
  return [
    ...(overflow === undefined ? [] : [`--overflow: "${overflow}" has no effect: a source drops frames at a --rate`]),
    ...(buffer === undefined ? [] : [`--buffer: "${buffer}" has no effect: a source drops frames at a --rate`]),
    ...(arrivals === undefined ? [] : [`--arrivals: "${arrivals}" has no effect: frames arrive at a --rate`]),
    ...whatIf.map((one) => `--what-if: "${one}" has no effect: place simulates what happens at a --rate`),
  ];
}

function runCommand(
  file: string,
  { split, grouping, compression, workers }: RankedPlacement,
  [height, width]: readonly [number, number],
  { overflow, buffer, window, rate, seed, arrivals, whatIf = [] }: PlaceOptions,
  { disturbances = [], workload }: Topology,
): string {
  const letters = split.startsWith("monolith@") ? split.slice(-1).repeat(Number(grouping)) : split;
  const flags = [`--sizes ${width}x${height}`, `--splits ${letters}`, `--groupings ${grouping}`];
  if (compression !== "none") flags.push(`--compression ${compression}`);
  if (workers > 0) flags.push(`--workers ${workers}`);
  for (const [flag, value] of Object.entries({ overflow, buffer, window, rate, seed }))
    if (value !== undefined) flags.push(`--${flag} ${value}`);
  if (arrivals !== undefined) flags.push(`--arrivals "${arrivals}"`);
  for (const one of whatIf) flags.push(`--what-if "${one}"`);
  // Of some things only the twin knows what they would do.
  const verb = disturbances.length > 0 || workload.arrivals !== undefined ? "predict" : "run";
  return `edgetwin ${verb} ${file} ${flags.join(" ")}`;
}

function pin(text: string, earlier: ReadonlyMap<string, string[]> = new Map()): Map<string, string[]> {
  const [, stage, node] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (stage === undefined || node === undefined) throw new InvalidArgumentError("a stage and a node: conv=server");
  return new Map([...earlier, [stage, [...(earlier.get(stage) ?? []), node]]]);
}
