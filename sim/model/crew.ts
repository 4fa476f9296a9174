import { Fifo } from "../engine/queue.ts";
import type { RandomState } from "../engine/xoshiro.ts";
import type { PodCosts } from "./costs.ts";
import { drawsOf, type ThreadDraws } from "./draws.ts";
import { EmulatedClock } from "./emulated-clock.ts";
import type { PodServer } from "./pod-server.ts";
import type { PodShape, PodStreams } from "./pod-shape.ts";
import { BUSY, type ThreadState } from "./thread.ts";

/** What workers share with their pod. */
export interface CrewShape extends PodShape {
  readonly pod: PodServer;
}

/** A thread of a pod that computes. */
export class Worker {
  readonly pod: PodServer;
  readonly #crew: Crew;
  readonly #shape: CrewShape;
  readonly #task: number;
  /** Of its events in the agenda. */
  readonly #source: number;
  /** On an emulated node. */
  readonly #clock: EmulatedClock | null;
  /** Since when it has waited for a frame. */
  #idleSince = 0;
  #frame = -1;
  /** What it was before it was woken; it is about to take a frame. */
  #waking: ThreadState = BUSY;

  constructor(crew: Crew, shape: CrewShape, costs: PodCosts, task: number, source: number) {
    this.#crew = crew;
    this.#shape = shape;
    this.pod = shape.pod;
    this.#clock = costs.emulated && new EmulatedClock(shape.speeds, costs.emulated, shape.stalls);
    this.#task = task;
    this.#source = source;
  }

  /** @param awaited It is awake already, and waits for just this moment. */
  wake(awaited: boolean): void {
    const { agenda, waiting } = this.#shape;
    this.#waking = waiting.after(agenda.now - this.#idleSince);
    const delay = awaited ? 0 : this.#crew.wakeUp(this.#waking);
    this.#clock?.rest();
    agenda.put(this.#source, agenda.now + delay, agenda.ticket());
  }

  /** It is awake, or has been held for long enough. */
  timer(): void {
    this.#shape.agenda.remove(this.#source);
    if (this.#frame < 0) this.#take(this.#waking);
    else this.#end();
  }

  /** The host has done the work. */
  finished(): void {
    const { agenda } = this.#shape;
    const clock = this.#clock;
    clock?.work(clock.pace.compute);
    if (clock !== null && clock.until > agenda.now) agenda.put(this.#source, clock.awake(agenda.now), agenda.ticket());
    else this.#end();
  }

  #end(): void {
    const { pod, record } = this.#shape;
    record.ended(this.#frame);
    pod.notices!.tell();
    this.#take(BUSY);
  }

  #take(thread: ThreadState): void {
    const { agenda, host, instants, pod, record } = this.#shape;
    this.#frame = this.#crew.take();
    if (this.#frame < 0) {
      this.#idleSince = agenda.now;
      this.#crew.wait(this);
      return;
    }
    record.reach(pod.oldest, this.#frame);
    record.started(this.#frame);
    this.#clock?.takeUp(agenda.now);
    const cpu = this.#crew.compute(thread);
    if (record.trace !== null) record.trace.computeCpu[this.#frame] = cpu;
    if (cpu === 0) instants.push(2 * this.#task + 1);
    else host.submit(cpu, this.#task);
  }
}

/**
 * The workers of a pod, n servers of one queue: what its own thread publishes is taken first come, first served, by whichever has
 * time, and computed on the host's shared cores. One that waits takes a while to wake up.
 */
export class Crew {
  readonly workers: readonly Worker[];
  readonly #compute: ThreadDraws;
  readonly #computeState: RandomState;
  readonly #wakeUp: ThreadDraws;
  readonly #wakeUpState: RandomState;
  /** Frames are published in turn, and so taken. */
  #published: number;
  #taken: number;
  /** Those that wait, longest first. */
  readonly #waiting = new Fifo<Worker>();

  /** @param first number of the first worker, and of its source in the agenda. */
  constructor(
    shape: CrewShape,
    costs: PodCosts,
    streams: PodStreams,
    first: { readonly worker: number; readonly source: number },
  ) {
    this.#compute = drawsOf(shape.agenda.arena, costs.compute);
    this.#computeState = streams.compute.state;
    this.#published = shape.first;
    this.#taken = shape.first;
    this.#wakeUp = drawsOf(shape.agenda.arena, costs.wakeUps!.worker);
    this.#wakeUpState = streams.wakeUp!.state;
    this.workers = Array.from({ length: shape.workers }, (_, i) => {
      return new Worker(this, shape, costs, taskOf(first.worker + i), first.source + i);
    });
    for (const worker of this.workers) this.#waiting.push(worker);
  }

  /** Frames that workers have taken, so far. */
  get taken(): number {
    return this.#taken;
  }

  /** @param awaited a worker is awake already, and waits for just this moment. */
  publish(awaited: boolean): void {
    this.#published++;
    this.#waiting.shift()?.wake(awaited);
  }

  /** CPU seconds of a frame, by what the worker was. */
  compute(thread: ThreadState): number {
    return this.#compute[thread].next(this.#computeState.words, this.#computeState.at);
  }

  /** Seconds that one takes to wake up, by what it was. */
  wakeUp(thread: ThreadState): number {
    return this.#wakeUp[thread].next(this.#wakeUpState.words, this.#wakeUpState.at);
  }

  /** The next frame; -1 if there is none. */
  take(): number {
    return this.#taken < this.#published ? this.#taken++ : -1;
  }

  wait(worker: Worker): void {
    this.#waiting.push(worker);
  }
}

/** What a host calls the work of a worker, beside those of pods, from 0, and the relays'. */
export function taskOf(worker: number): number {
  return -2 - worker;
}

/** The worker whose work it is, if it is of one. */
export function workerOf(task: number): number {
  return -2 - task;
}
