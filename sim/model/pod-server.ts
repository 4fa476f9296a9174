import type { SharedProcessor } from "../engine/processor.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import type { Thread } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import type { PodTrace } from "../trace.ts";
import { Chores } from "./chores.ts";
import type { Costs, PodCosts, ThreadSamples } from "./costs.ts";
import { Crew, type CrewStreams } from "./crew.ts";
import { EmulatedClock } from "./emulated-clock.ts";
import { threadAfter } from "./waiting.ts";

export interface PodStreams extends CrewStreams {
  readonly receive: RandomStream;
  readonly send: RandomStream;
}

/** What a pod is besides its costs. */
export interface PodShape {
  /** Frames that may be unacknowledged on the hop behind it. */
  readonly window: number;
  /** Threads that compute beside its own; 0: its own does. */
  readonly workers: number;
  /** It makes frames at a rate, and what computes them waits for each one's time. */
  readonly punctual: boolean;
}

/**
 * A pod: one thread that serves messages first (receive, send, acknowledgements: the event loop comes to them between two
 * frames) and computes a frame when there are none, FIFO, without preemption. With workers it hands each frame to them instead,
 * once it is there, and learns when it is done. All work shares the host's cores. A finished frame that finds the window full
 * blocks whoever computed it (blocking after service).
 */
export class PodServer {
  readonly trace: PodTrace;
  readonly #scheduler: Scheduler;
  readonly #host: SharedProcessor;
  readonly #costs: PodCosts;
  readonly #streams: PodStreams;
  readonly #gaps: Costs["gaps"];
  readonly #shape: PodShape;
  readonly #crew: Crew | null;
  readonly #clock: EmulatedClock;
  readonly #chores = new Chores(() => this.#collect());
  /** Number of frames that are ready to be computed, counted from the first. */
  #ready = 0;
  /** Next frame to begin, to finish, to send, and to be acknowledged. */
  #begun = 0;
  #next = 0;
  #cursor = 0;
  #base = 0;
  #busy = false;
  /** A turn is due that may compute. */
  #turn = false;
  /** Since when the thread has had nothing to do; `NaN` while it has. */
  #idleSince = 0;
  /** What it did before the frame in hand, and before the one that it is about to take up. */
  #thread: Thread = "busy";
  #woken: Thread = "busy";
  #receiveCpu = 0;
  #sendCpu = 0;

  /** Hands a frame to the hop. `null` at the last pod. */
  transmit: ((frame: number) => void) | null = null;
  /** Tells upstream that all frames below `next` are delivered. */
  acknowledgeUpstream: ((next: number) => void) | null = null;

  constructor(
    scheduler: Scheduler,
    host: SharedProcessor,
    costs: PodCosts,
    streams: PodStreams,
    gaps: Costs["gaps"],
    shape: PodShape,
    trace: PodTrace,
  ) {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#costs = costs;
    this.#streams = streams;
    this.#gaps = gaps;
    this.#shape = shape;
    this.trace = trace;
    this.#clock = new EmulatedClock(scheduler, costs.emulated !== null);
    this.#crew =
      shape.workers === 0
        ? null
        : new Crew(scheduler, host, costs, streams, gaps, shape.workers, trace, () => this.#ended());
  }

  /** A frame's bytes are there, all of them: they wait for the thread to read them. */
  arrive(frame: number, waited: "idle" | "cold"): void {
    const thread = this.idle ? waited : "busy";
    if (thread !== "busy") this.#woken = thread;
    const cpu = this.#streams.receive.pick(this.#costs.receive[thread]);
    this.#chores.push({
      work: "receive",
      cpu,
      done: () => {
        this.trace.arrived[frame] = this.#scheduler.now;
        this.#decompress(frame, thread);
      },
    });
    this.#dispatch();
  }

  /** The next thing that the thread does with a message that came compressed. */
  #decompress(frame: number, thread: Thread): void {
    const decoded = () => {
      this.trace.decoded[frame] = this.#scheduler.now;
      this.#ready++;
      if (this.#crew !== null) this.#chores.endTurn();
    };
    if (this.#costs.decompress === null) {
      decoded();
      return;
    }
    const cpu = this.#streams.receive.pick(this.#costs.decompress[thread]);
    this.trace.decompressCpu[frame] = cpu;
    this.#chores.follow({ work: "receive", cpu, done: decoded });
  }

  /** What the thread does: busy, or idle, or cold if it has been idle for long. */
  thread(): Thread {
    if (!this.idle) return "busy";
    return threadAfter(this.#scheduler.now - this.#idleSince, this.#gaps, this.#streams.thread);
  }

  get idle(): boolean {
    return !Number.isNaN(this.#idleSince);
  }

  /** CPU time that a thread that waited is expected to take to receive a message, seconds: part of the hop's measured time. */
  meanReceive(thread: "idle" | "cold"): number {
    return mean(this.#costs.receive[thread]);
  }

  /** A source's frames up to, not including, `next` are due. */
  due(next: number): void {
    const thread = this.thread();
    if (thread !== "busy") this.#woken = thread;
    this.#ready = Math.max(this.#ready, next);
    this.#dispatch();
  }

  /** An acknowledgement is there: all frames below `next`. */
  acknowledged(next: number): void {
    // Waiting for the window is waiting, too.
    const thread = this.thread();
    if (thread !== "busy") this.#woken = thread;
    this.#chores.push({ work: "send", cpu: 0, done: () => this.#release(next) });
    this.#dispatch();
  }

  #release(next: number): void {
    this.trace.acked.fill(this.#scheduler.now, this.#base, next);
    this.#base = Math.max(this.#base, next);
    this.acknowledgeUpstream?.(next);
    this.#pump();
  }

  /** Takes up the next chore; when there is none, the turn that may compute a frame. */
  #dispatch(): void {
    while (!this.#busy) {
      // Workers have what is ready before the next message is read.
      const chore = this.#chores.next(this.#crew === null || !this.#canCompute());
      if (chore === undefined) {
        this.#await();
        return;
      }
      this.#idleSince = Number.NaN;
      if (chore.work === "receive") this.#receiveCpu += chore.cpu;
      else this.#sendCpu += chore.cpu;
      if (chore.cpu === 0) chore.done();
      else {
        this.#busy = true;
        this.#host.submit(chore.cpu, () => {
          this.#busy = false;
          chore.done();
          this.#dispatch();
        });
      }
    }
  }

  /** Nothing to do but to compute: in a turn of its own, so that messages of this very moment are taken first. */
  #await(): void {
    if (this.#turn) return;
    if (this.#canCompute()) {
      this.#turn = true;
      this.#scheduler.after(0, () => {
        this.#turn = false;
        if (!this.#busy && this.#canCompute()) this.#start();
        else this.#dispatch();
      });
    } else {
      this.#clock.rest();
      if (!this.idle) this.#idleSince = this.#scheduler.now;
    }
  }

  #canCompute(): boolean {
    const { window, workers } = this.#shape;
    const blocked = this.transmit !== null && this.#begun - this.#base >= window + Math.max(1, workers);
    return !blocked && this.#begun < this.#ready && this.#begun < this.trace.start.length;
  }

  #start(): void {
    this.#thread = this.#woken;
    this.#woken = "busy";
    this.#idleSince = Number.NaN;
    this.#busy = true;
    this.#clock.takeUp(this.#scheduler.now - this.#receiveCpu);
    this.#clock.hold(this.#costs.emulated?.receive ?? 0, () => this.#begin());
  }

  #begin(): void {
    const frame = this.#begun++;
    this.trace.receiveCpu[frame] = this.#receiveCpu;
    this.trace.sendCpu[frame] = this.#sendCpu;
    this.#receiveCpu = 0;
    this.#sendCpu = 0;
    if (this.#crew !== null) {
      this.#busy = false;
      this.#crew.publish(frame, this.#shape.punctual);
      this.#dispatch();
      return;
    }
    this.trace.start[frame] = this.#scheduler.now;
    const cpu = this.#streams.compute.pick(this.#costs.compute[this.#thread]);
    this.trace.computeCpu[frame] = cpu;
    const held = this.#costs.emulated?.compute ?? 0;
    this.#host.submit(cpu, () =>
      this.#clock.hold(held, () => {
        this.trace.end[frame] = this.#scheduler.now;
        this.#busy = false;
        this.#collect();
        this.#dispatch();
      }),
    );
  }

  /** Workers have ended a frame: the thread comes to that between two others, or is woken for it. */
  #ended(): void {
    const thread = this.thread();
    const wakeUps = this.#costs.wakeUps!.messages;
    const delay = thread === "busy" ? 0 : this.#streams.wakeUp.pick(wakeUps[thread]);
    this.#scheduler.after(delay, () => {
      if (thread !== "busy") this.#thread = thread;
      this.#chores.look();
      this.#dispatch();
    });
  }

  /** Sends on, in order, what is computed; where frames are compressed, one after the other, each before the next is looked at. */
  #collect(): void {
    while (this.#next < this.#begun && !Number.isNaN(this.trace.end[this.#next])) {
      if (this.#crew !== null) this.trace.noticed[this.#next] = this.#scheduler.now;
      if (this.#costs.compress === null) this.#finish();
      else {
        this.#compress(this.#costs.compress);
        return;
      }
    }
  }

  #compress(costs: ThreadSamples): void {
    const cpu = this.#streams.send.pick(costs[this.#thread]);
    this.trace.compressCpu[this.#next] = cpu;
    this.#sendCpu += cpu;
    this.#idleSince = Number.NaN;
    this.#busy = true;
    this.#host.submit(cpu, () => {
      this.#clock.takeUp(this.#scheduler.now - cpu);
      this.#clock.hold(this.#costs.emulated?.compress ?? 0, () => {
        this.#busy = false;
        this.#finish();
        if (this.#crew !== null) this.#chores.look();
        this.#dispatch();
      });
    });
  }

  #finish(): void {
    this.#next++;
    if (this.transmit === null) this.acknowledgeUpstream?.(this.#next);
    else {
      this.#clock.takeUp(this.#scheduler.now);
      this.#clock.work(this.#costs.emulated?.send ?? 0);
      this.#pump();
    }
  }

  #pump(): void {
    while (this.transmit !== null && this.#cursor < this.#next && this.#cursor < this.#base + this.#shape.window) {
      const frame = this.#cursor++;
      const cpu = this.#streams.send.pick(this.#costs.send[this.#thread]);
      const waited = this.#costs.handover[this.#thread === "cold" ? "cold" : "idle"];
      const handover = Math.min(cpu, this.#streams.send.pick(waited));
      this.#chores.follow({ work: "send", cpu: handover, done: () => this.#send(frame) });
      this.#chores.follow({ work: "send", cpu: cpu - handover, done: () => {} });
    }
  }

  #send(frame: number): void {
    this.trace.sent[frame] = this.#scheduler.now;
    this.transmit?.(frame);
  }
}
