import { Agenda } from "../engine/agenda.ts";
import { Instants } from "../engine/instants.ts";
import type { SharedLink } from "../engine/link.ts";
import { type Processor, QuotaProcessor } from "../engine/quota.ts";
import { type Worker, workerOf } from "./crew.ts";
import type { Disturber } from "./disturber.ts";
import { type Hop, RELAY } from "./hop.ts";
import type { PodServer } from "./pod-server.ts";
import type { Source } from "./source.ts";

/** Kinds of sources of events. */
export const HOST = 0;
export const LINK = 1;
export const DELIVERY = 2;
export const ACKNOWLEDGEMENT = 3;
export const TIMER = 4;
export const NOTICE = 5;
export const WORKER = 6;
export const DUE = 7;
export const QUOTA = 8;
export const DISTURBANCE = 9;
export type Kind =
  | typeof HOST
  | typeof LINK
  | typeof DELIVERY
  | typeof ACKNOWLEDGEMENT
  | typeof TIMER
  | typeof NOTICE
  | typeof WORKER
  | typeof DUE
  | typeof QUOTA
  | typeof DISTURBANCE;

/** All that is simulated together, each kind by its own numbers, and the loop that runs it. */
export class Simulation {
  readonly agenda: Agenda;
  readonly instants: Instants;
  readonly hosts: Processor[] = [];
  readonly links: SharedLink[] = [];
  readonly hops: Hop[] = [];
  readonly pods: PodServer[] = [];
  readonly workers: Worker[] = [];
  readonly sources: Source[] = [];
  readonly disturbers: Disturber[] = [];
  /** Of sources in the agenda: 16 times the number of what they are of, and their kind. */
  readonly #owners: Int32Array;
  #claimed = 0;
  #events = 0;

  /** @param sources of events that there will be, at most. */
  constructor(sources: number) {
    this.agenda = new Agenda(sources);
    this.instants = new Instants(this.agenda);
    this.#owners = new Int32Array(sources);
  }

  /** Events that have happened. */
  get events(): number {
    return this.#events;
  }

  /** A source in the agenda for something of a kind, by its number there. */
  claim(kind: Kind, number: number): number {
    const source = this.#claimed++;
    this.#owners[source] = (number << 4) | kind;
    return source;
  }

  /** Until nothing is left to happen. */
  run(): void {
    const { agenda, instants } = this;
    let events = 0;
    for (;;) {
      if (instants.due) this.#instant(instants.shift());
      else {
        const source = agenda.advance();
        if (source < 0) break;
        const owner = this.#owners[source]!;
        this.#happen((owner & 15) as Kind, owner >> 4);
      }
      events++;
    }
    this.#events += events;
  }

  /** A pod's turn, or work that took no time. */
  #instant(code: number): void {
    if ((code & 1) === 0) {
      const pod = this.pods[code >> 1]!;
      pod.turn();
      pod.settle();
    } else this.#finished(code >> 1);
  }

  #happen(kind: Kind, number: number): void {
    if (kind === HOST) {
      const host = this.hosts[number]!;
      const task = host.finish();
      if (task === RELAY) host.settle();
      else this.#finished(task);
      return;
    }
    if (kind === LINK) {
      const link = this.links[number]!;
      const flow = link.leaving;
      const frame = flow.tag;
      link.leave();
      link.settle();
      this.hops[flow.id]!.cross(frame);
      return;
    }
    if (kind === DELIVERY) {
      const hop = this.hops[number]!;
      hop.deliver();
      hop.to.settle();
    } else if (kind === ACKNOWLEDGEMENT) {
      const hop = this.hops[number]!;
      hop.hear();
      hop.from.settle();
    } else if (kind === WORKER) {
      const worker = this.workers[number]!;
      worker.timer();
      worker.pod.settle();
    } else if (kind === DUE) {
      const source = this.sources[number]!;
      source.due();
      source.pod.settle();
    } else if (kind === QUOTA) {
      const host = this.hosts[number]!;
      if (host instanceof QuotaProcessor) host.tick();
      host.settle();
    } else if (kind === DISTURBANCE) this.disturbers[number]!.happen();
    else {
      const pod = this.pods[number]!;
      if (kind === TIMER) pod.timer();
      else pod.notice();
      pod.settle();
    }
  }

  #finished(task: number): void {
    let pod: PodServer;
    if (task >= 0) {
      pod = this.pods[task]!;
      pod.finished();
    } else {
      const worker = this.workers[workerOf(task)]!;
      worker.finished();
      pod = worker.pod;
    }
    pod.settle();
  }
}
