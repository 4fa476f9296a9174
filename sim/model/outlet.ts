import type { Agenda } from "../engine/agenda.ts";
import type { RandomStream } from "../engine/random.ts";
import type { Chores } from "./chores.ts";
import type { PodCosts } from "./costs.ts";
import { drawsOf, type ThreadDraws } from "./draws.ts";
import type { Drops } from "./drops.ts";
import type { Hop } from "./hop.ts";
import type { PodRecord } from "./record.ts";
import { COLD, IDLE, type ThreadState } from "./thread.ts";

/** What an outlet is besides its costs. */
export interface OutletShape {
  /** Frames that may be sent and not acknowledged. */
  readonly window: number;
  /** Frames that may be begun and not acknowledged. */
  readonly room: number;
  /** Number of the first to be sent. */
  readonly first: number;
  /** Of a source that drops frames: then those that are sent have numbers of their own. */
  readonly drops: Drops | null;
}

/** Where finished frames leave a pod, in turn and as far as the window of the hop allows. */
export class Outlet {
  /** `null`: they go nowhere. */
  hop: Hop | null = null;
  /** Next frame to be acknowledged, and to be sent. */
  base: number;
  #cursor: number;
  /** The frame that is next on this connection: what was to be sent on one before is not. */
  #expected: number;
  readonly #window: number;
  readonly #room: number;
  readonly #drops: Drops | null;
  readonly #chores: Chores;
  readonly #record: PodRecord;
  readonly #send: ThreadDraws;
  readonly #handover: ThreadDraws;
  /** Random state. */
  readonly #words: Int32Array;
  readonly #state: number;
  readonly #agenda: Agenda;

  constructor(
    agenda: Agenda,
    stream: RandomStream,
    costs: PodCosts,
    { window, room, first, drops }: OutletShape,
    chores: Chores,
    record: PodRecord,
  ) {
    this.base = first;
    this.#cursor = first;
    this.#expected = first;
    this.#agenda = agenda;
    this.#window = window;
    this.#room = room;
    this.#drops = drops;
    this.#chores = chores;
    this.#record = record;
    this.#send = drawsOf(agenda.arena, costs.send);
    this.#handover = drawsOf(agenda.arena, costs.handover);
    ({ words: this.#words, at: this.#state } = stream.state);
  }

  /** Another frame may not be begun: there is no room for it. @param begun the next. */
  blocks(begun: number): boolean {
    if (this.hop === null) return false;
    return this.#drops === null ? begun - this.base >= this.#room : this.#drops.blocks(begun, this.base);
  }

  /** Another frame is begun. */
  begin(begun: number): void {
    if (this.#drops !== null && this.hop !== null) this.#drops.begin(begun, this.base);
  }

  /** The first frame that is not done with yet: not acknowledged, or, where they go nowhere, not finished. */
  oldest(finished: number): number {
    if (this.hop === null) return finished;
    return this.#drops === null ? this.base : this.#drops.oldest(this.base);
  }

  /** All frames below `next` are acknowledged; or, below 0, those from -1 - `next` on are asked for by a pod that was started again. */
  release(next: number): boolean {
    if (next < 0) {
      this.#drops?.sendAgain(-1 - next);
      this.#cursor = -1 - next;
      this.#expected = -1 - next;
      return false;
    }
    if (this.#record.trace !== null) {
      const { acked } = this.#record.trace;
      if (this.#drops === null) acked.fill(this.#agenda.now, this.base, next);
      else for (let sent = this.base; sent < next; sent++) acked[this.#drops.sequenceOf(sent)] = this.#agenda.now;
    }
    if (next > this.base) this.base = next;
    return true;
  }

  /** The connection is gone: nothing can be sent until there is another. */
  lost(): void {
    this.#cursor = Number.POSITIVE_INFINITY;
    this.#expected = -1;
  }

  /** Has the thread send what it may of the frames below `finished`. @param thread what that did before. */
  pump(finished: number, thread: ThreadState): void {
    const end = this.#drops === null ? finished : this.#drops.make(finished);
    while (this.hop !== null && this.#cursor < end && this.#cursor < this.base + this.#window) {
      const frame = this.#cursor++;
      this.#drops?.send();
      const cpu = this.#send[thread].next(this.#words, this.#state);
      const waited = this.#handover[thread === COLD ? COLD : IDLE].next(this.#words, this.#state);
      const handover = Math.min(waited, cpu);
      this.#chores.handOver(frame, handover, cpu - handover);
    }
  }

  /** What something costs before a frame is sent, seconds, of the random stream of sending. */
  draw(costs: ThreadDraws, thread: ThreadState): number {
    return costs[thread].next(this.#words, this.#state);
  }

  /** Tells the agenda of what has changed on the link. */
  settle(): void {
    if (this.hop !== null && this.hop.link !== null) this.hop.link.settle();
  }

  /** A frame is handed over; to nobody, if that was to be on a connection that is gone. */
  transmit(frame: number): void {
    if (frame !== this.#expected) return;
    this.#expected++;
    const sequence = this.#drops === null ? frame : this.#drops.sequenceOf(frame);
    this.#record.sent(sequence);
    const bytes = this.hop!.transmit(frame);
    if (this.#record.trace !== null) this.#record.trace.sentBytes[sequence] = bytes;
  }
}
