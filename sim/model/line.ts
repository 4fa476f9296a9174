import { mayDrop, type Plan } from "../plan.ts";
import { ratioOf, type Summary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import { Disturber } from "./disturber.ts";
import { Hop } from "./hop.ts";
import type { Latencies } from "./latencies.ts";
import { PodMaker, type Priced, type Streams } from "./pod-maker.ts";
import { PodRecord } from "./record.ts";
import { Restarts } from "./restarts.ts";
import { scheduleOf } from "./schedule.ts";
import { SentFrames } from "./sent-frames.ts";
import type { Shared } from "./shared.ts";
import { ACKNOWLEDGEMENT, DELIVERY, DUE, type Simulation } from "./simulation.ts";
import { Source } from "./source.ts";
import { Stalls } from "./stalls.ts";
import type { Sums } from "./sums.ts";

/** Sources of events that a line may have at most, with all its hosts and links. */
export function sourcesOf({ hosts, pods, hops, workers }: Plan): number {
  return 2 * hosts.length + pods.length * (2 + workers) + 3 * hops.length + 2;
}

/** One plan in a simulation: its pods on their hosts, its hops, its source; and what is recorded of it. */
export class Line {
  readonly plan: Plan;
  readonly #records: readonly PodRecord[];
  /** `null`: the trace is wanted. */
  readonly latencies: Latencies | null;
  /** By a source that may drop others. */
  readonly #sent: SentFrames | null;

  /** @param latencies For those of its frames; `null`: the trace is wanted, and not the summary, as it has to be where frames may be dropped. */
  constructor(
    simulation: Simulation,
    shared: Shared,
    { plan, costs }: Priced,
    streams: Streams,
    latencies: Latencies | null,
  ) {
    this.plan = plan;
    this.latencies = latencies;
    this.#sent = mayDrop(plan) ? new SentFrames(plan.workload.frames) : null;
    const first = simulation.pods.length;
    const schedule = scheduleOf(plan, streams("arrivals"));
    this.#records = recordsOf(simulation, plan, schedule, latencies === null);
    if (latencies !== null) this.#records.at(-1)!.deliver(this.#records[0]!, latencies);
    const makers = plan.pods.map(
      (_, i) =>
        new PodMaker(simulation, shared, { plan, costs }, i, streams, this.#records[i]!, i === 0 ? this.#sent : null),
    );
    const hops = plan.hops.map((_, i) => addHop(simulation, shared, { plan, costs }, i, streams, first + i));
    const { frames, load } = plan.workload;
    let source: Source | null = null;
    if (load.kind === "saturated") {
      makers[0]!.pod.due(frames);
      makers[0]!.pod.settle();
    } else {
      const place = simulation.claim(DUE, simulation.sources.length);
      const stalls = costs.stalls && new Stalls(costs.stalls, streams("stall"));
      const lateness = { stream: streams("lateness"), seconds: costs.lateness, stalls };
      const bursts = (plan.disturbances ?? []).filter((one) => "burst" in one);
      const due = { rate: load.rate, frames, schedule, bursts };
      source = new Source(simulation.agenda, place, makers[0]!.pod, due, lateness);
      simulation.sources.push(source);
    }
    if (plan.disturbances !== undefined) {
      const restarts = new Restarts(simulation.agenda, makers, hops, source, frames, this.#sent);
      simulation.disturbers.push(new Disturber(simulation, shared, { plan, costs }, restarts, () => this.end));
    }
  }

  /** When the last frame was delivered, seconds. */
  get end(): number {
    return this.#records.at(-1)!.ends.last;
  }

  /** Frames per second that came due after warm-up; `null` where that is as the load says. */
  get offered(): number | null {
    return offeredBy(this.plan, this.#records[0]!.shape.schedule);
  }

  /** Statistics of the run, as `summarise` would have them of its trace. */
  summary(): Summary {
    return summaryOf(this.plan, this.#records, this.latencies!);
  }

  /** What the testbed would record. */
  trace(repeat: number): Trace {
    const { id, workload } = this.plan;
    const { frames, warmup, load, buffer } = workload;
    const source = this.#records[0]!;
    const pods = this.#records.map(({ trace }) => trace!);
    this.#sent?.spread(pods);
    const scheduled =
      load.kind === "saturated"
        ? pods[0]!.start.slice()
        : Float64Array.from({ length: frames }, (_, frame) => source.scheduled(frame));
    return {
      plan: id,
      origin: "twin",
      repeat,
      frames,
      warmup,
      scheduled,
      pods,
      ...(load.kind === "rate" && buffer !== undefined && { drops: true }),
    };
  }
}

/** Frames per second that came due after warm-up; `null` where that is as the load says. @param schedule of frames, if it is not that. */
export function offeredBy({ workload }: Plan, schedule: Float64Array | null): number | null {
  if (schedule === null) return null;
  const { frames, warmup } = workload;
  return (frames - warmup - 1) / (schedule[frames - 1]! - schedule[warmup]!);
}

/** @param records of the plan's pods. */
export function summaryOf({ workload }: Plan, records: readonly Sums[], latencies: Latencies): Summary {
  const { frames, warmup } = workload;
  const measured = frames - warmup;
  const terms = records.map((record) => record.terms(measured));
  const { first, last } = records.at(-1)!.ends;
  return {
    throughput: (measured - 1) / (last - first),
    latency: latencies.summary(),
    terms,
    ccr: ratioOf(terms),
    utilisation: records.map(({ shape, utilisation }) => ({ pod: shape.pod, value: utilisation })),
  };
}

function recordsOf({ agenda }: Simulation, plan: Plan, schedule: Float64Array | null, whole: boolean): PodRecord[] {
  const { pods, workers, workload } = plan;
  const { frames, warmup, load } = workload;
  const records: PodRecord[] = [];
  pods.forEach(({ name, node }, i) => {
    const rate = i === 0 && load.kind === "rate" ? load.rate : 0;
    const due = i === 0 ? schedule : null;
    // Where frames are numbered as they were sent, the trace tells which are those of the warm-up.
    const from = i > 0 && mayDrop(plan) ? 0 : warmup;
    const shape = { pod: name, node, workers, frames, warmup: from, whole, rate, schedule: due };
    records.push(new PodRecord(agenda, records[i - 1] ?? null, shape));
  });
  return records;
}

function addHop(
  simulation: Simulation,
  shared: Shared,
  { plan, costs }: Priced,
  i: number,
  streams: Streams,
  from: number,
): Hop {
  const id = simulation.hops.length;
  const shape = {
    id,
    link: shared.linkOf(plan, costs, i),
    deliveries: simulation.claim(DELIVERY, id),
    acknowledgements: simulation.claim(ACKNOWLEDGEMENT, id),
  };
  const of = { delay: streams("hop", i, "delay"), acknowledgement: streams("hop", i, "acknowledgement") };
  const ends = [simulation.pods[from]!, simulation.pods[from + 1]!] as const;
  const { receive } = costs.pods[i + 1]!;
  const hop = new Hop(simulation.agenda, ends, costs.hops[i]!, receive, of, shape);
  simulation.hops.push(hop);
  return hop;
}
