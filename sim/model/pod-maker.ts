import { leftOf } from "../disturbance.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Plan } from "../plan.ts";
import type { Costs } from "./costs.ts";
import { Crew, taskOf } from "./crew.ts";
import { PodServer } from "./pod-server.ts";
import type { PodStreams } from "./pod-shape.ts";
import type { PodRecord } from "./record.ts";
import type { SentFrames } from "./sent-frames.ts";
import type { Shared } from "./shared.ts";
import { NOTICE, type Simulation, TIMER, WORKER } from "./simulation.ts";
import type { PodHost } from "./slow-processor.ts";
import { Speeds } from "./speeds.ts";
import { Stalls } from "./stalls.ts";
import { Waiting } from "./thread.ts";

/** Makes the random stream of a cause. */
export type Streams = (...path: readonly (string | number)[]) => RandomStream;

export interface Priced {
  readonly plan: Plan;
  readonly costs: Costs;
}

/** Makes one pod of a line, with its workers, and makes it anew where it is started again. */
export class PodMaker {
  readonly #simulation: Simulation;
  readonly #priced: Priced;
  readonly #index: number;
  readonly #record: PodRecord;
  readonly #sent: SentFrames | null;
  readonly #host: PodHost;
  readonly #of: PodStreams;
  readonly #waiting: Waiting;
  readonly #speeds: Speeds | null;
  readonly #stalls: Stalls | null;
  /** Its own number, and those of its workers; and their sources in the agenda. */
  readonly #task: number;
  readonly #workers: readonly number[];
  readonly #timer: number;
  readonly #notices: number;
  readonly #awake: readonly number[];

  /** @param sent of a source that may drop frames. */
  constructor(
    simulation: Simulation,
    shared: Shared,
    priced: Priced,
    index: number,
    streams: Streams,
    record: PodRecord,
    sent: SentFrames | null,
  ) {
    const { plan, costs } = priced;
    const { name, node } = plan.pods[index]!;
    this.#simulation = simulation;
    this.#priced = priced;
    this.#index = index;
    this.#record = record;
    this.#sent = sent;
    this.#of = {
      compute: streams(name, "compute"),
      receive: streams(name, "receive"),
      send: streams(name, "send"),
      wakeUp: plan.workers === 0 ? null : streams(name, "wake-up"),
    };
    this.#waiting = new Waiting(costs.gaps, streams(name, "thread"));
    this.#task = simulation.pods.length;
    this.#workers = Array.from({ length: plan.workers }, (_, j) => simulation.workers.length + j);
    this.#timer = costs.pods[index]!.emulated === null ? -1 : simulation.claim(TIMER, this.#task);
    this.#notices = plan.workers === 0 ? -1 : simulation.claim(NOTICE, this.#task);
    const tasks = [this.#task, ...this.#workers.map(taskOf)];
    shared.limit(plan, node, tasks);
    const slow = (plan.disturbances ?? []).some((one) => "speed" in one && one.node === node);
    const emulated = costs.pods[index]!.emulated !== null;
    this.#stalls = emulated && costs.stalls ? new Stalls(costs.stalls, streams(name, "stall")) : null;
    this.#speeds = slow && emulated ? speedsOf(plan, node) : null;
    // What the host does for an emulated node is not slower for that: its pods are held for longer.
    if (slow && !emulated) {
      const host = shared.slowHostOf(plan, node);
      host.own(tasks);
      this.#host = host;
    } else this.#host = shared.hostOf(plan, node);
    this.#awake = this.#workers.map((number) => simulation.claim(WORKER, number));
    this.make(0);
  }

  /** The pod as it is now. */
  get pod(): PodServer {
    return this.#simulation.pods[this.#task]!;
  }

  /** A fresh pod in place of the one before, which has done all frames below `first`. @param position of a source that drops: number of the next that it sends. */
  make(first: number, position = first): PodServer {
    const { agenda, instants, pods, workers } = this.#simulation;
    const { plan, costs } = this.#priced;
    const { load } = plan.workload;
    const priced = costs.pods[this.#index]!;
    const shape = {
      agenda,
      instants,
      host: this.#host,
      waiting: this.#waiting,
      record: this.#record,
      task: this.#task,
      first,
      position,
      sent: this.#sent,
      buffer: this.#sent === null ? 0 : plan.workload.buffer!,
      window: plan.hops[this.#index]?.window ?? 0,
      workers: plan.workers,
      punctual: this.#index === 0 && load.kind === "rate",
      timer: this.#timer,
      notices: this.#notices,
      speeds: this.#speeds,
      stalls: this.#stalls,
    };
    const pod = new PodServer(shape, priced, this.#of);
    pods[this.#task] = pod;
    if (plan.workers === 0) return pod;
    const from = { worker: this.#workers[0]!, source: this.#awake[0]! };
    pod.crew = new Crew({ ...shape, pod }, priced, this.#of, from);
    pod.crew.workers.forEach((worker, j) => {
      workers[this.#workers[j]!] = worker;
    });
    return pod;
  }

  /** Ends all that the pod and its workers are about to do. */
  kill(): void {
    const { agenda } = this.#simulation;
    for (const task of [this.#task, ...this.#workers.map(taskOf)])
      if (this.#host.holds(task)) this.#host.withdraw(task);
    this.#host.settle();
    this.#record.forget();
    for (const source of [this.#timer, this.#notices, ...this.#awake]) if (source >= 0) agenda.remove(source);
  }
}

/** Speeds of a node by a plan's disturbances, as shares of its own. */
function speedsOf({ nodes, disturbances = [] }: Plan, node: string): Speeds {
  const { speed } = nodes.find(({ name }) => name === node)!;
  const spans = disturbances.flatMap((one) =>
    "speed" in one && one.node === node
      ? [{ from: one.from, until: one.until, share: leftOf(one.speed, speed) / speed }]
      : [],
  );
  return new Speeds(spans.sort((a, b) => a.from - b.from));
}
