import type { Agenda } from "../engine/agenda.ts";
import { Chores, EXTENDED as SINCE } from "./chores.ts";
import { BUSY, type ThreadState, type Waiting } from "./thread.ts";

/** A pod's own thread: what it has to do, and whether it has had something to do, on which it depends what it then does costs. */
export class OwnThread extends Chores {
  readonly #agenda: Agenda;
  readonly #waiting: Waiting;
  /** True while it has nothing to do; since when, is one of the numbers before its chores. */
  idle = true;
  /** What it was before the frame that it is about to take up. */
  #woken: ThreadState = BUSY;

  constructor(agenda: Agenda, waiting: Waiting) {
    super(agenda.arena);
    this.#agenda = agenda;
    this.#waiting = waiting;
  }

  /** Busy, or idle, or cold if it has been idle for long. */
  state(): ThreadState {
    return this.idle ? this.#waiting.after(this.#agenda.now - this.block[this.begin + SINCE]!) : BUSY;
  }

  /** Something has come for it, which it takes up in this state. */
  wake(state: ThreadState): void {
    if (state !== BUSY) this.#woken = state;
  }

  /** It has something to do. */
  work(): void {
    this.idle = false;
  }

  /** It has nothing to do. */
  rest(): void {
    if (this.idle) return;
    this.idle = true;
    this.block[this.begin + SINCE] = this.#agenda.now;
  }

  /** It takes a frame up: what it was before. */
  takeUp(): ThreadState {
    const woken = this.#woken;
    this.#woken = BUSY;
    this.idle = false;
    return woken;
  }
}
