import type { Agenda } from "../engine/agenda.ts";
import type { Instants } from "../engine/instants.ts";
import * as chore from "./chores.ts";
import type { PodCosts } from "./costs.ts";
import type { Crew } from "./crew.ts";
import { drawsOf, type ThreadDraws } from "./draws.ts";
import { Drops } from "./drops.ts";
import { EmulatedClock } from "./emulated-clock.ts";
import type { Hop } from "./hop.ts";
import { Notices } from "./notices.ts";
import { Outlet } from "./outlet.ts";
import { OwnThread } from "./own-thread.ts";
import { BEGIN, CHORE, COMPRESS, COMPUTE, type Doing, type PodShape, type PodStreams } from "./pod-shape.ts";
import type { PodRecord } from "./record.ts";
import type { PodHost } from "./slow-processor.ts";
import { BUSY, type COLD, type IDLE, type ThreadState } from "./thread.ts";

/**
 * A pod: one thread that serves messages first (receive, send, acknowledgements: the event loop comes to them between two
 * frames) and computes a frame when there are none, FIFO, without preemption. With workers it hands each frame to them instead,
 * once it is there, and learns when it is done. All work shares the host's cores. A finished frame that finds the window full
 * blocks whoever computed it (blocking after service).
 */
export class PodServer {
  // What each event needs comes first, and so in few lines of the cache.
  readonly own: OwnThread;
  readonly record: PodRecord;
  readonly outlet: Outlet;
  readonly host: PodHost;
  readonly #agenda: Agenda;
  readonly #instants: Instants;
  readonly #task: number;
  #busy = false;
  #doing: Doing = CHORE;
  /** A turn is due that may compute. */
  #turn = false;
  /** What it did before the frame in hand. */
  #thread: ThreadState = BUSY;
  /** Frames that are ready to be computed, counted from the first; next frame to begin, and to finish. */
  #ready: number;
  #begun: number;
  #next: number;
  crew: Crew | null = null;
  /** The hop that frames come by; `null` at the source. */
  up: Hop | null = null;
  readonly #clock: EmulatedClock | null;
  readonly #compute: ThreadDraws;
  readonly #receive: ThreadDraws;
  readonly #decompress: ThreadDraws | null;
  readonly #compress: ThreadDraws | null;
  /** Random states: in words, from where on. */
  readonly #computeWords: Int32Array;
  readonly #computeState: number;
  readonly #receiveWords: Int32Array;
  readonly #receiveState: number;
  /** With workers. */
  readonly notices: Notices | null;
  readonly #shape: PodShape;
  #compressCpu = 0;

  constructor(shape: PodShape, costs: PodCosts, streams: PodStreams) {
    const { agenda, record } = shape;
    this.#agenda = agenda;
    this.#instants = shape.instants;
    this.host = shape.host;
    this.record = record;
    this.#shape = shape;
    this.#task = shape.task;
    this.#compute = drawsOf(agenda.arena, costs.compute);
    this.#receive = drawsOf(agenda.arena, costs.receive);
    this.#decompress = costs.decompress && drawsOf(agenda.arena, costs.decompress);
    this.#compress = costs.compress && drawsOf(agenda.arena, costs.compress);
    ({ words: this.#computeWords, at: this.#computeState } = streams.compute.state);
    ({ words: this.#receiveWords, at: this.#receiveState } = streams.receive.state);
    this.own = new OwnThread(agenda, shape.waiting);
    const { window, first, position, sent } = shape;
    const room = window + Math.max(1, shape.workers) + shape.buffer;
    const drops = sent && new Drops(sent, room, first, position);
    this.outlet = new Outlet(agenda, streams.send, costs, { window, room, first: position, drops }, this.own, record);
    this.notices =
      costs.wakeUps && new Notices(agenda, shape.notices, this.own, streams.wakeUp!, costs.wakeUps.messages);
    this.#clock = costs.emulated && new EmulatedClock(shape.speeds, costs.emulated, shape.stalls);
    this.#ready = this.#begun = this.#next = first;
  }

  /** Frames that are finished: computed, and compressed where they go on so. */
  get collected(): number {
    return this.#next;
  }

  /** The first frame that is not done with yet. */
  get oldest(): number {
    return this.outlet.oldest(this.#next);
  }

  /** A frame's bytes are there, all of them: they wait for the thread to read them. */
  arrive(frame: number, waited: typeof IDLE | typeof COLD): void {
    const thread = this.own.idle ? waited : BUSY;
    this.own.wake(thread);
    const cpu = this.#receive[thread].next(this.#receiveWords, this.#receiveState);
    this.own.push(chore.RECEIVE, 4 * frame + thread, cpu);
    this.#dispatch();
  }

  /** A source's frames up to, not including, `next` are due. */
  due(next: number): void {
    this.own.wake(this.own.state());
    if (next > this.#ready) this.#ready = next;
    this.#dispatch();
  }

  /** An acknowledgement is there: all frames below `next`. */
  acknowledged(next: number): void {
    // Waiting for the window is waiting, too.
    this.own.wake(this.own.state());
    this.own.push(chore.RELEASE, next, 0);
    this.#dispatch();
  }

  /** The thread hears of what a worker has ended; to be called at the event. */
  notice(): void {
    const thread = this.notices!.hear();
    if (thread !== BUSY) this.#thread = thread;
    this.own.look();
    this.#dispatch();
  }

  /** The host has done its work. */
  finished(): void {
    if (this.#doing === CHORE) {
      this.#busy = false;
      this.#done();
      this.#dispatch();
    } else {
      if (this.#doing === COMPRESS) this.#clock?.takeUp(this.#agenda.now - this.#compressCpu);
      this.#hold(this.#doing === COMPRESS ? "compress" : "compute");
    }
  }

  /** The thread has been held for long enough. */
  timer(): void {
    this.#agenda.remove(this.#shape.timer);
    this.#goOn();
  }

  /** Nothing else is left for this moment: it may compute. */
  turn(): void {
    this.#turn = false;
    if (!this.#busy && this.#canCompute()) this.#start();
    else this.#dispatch();
  }

  /** Tells the agenda of what has changed on what the pod shares with others. */
  settle(): void {
    this.host.settle();
    this.outlet.settle();
  }

  /** Takes up the next chore; when there is none, the turn that may compute a frame. */
  #dispatch(): void {
    const { own } = this;
    while (!this.#busy) {
      // Workers have what is ready before the next message is read.
      if (!own.take(this.crew === null || !this.#canCompute())) {
        this.#await();
        return;
      }
      own.work();
      const { cpu, kind } = own;
      if (kind <= chore.DECOMPRESS) this.record.receives(cpu);
      else this.record.sends(cpu);
      if (cpu === 0) this.#done();
      else {
        this.#busy = true;
        this.#doing = CHORE;
        this.host.submit(cpu, this.#task);
      }
    }
  }

  /** What follows from the chore in hand. */
  #done(): void {
    const { kind, about } = this.own;
    if (kind === chore.RECEIVE) {
      const frame = about >> 2;
      this.record.reach(this.oldest, frame);
      this.record.arrived(frame);
      if (this.#decompress === null) this.#decoded(frame);
      else {
        const work = this.#decompress[(about & 3) as ThreadState].next(this.#receiveWords, this.#receiveState);
        if (this.record.trace !== null) this.record.trace.decompressCpu[frame] = work;
        this.own.follow(chore.DECOMPRESS, frame, work);
      }
    } else if (kind === chore.HAND_OVER) this.outlet.transmit(about);
    else if (kind === chore.RELEASE) this.#release(about);
    else if (kind === chore.DECOMPRESS) this.#decoded(about);
    else if (kind === chore.LOOK || kind === chore.END_TURN) {
      if (kind === chore.LOOK) this.own.looked();
      this.#collect();
    }
  }

  #decoded(frame: number): void {
    this.record.decoded(frame);
    this.#ready++;
    if (this.crew !== null) this.own.endTurn();
  }

  #release(next: number): void {
    if (this.outlet.release(next)) this.up?.acknowledge(next);
    this.outlet.pump(this.#next, this.#thread);
  }

  /** Nothing to do but to compute: in a turn of its own, so that messages of this very moment are taken first. */
  #await(): void {
    if (this.#turn) return;
    if (this.#canCompute()) {
      this.#turn = true;
      this.#instants.push(2 * this.#task);
    } else {
      this.#clock?.rest();
      this.own.rest();
    }
  }

  #canCompute(): boolean {
    return this.#begun < this.#ready && !this.outlet.blocks(this.#begun);
  }

  #start(): void {
    this.#thread = this.own.takeUp();
    this.#busy = true;
    this.#doing = BEGIN;
    this.#clock?.takeUp(this.#agenda.now - this.record.receiveCpu);
    this.#hold("receive");
  }

  /** Goes on when the emulated machine, if there is one, has done this, too. */
  #hold(work: "receive" | "compute" | "compress"): void {
    const clock = this.#clock;
    if (clock !== null) {
      clock.work(clock.pace[work]);
      if (clock.until > this.#agenda.now) {
        this.#agenda.put(this.#shape.timer, clock.awake(this.#agenda.now), this.#agenda.ticket());
        return;
      }
    }
    this.#goOn();
  }

  #goOn(): void {
    if (this.#doing === BEGIN) this.#begin();
    else {
      this.#busy = false;
      if (this.#doing === COMPUTE) {
        this.record.ended(this.#next);
        this.#collect();
      } else {
        this.#finish();
        if (this.crew !== null) this.own.look();
      }
      this.#dispatch();
    }
  }

  #begin(): void {
    this.outlet.begin(this.#begun);
    const frame = this.#begun++;
    this.record.messages(frame);
    if (this.crew !== null) {
      this.#busy = false;
      this.crew.publish(this.#shape.punctual);
      this.#dispatch();
      return;
    }
    this.record.reach(this.oldest, frame);
    this.record.started(frame);
    const cpu = this.#compute[this.#thread].next(this.#computeWords, this.#computeState);
    if (this.record.trace !== null) this.record.trace.computeCpu[frame] = cpu;
    this.#doing = COMPUTE;
    // Not a method: as its argument the seconds would take memory, if it were not inlined.
    if (cpu === 0) this.#instants.push(2 * this.#task + 1);
    else this.host.submit(cpu, this.#task);
  }

  /** Sends on, in order, what is computed; where frames are compressed, one after the other, each before the next is looked at. */
  #collect(): void {
    while (this.#next < (this.crew === null ? this.#begun : this.crew.taken) && this.record.hasEnded(this.#next)) {
      if (this.crew !== null && this.record.trace !== null) this.record.trace.noticed[this.#next] = this.#agenda.now;
      if (this.#compress === null) this.#finish();
      else {
        this.#pack(this.#compress);
        return;
      }
    }
  }

  #pack(compress: ThreadDraws): void {
    const cpu = this.outlet.draw(compress, this.#thread);
    if (this.record.trace !== null) this.record.trace.compressCpu[this.#next] = cpu;
    this.record.sends(cpu);
    this.#compressCpu = cpu;
    this.own.work();
    this.#busy = true;
    this.#doing = COMPRESS;
    if (cpu === 0) this.#instants.push(2 * this.#task + 1);
    else this.host.submit(cpu, this.#task);
  }

  #finish(): void {
    this.#next++;
    if (this.outlet.hop === null) {
      this.up?.acknowledge(this.#next);
      return;
    }
    this.#clock?.takeUp(this.#agenda.now);
    this.#clock?.work(this.#clock.pace.send);
    this.outlet.pump(this.#next, this.#thread);
  }
}
