import type { CompiledLine } from "./compiled/lines.ts";
import { Arena } from "./engine/arena.ts";
import { RandomStream } from "./engine/random.ts";
import { componentsOf } from "./model/components.ts";
import type { Costs } from "./model/costs.ts";
import { Latencies } from "./model/latencies.ts";
import { Line } from "./model/line.ts";
import type { Resource } from "./model/shared.ts";
import { needsTrace, type Plan } from "./plan.ts";
import { checkShared } from "./shared-disturbances.ts";
import { checkMeasured, latencies, summarise } from "./summarise.ts";
import type { LatencySummary, Summary } from "./summary.ts";
import { runTogether } from "./together.ts";

/** Frames of a line up to which its quantiles are exact: 8 KiB of them. */
const EXACT = 1024;

/** A line of a fleet: a camera's pipeline, say. */
export interface FleetLine {
  /** Unique in the fleet; its pods' random streams are named after it. */
  readonly name: string;
  /** Its hosts and links are those of the same name in other lines. */
  readonly plan: Plan;
  /** From `costsOf`; lines may have the same. */
  readonly costs: Costs;
}

/** Statistics of one simulated run of a fleet. */
export interface SimulatedFleet {
  /** As they were given. */
  readonly lines: readonly { readonly name: string; readonly summary: Summary }[];
  /** Frames per second that all lines deliver, and the latency of all their frames after warm-up, seconds. */
  readonly total: { readonly throughput: number; readonly latency: LatencySummary };
  /** Of hosts, and of links by direction. */
  readonly resources: readonly Resource[];
  /** Events that it took. */
  readonly events: number;
}

/**
 * Runs many plans at once, which share hosts and links: those of the same name are the same. Memory grows with the number of pods,
 * not with that of frames, but for lines with disturbances, or whose source drops frames: these keep their trace until the run is over.
 * Quantiles of a line's more than 1024 frames are within 0.1 %. Lines begin together, and each ends when its frames have. What
 * disturbs a link or a node disturbs all lines that use it, and has to be a disturbance of each; bursts and restarts of pods are a line's own.
 * @param replication chooses the random streams.
 * @throws RangeError if there is no line, two have one name, a line has fewer than 2 frames after warm-up, or two plans tell
 *   different things of one host or link, or of what happens to it.
 */
export function simulateFleet(fleet: readonly FleetLine[], replication: number): SimulatedFleet {
  if (fleet.length === 0) throw new RangeError("a fleet should have at least one line");
  const names = new Set<string>();
  for (const { name, plan } of fleet) {
    if (names.has(name)) throw new RangeError(`fleet: two lines are named ${name}`);
    names.add(name);
    checkMeasured(plan.id, plan.workload);
  }
  checkShared(fleet);
  const all = new Latencies();
  const summaries: Summary[] = [];
  // One after the other: the less there is at once, the more of it is near.
  const parts = componentsOf(fleet.map(({ plan }) => plan)).map((component) => {
    const { lines, ...part } = simulatePart(
      component.map((i) => fleet[i]!),
      replication,
    );
    lines.forEach(({ summary, latencies }, i) => {
      summaries[component[i]!] = summary;
      all.merge(latencies);
    });
    return part;
  });
  const seconds = Math.max(...parts.map((part) => part.seconds));
  // Those whose lines have ended before the last did are idle until then.
  const resources = parts.flatMap((part) => {
    const share = part.seconds === seconds ? 1 : part.seconds / seconds;
    return part.resources.map((one): Resource => ({ ...one, value: one.value * share }));
  });
  return {
    lines: fleet.map(({ name }, i) => ({ name, summary: summaries[i]! })),
    total: {
      throughput: summaries.reduce((sum, { throughput }) => sum + throughput, 0),
      latency: all.summary(),
    },
    resources: [...resources.filter(({ kind }) => kind === "host"), ...resources.filter(({ kind }) => kind === "link")],
    events: parts.reduce((sum, { events }) => sum + events, 0),
  };
}

/** Lines that have nothing to do with all others. */
function simulatePart(fleet: readonly FleetLine[], replication: number) {
  const arena = new Arena();
  const { lines, ...rest } = runTogether(
    fleet.map(({ name, plan, costs }) => ({
      plan,
      costs,
      streams: (...path) => new RandomStream(plan.workload.seed, "replication", replication, "line", name, ...path),
      latencies: needsTrace(plan) ? null : new Latencies(EXACT, arena),
    })),
  );
  return { lines: lines.map((line) => statisticsOf(line, replication)), ...rest };
}

function statisticsOf(line: Line | CompiledLine, replication: number) {
  if (!(line instanceof Line) || line.latencies !== null)
    return { summary: line.summary(), latencies: line.latencies! };
  const trace = line.trace(replication);
  const all = new Latencies(EXACT);
  for (const seconds of latencies(trace)) all.add(seconds);
  return { summary: summarise(trace), latencies: all };
}
