import { log } from "../engine/elementary.ts";
import type { SharedProcessor } from "../engine/processor.ts";
import { Fifo } from "../engine/queue.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import type { Thread } from "../profile.ts";
import type { PodTrace } from "../trace.ts";
import type { Costs, PodCosts, Samples } from "./costs.ts";

/** What a pod's thread does besides computing: one item of work, then what follows from it. */
interface Chore {
  readonly work: "receive" | "send";
  readonly cpu: number;
  readonly done: () => void;
}

export interface PodStreams {
  readonly compute: RandomStream;
  readonly receive: RandomStream;
  readonly send: RandomStream;
  readonly thread: RandomStream;
}

/**
 * A pod: one thread that serves messages first (receive, send, acknowledgements: the event loop comes to them between two
 * frames) and computes a frame when there are none, FIFO, without preemption. Its work shares the host's cores. A finished
 * frame that finds the window full blocks the thread's next compute (blocking after service).
 */
export class PodServer {
  readonly trace: PodTrace;
  readonly #scheduler: Scheduler;
  readonly #host: SharedProcessor;
  readonly #costs: PodCosts;
  readonly #streams: PodStreams;
  readonly #gaps: Costs["gaps"];
  readonly #window: number;
  readonly #frames: number;
  readonly #chores = new Fifo<Chore>();
  readonly #urgent = new Fifo<Chore>();
  /** Number of frames that are ready to be computed, counted from the first. */
  #ready = 0;
  /** Next frame to compute, to send, and to be acknowledged. */
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
  /** Until when the machine that an emulated node stands for is at work. */
  #until = 0;
  /** The pod had nothing to do; its machine takes up work when it comes, not where the last frame left it. */
  #rested = true;
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
    window: number,
    trace: PodTrace,
  ) {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#costs = costs;
    this.#streams = streams;
    this.#gaps = gaps;
    this.#window = window;
    this.trace = trace;
    this.#frames = trace.start.length;
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
    };
    if (this.#costs.decompress === null) {
      decoded();
      return;
    }
    const cpu = this.#streams.receive.pick(this.#costs.decompress[thread]);
    this.trace.decompressCpu[frame] = cpu;
    this.#urgent.push({ work: "receive", cpu, done: decoded });
  }

  /**
   * What the thread does: busy, or idle, or cold if it has been idle for long. In between, either, the likelier the nearer the
   * logarithm of the time is to that of the measured one.
   */
  thread(): Thread {
    if (!this.idle) return "busy";
    const { idle, cold } = this.#gaps;
    const gap = this.#scheduler.now - this.#idleSince;
    if (gap <= idle) return "idle";
    if (gap >= cold) return "cold";
    return this.#streams.thread.uniform() < log(gap / idle) / log(cold / idle) ? "cold" : "idle";
  }

  get idle(): boolean {
    return !Number.isNaN(this.#idleSince);
  }

  /** CPU time that a thread that waited is expected to take to receive a message, seconds: part of the hop's measured time. */
  meanReceive(thread: "idle" | "cold"): number {
    return average(this.#costs.receive[thread]);
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
      const chore = this.#urgent.shift() ?? this.#chores.shift();
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
        if (this.#busy) return;
        if (this.#urgent.length + this.#chores.length > 0 || !this.#canCompute()) this.#dispatch();
        else this.#start();
      });
    } else {
      this.#rested = true;
      if (!this.idle) this.#idleSince = this.#scheduler.now;
    }
  }

  #canCompute(): boolean {
    const blocked = this.transmit !== null && this.#next - this.#base > this.#window;
    return !blocked && this.#next < this.#ready && this.#next < this.#frames;
  }

  #start(): void {
    this.#thread = this.#woken;
    this.#woken = "busy";
    this.#idleSince = Number.NaN;
    this.#busy = true;
    if (this.#rested) this.#until = Math.max(this.#until, this.#scheduler.now - this.#receiveCpu);
    this.#rested = false;
    this.#hold(this.#costs.emulated?.receive ?? 0, () => this.#begin());
  }

  #begin(): void {
    const frame = this.#next;
    this.trace.start[frame] = this.#scheduler.now;
    this.trace.receiveCpu[frame] = this.#receiveCpu;
    this.trace.sendCpu[frame] = this.#sendCpu;
    this.#receiveCpu = 0;
    this.#sendCpu = 0;
    const cpu = this.#streams.compute.pick(this.#costs.compute[this.#thread]);
    this.trace.computeCpu[frame] = cpu;
    const held = this.#costs.emulated?.compute ?? 0;
    this.#host.submit(cpu, () => this.#hold(held, () => this.#computed(frame)));
  }

  /** Goes on when the emulated machine has worked for so many seconds more; one that is behind catches up. */
  #hold(seconds: number, then: () => void): void {
    this.#until += seconds;
    if (this.#costs.emulated !== null && this.#until > this.#scheduler.now) this.#scheduler.at(this.#until, then);
    else then();
  }

  #computed(frame: number): void {
    this.trace.end[frame] = this.#scheduler.now;
    if (this.#costs.compress === null) {
      this.#finish(frame);
      return;
    }
    const cpu = this.#streams.send.pick(this.#costs.compress[this.#thread]);
    this.trace.compressCpu[frame] = cpu;
    this.#sendCpu += cpu;
    const held = this.#costs.emulated?.compress ?? 0;
    this.#host.submit(cpu, () => this.#hold(held, () => this.#finish(frame)));
  }

  #finish(frame: number): void {
    this.#next = frame + 1;
    this.#busy = false;
    if (this.transmit === null) this.acknowledgeUpstream?.(frame + 1);
    else {
      this.#until += this.#costs.emulated?.send ?? 0;
      this.#pump();
    }
    this.#dispatch();
  }

  #pump(): void {
    while (this.transmit !== null && this.#cursor < this.#next && this.#cursor < this.#base + this.#window) {
      const frame = this.#cursor++;
      const cpu = this.#streams.send.pick(this.#costs.send[this.#thread]);
      const waited = this.#costs.handover[this.#thread === "cold" ? "cold" : "idle"];
      const handover = Math.min(cpu, this.#streams.send.pick(waited));
      this.#urgent.push({ work: "send", cpu: handover, done: () => this.#send(frame) });
      this.#urgent.push({ work: "send", cpu: cpu - handover, done: () => {} });
    }
  }

  #send(frame: number): void {
    this.trace.sent[frame] = this.#scheduler.now;
    this.transmit?.(frame);
  }
}

function average(samples: Samples): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  return sum / samples.length;
}
