import type { RandomStream } from "../engine/random.ts";
import type { Plan } from "../plan.ts";
import type { QuantileSketch } from "../statistics/quantile-sketch.ts";
import { ratioOf, type Summary } from "../summary.ts";
import type { Trace } from "../trace.ts";
import type { Costs } from "./costs.ts";
import { Crew, taskOf } from "./crew.ts";
import { Hop } from "./hop.ts";
import { PodServer } from "./pod-server.ts";
import { Latencies, PodRecord } from "./record.ts";
import type { Shared } from "./shared.ts";
import { ACKNOWLEDGEMENT, DELIVERY, DUE, NOTICE, type Simulation, TIMER, WORKER } from "./simulation.ts";
import { Source } from "./source.ts";
import { Waiting } from "./thread.ts";

/** Makes the random stream of a cause. */
export type Streams = (...path: readonly (string | number)[]) => RandomStream;

/** Sources of events that a line may have, with all its hosts and links. */
export function sourcesOf({ hosts, pods, hops, workers }: Plan): number {
  return 2 * hosts.length + pods.length * (2 + workers) + 3 * hops.length + 1;
}

/** One plan in a simulation: its pods on their hosts, its hops, its source; and what is recorded of it. */
export class Line {
  readonly plan: Plan;
  readonly #records: readonly PodRecord[];
  readonly #latencies = new Latencies();

  /** @param whole the trace is wanted, and not the summary. */
  constructor(
    simulation: Simulation,
    shared: Shared,
    { plan, costs }: { readonly plan: Plan; readonly costs: Costs },
    streams: Streams,
    whole: boolean,
  ) {
    this.plan = plan;
    const first = simulation.pods.length;
    this.#records = recordsOf(simulation, plan, whole);
    if (!whole) this.#records.at(-1)!.deliver(this.#records[0]!, this.#latencies);
    plan.pods.forEach((_, i) => {
      addPod(simulation, shared, { plan, costs }, i, streams, this.#records[i]!);
    });
    plan.hops.forEach((_, i) => {
      addHop(simulation, shared, { plan, costs }, i, streams, first + i);
    });
    const { frames, load } = plan.workload;
    const source = simulation.pods[first]!;
    if (load.kind === "saturated") {
      source.due(frames);
      source.settle();
    } else {
      const place = simulation.claim(DUE, simulation.sources.length);
      const lateness = { stream: streams("lateness"), seconds: costs.lateness };
      simulation.sources.push(new Source(simulation.agenda, place, source, { rate: load.rate, frames }, lateness));
    }
  }

  /** Latencies of the frames after warm-up, seconds. */
  get latencies(): QuantileSketch {
    return this.#latencies.sketch;
  }

  /** Statistics of the run, as `summarise` would have them of its trace. */
  summary(): Summary {
    const { frames, warmup } = this.plan.workload;
    const measured = frames - warmup;
    const terms = this.#records.map((record) => record.terms(measured));
    const { first, last } = this.#records.at(-1)!.ends;
    const { sketch, sum } = this.#latencies;
    return {
      throughput: (measured - 1) / (last - first),
      latency: {
        mean: sum / measured,
        p50: sketch.quantile(0.5),
        p95: sketch.quantile(0.95),
        p99: sketch.quantile(0.99),
      },
      terms,
      ccr: ratioOf(terms),
      utilisation: this.#records.map(({ shape, utilisation }) => ({ pod: shape.pod, value: utilisation })),
    };
  }

  /** What the testbed would record. */
  trace(repeat: number): Trace {
    const { id, workload } = this.plan;
    const { frames, warmup } = workload;
    const source = this.#records[0]!;
    const scheduled = Float64Array.from({ length: frames }, (_, frame) => source.scheduled(frame));
    return {
      plan: id,
      origin: "twin",
      repeat,
      frames,
      warmup,
      scheduled,
      pods: this.#records.map(({ trace }) => trace),
    };
  }
}

function recordsOf({ agenda }: Simulation, { pods, hops, workers, workload }: Plan, whole: boolean): PodRecord[] {
  const { frames, warmup, load } = workload;
  // What the first hop lets in, and a frame for each that computes before it; of one pod, that.
  const inFlight = Math.min(frames, (hops[0]?.window ?? 0) + Math.max(1, workers));
  const rows = whole ? frames : 1 << (32 - Math.clz32(inFlight - 1));
  const records: PodRecord[] = [];
  pods.forEach(({ name, node }, i) => {
    const rate = i === 0 && load.kind === "rate" ? load.rate : 0;
    const shape = { pod: name, node, workers, warmup, rows, whole, rate };
    records.push(new PodRecord(agenda, records[i - 1] ?? null, shape));
  });
  return records;
}

interface Priced {
  readonly plan: Plan;
  readonly costs: Costs;
}

function addPod(
  simulation: Simulation,
  shared: Shared,
  { plan, costs }: Priced,
  i: number,
  streams: Streams,
  record: PodRecord,
): void {
  const { agenda, instants } = simulation;
  const { name, node } = plan.pods[i]!;
  const priced = costs.pods[i]!;
  const { load, frames } = plan.workload;
  const { workers } = plan;
  const task = simulation.pods.length;
  const of = {
    compute: streams(name, "compute"),
    receive: streams(name, "receive"),
    send: streams(name, "send"),
    wakeUp: streams(name, "wake-up"),
  };
  const waiting = new Waiting(costs.gaps, streams(name, "thread"));
  const host = shared.hostOf(plan, node);
  const shape = {
    task,
    frames,
    window: plan.hops[i]?.window ?? 0,
    workers,
    punctual: i === 0 && load.kind === "rate",
    timer: simulation.claim(TIMER, task),
    notices: simulation.claim(NOTICE, task),
  };
  const pod = new PodServer({ agenda, instants }, host, priced, of, waiting, shape, record);
  simulation.pods.push(pod);
  const numbers = Array.from({ length: workers }, (_, j) => simulation.workers.length + j);
  shared.limit(plan, node, [task, ...numbers.map(taskOf)]);
  if (workers === 0) return;
  const claimed = numbers.map((number) => simulation.claim(WORKER, number));
  const crew = { pod, agenda, instants, host, waiting, record };
  pod.crew = new Crew(crew, priced, of, workers, { worker: numbers[0]!, source: claimed[0]! });
  simulation.workers.push(...pod.crew.workers);
}

function addHop(
  simulation: Simulation,
  shared: Shared,
  { plan, costs }: Priced,
  i: number,
  streams: Streams,
  from: number,
): void {
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
  simulation.hops.push(new Hop(simulation.agenda, ends, costs.hops[i]!, receive, of, shape));
}
