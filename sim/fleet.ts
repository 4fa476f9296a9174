import { RandomStream } from "./engine/random.ts";
import { componentsOf } from "./model/components.ts";
import type { Costs } from "./model/costs.ts";
import { Latencies } from "./model/latencies.ts";
import { Line, sourcesOf } from "./model/line.ts";
import { type Resource, Shared } from "./model/shared.ts";
import { Simulation } from "./model/simulation.ts";
import { mayDrop, type Plan } from "./plan.ts";
import { checkMeasured } from "./summarise.ts";
import type { LatencySummary, Summary } from "./summary.ts";

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
 * not with that of frames: quantiles of a line's more than 1024 frames are within 0.1 %. Lines begin together, and each ends when its
 * frames have.
 * @param replication chooses the random streams.
 * @throws RangeError if there is no line, two have one name, one has disturbances or drops frames, a line has fewer than 2 frames after warm-up, or two plans tell
 *   different things of one host or link.
 */
export function simulateFleet(fleet: readonly FleetLine[], replication: number): SimulatedFleet {
  if (fleet.length === 0) throw new RangeError("a fleet should have at least one line");
  const names = new Set<string>();
  for (const { name, plan } of fleet) {
    if (names.has(name)) throw new RangeError(`fleet: two lines are named ${name}`);
    names.add(name);
    checkMeasured(plan.id, plan.workload);
    if (plan.disturbances !== undefined)
      throw new RangeError(`fleet: line ${name} has disturbances, which only a line alone can have`);
    if (mayDrop(plan)) throw new RangeError(`fleet: line ${name} may drop frames, which only a line alone can do`);
  }
  const all = new Latencies();
  const summaries: Summary[] = [];
  // One after the other: the less there is at once, the more of it is near.
  const parts = componentsOf(fleet.map(({ plan }) => plan)).map((component) => {
    const { lines, ...part } = simulatePart(
      component.map((i) => fleet[i]!),
      replication,
    );
    lines.forEach(({ line, latencies }, i) => {
      summaries[component[i]!] = line.summary();
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
  const simulation = new Simulation(fleet.reduce((sum, { plan }) => sum + sourcesOf(plan), 0));
  const shared = new Shared(simulation);
  shared.add(fleet);
  const lines = fleet.map(({ name, plan, costs }) => {
    const streams = (...path: readonly (string | number)[]) =>
      new RandomStream(plan.workload.seed, "replication", replication, "line", name, ...path);
    const latencies = new Latencies(EXACT, simulation.agenda.arena);
    return { line: new Line(simulation, shared, { plan, costs }, streams, latencies), latencies };
  });
  simulation.run();
  return { lines, resources: shared.resources(), seconds: simulation.agenda.now, events: simulation.events };
}
