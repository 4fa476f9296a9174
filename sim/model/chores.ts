import type { Arena } from "../engine/arena.ts";
import { Ring } from "../engine/ring.ts";

/** What a pod's thread does besides computing. */
export const RECEIVE = 0;
export const DECOMPRESS = 1;
export const HAND_OVER = 2;
/** The rest of sending, of which nothing follows. */
export const SEND = 3;
/** An acknowledgement: of all frames below `about`. */
export const RELEASE = 4;
/** It takes all that workers have ended: when told to look, and at the end of a turn. */
export const LOOK = 5;
export const END_TURN = 6;

/** Of a chore: its kind, what it is about, and its CPU seconds. */
const ABOUT = 1;
const CPU = 2;
const WIDTH = 3;

class ChoreQueue extends Ring {
  constructor(arena: Arena) {
    super(arena, WIDTH, 4);
  }

  push(kind: number, about: number, cpu: number): void {
    const at = this.append();
    this.block[at] = kind;
    this.block[at + ABOUT] = about;
    this.block[at + CPU] = cpu;
  }

  shift(into: Chores): void {
    const { block, first } = this;
    into.kind = block[first]! | 0;
    into.about = block[first + ABOUT]! | 0;
    into.cpu = block[first + CPU]!;
    this.drop();
  }
}

/** What a pod's thread has to do besides computing, in the order in which its event loop comes to it; and what it does now. */
export class Chores {
  readonly #urgent: ChoreQueue;
  readonly #others: ChoreQueue;
  #looks = false;
  /** The chore in hand, what it is about, and its CPU seconds. */
  kind = SEND;
  about = 0;
  cpu = 0;

  constructor(arena: Arena) {
    this.#urgent = new ChoreQueue(arena);
    this.#others = new ChoreQueue(arena);
  }

  push(kind: number, about: number, cpu: number): void {
    this.#others.push(kind, about, cpu);
  }

  /** It goes with what the thread does now. */
  follow(kind: number, about: number, cpu: number): void {
    this.#urgent.push(kind, about, cpu);
  }

  /** There is something to collect: the thread comes to that once, however many tell it. */
  look(): void {
    if (this.#looks) return;
    this.#looks = true;
    this.#others.push(LOOK, 0, 0);
  }

  /** The thread has come to what it was told to look for. */
  looked(): void {
    this.#looks = false;
  }

  /** A message is read. The event loop reads little more than an image in a turn, and looks for what has ended in each. */
  endTurn(): void {
    this.#urgent.push(END_TURN, 0, 0);
  }

  /** Takes the next chore in hand; false if there is none. @param whole `false`: only the rest of what the thread does now. */
  take(whole: boolean): boolean {
    if (this.#urgent.length > 0) this.#urgent.shift(this);
    else if (whole && this.#others.length > 0) this.#others.shift(this);
    else return false;
    return true;
  }
}
