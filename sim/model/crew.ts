import type { SharedProcessor } from "../engine/processor.ts";
import { Fifo } from "../engine/queue.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import type { Thread } from "../profile.ts";
import type { PodTrace } from "../trace.ts";
import type { Costs, PodCosts } from "./costs.ts";
import { EmulatedClock } from "./emulated-clock.ts";
import { threadAfter } from "./waiting.ts";

interface Worker {
  /** Since when it has waited for a frame. */
  idleSince: number;
  readonly clock: EmulatedClock;
}

export interface CrewStreams {
  readonly compute: RandomStream;
  readonly thread: RandomStream;
  readonly wakeUp: RandomStream;
}

/**
 * The workers of a pod, n servers of one queue: what its own thread publishes is taken first come, first served, by whichever has
 * time, and computed on the host's shared cores. One that waits takes a while to wake up.
 */
export class Crew {
  readonly #scheduler: Scheduler;
  readonly #host: SharedProcessor;
  readonly #costs: PodCosts;
  readonly #streams: CrewStreams;
  readonly #gaps: Costs["gaps"];
  readonly #trace: PodTrace;
  readonly #ended: (frame: number) => void;
  readonly #queue = new Fifo<number>();
  /** Those that wait, longest first. */
  readonly #waiting = new Fifo<Worker>();

  /** @param ended is told of each frame that is computed. */
  constructor(
    scheduler: Scheduler,
    host: SharedProcessor,
    costs: PodCosts,
    streams: CrewStreams,
    gaps: Costs["gaps"],
    count: number,
    trace: PodTrace,
    ended: (frame: number) => void,
  ) {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#costs = costs;
    this.#streams = streams;
    this.#gaps = gaps;
    this.#trace = trace;
    this.#ended = ended;
    for (let i = 0; i < count; i++) {
      this.#waiting.push({ idleSince: 0, clock: new EmulatedClock(scheduler, costs.emulated !== null) });
    }
  }

  /** @param awaited a worker is awake already, and waits for just this moment. */
  publish(frame: number, awaited: boolean): void {
    this.#queue.push(frame);
    const worker = this.#waiting.shift();
    if (worker === undefined) return;
    const waited = threadAfter(this.#scheduler.now - worker.idleSince, this.#gaps, this.#streams.thread);
    const delay = awaited ? 0 : this.#streams.wakeUp.pick(this.#costs.wakeUps!.worker[waited]);
    worker.clock.rest();
    this.#scheduler.after(delay, () => this.#take(worker, waited));
  }

  #take(worker: Worker, thread: Thread): void {
    const frame = this.#queue.shift();
    if (frame === undefined) {
      worker.idleSince = this.#scheduler.now;
      this.#waiting.push(worker);
      return;
    }
    this.#trace.start[frame] = this.#scheduler.now;
    worker.clock.takeUp(this.#scheduler.now);
    const cpu = this.#streams.compute.pick(this.#costs.compute[thread]);
    this.#trace.computeCpu[frame] = cpu;
    const held = this.#costs.emulated?.compute ?? 0;
    this.#host.submit(cpu, () =>
      worker.clock.hold(held, () => {
        this.#trace.end[frame] = this.#scheduler.now;
        this.#ended(frame);
        this.#take(worker, "busy");
      }),
    );
  }
}
