import type { Agenda } from "../engine/agenda.ts";
import type { RandomStream } from "../engine/random.ts";
import { type Chores, HAND_OVER, SEND } from "./chores.ts";
import type { PodCosts } from "./costs.ts";
import { Draws } from "./draws.ts";
import type { Hop } from "./hop.ts";
import type { PodRecord } from "./record.ts";
import { COLD, IDLE, type ThreadState } from "./thread.ts";

/** Where finished frames leave a pod, in turn and as far as the window of the hop allows. */
export class Outlet {
  /** `null`: they go nowhere. */
  hop: Hop | null = null;
  /** Next frame to be acknowledged, and to be sent. */
  base: number;
  #cursor: number;
  /** The frame that is next on this connection: what was to be sent on one before is not. */
  #expected: number;
  readonly #agenda: Agenda;
  readonly #window: number;
  readonly #chores: Chores;
  readonly #record: PodRecord;
  readonly #send: Draws;
  readonly #handover: Draws;

  constructor(
    agenda: Agenda,
    stream: RandomStream,
    costs: PodCosts,
    window: number,
    chores: Chores,
    record: PodRecord,
    first: number,
  ) {
    this.base = first;
    this.#cursor = first;
    this.#expected = first;
    this.#agenda = agenda;
    this.#window = window;
    this.#chores = chores;
    this.#record = record;
    this.#send = new Draws(agenda.arena, stream, costs.send);
    this.#handover = new Draws(agenda.arena, stream, costs.handover);
  }

  /** All frames below `next` are acknowledged; or, below 0, those from -1 - `next` on are asked for by a pod that was started again. */
  release(next: number): boolean {
    if (next < 0) {
      this.#cursor = -1 - next;
      this.#expected = -1 - next;
      return false;
    }
    if (this.#record.trace !== null) this.#record.trace.acked.fill(this.#agenda.now, this.base, next);
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
    while (this.hop !== null && this.#cursor < finished && this.#cursor < this.base + this.#window) {
      const frame = this.#cursor++;
      const cpu = this.#send.next(thread);
      const waited = this.#handover.next(thread === COLD ? COLD : IDLE);
      const handover = Math.min(waited, cpu);
      this.#chores.follow(HAND_OVER, frame, handover);
      this.#chores.follow(SEND, frame, cpu - handover);
    }
  }

  /** Tells the agenda of what has changed on the link. */
  settle(): void {
    if (this.hop !== null && this.hop.link !== null) this.hop.link.settle();
  }

  /** A frame is handed over; to nobody, if that was to be on a connection that is gone. */
  transmit(frame: number): void {
    if (frame !== this.#expected) return;
    this.#expected++;
    this.#record.sent(frame);
    const bytes = this.hop!.transmit(frame);
    if (this.#record.trace !== null) this.#record.trace.sentBytes[frame] = bytes;
  }
}
