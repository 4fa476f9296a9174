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

/** Of a chore: its kind, what it is about, its CPU seconds, and of a hand-over those of the rest of sending, which follows at once. */
const ABOUT = 1;
const CPU = 2;
const REST = 3;
const WIDTH = 4;

/**
 * Its own numbers, counted back from the entries: of the chore in hand the CPU seconds, and those of the rest of sending; and one of whoever
 * extends it. As fields they would be an object each.
 */
const IN_HAND = -1;
const IN_HAND_REST = -2;
export const EXTENDED = -3;
const OWN = 3;

/** What a pod's thread has to do besides computing, in the order in which its event loop comes to it; and what it does now. */
export class Chores extends Ring {
  /** So many of the first go with what it does now. */
  #urgent = 0;
  #looks = false;
  /** The chore in hand: its kind, and what it is about. */
  kind = SEND;
  about = 0;

  constructor(arena: Arena) {
    super(arena, WIDTH, 4);
  }

  /** CPU seconds of the chore in hand. */
  get cpu(): number {
    return this.block[this.begin + IN_HAND]!;
  }

  protected override get own(): number {
    return OWN;
  }

  /** @param cpu Seconds. So short that it is always compiled into whoever calls it: an argument that is not an integer takes memory. */
  push(kind: number, about: number, cpu: number): void {
    const at = this.#add(kind, about);
    this.block[at + CPU] = cpu;
  }

  #add(kind: number, about: number): number {
    const at = this.append();
    this.block[at] = kind;
    this.block[at + ABOUT] = about;
    return at;
  }

  /** It goes with what the thread does now. As short as {@link push}. */
  follow(kind: number, about: number, cpu: number): void {
    const at = this.#insert(kind, about);
    this.block[at + CPU] = cpu;
  }

  /** It hands a frame over, with what it does now, and does the rest of sending right after that; CPU seconds of both. As short as {@link push}. */
  handOver(frame: number, cpu: number, rest: number): void {
    const at = this.#insert(HAND_OVER, frame);
    this.block[at + CPU] = cpu;
    this.block[at + REST] = rest;
  }

  #insert(kind: number, about: number): number {
    // Of what is urgent, too, there is but little that comes before it.
    let at = this.prepend();
    const { block } = this;
    for (let place = 0; place < this.#urgent; place++) {
      const next = this.place(place + 1);
      block[at] = block[next]!;
      block[at + ABOUT] = block[next + ABOUT]!;
      block[at + CPU] = block[next + CPU]!;
      block[at + REST] = block[next + REST]!;
      at = next;
    }
    block[at] = kind;
    block[at + ABOUT] = about;
    this.#urgent++;
    return at;
  }

  /** There is something to collect: the thread comes to that once, however many tell it. */
  look(): void {
    if (this.#looks) return;
    this.#looks = true;
    this.push(LOOK, 0, 0);
  }

  /** The thread has come to what it was told to look for. */
  looked(): void {
    this.#looks = false;
  }

  /** A message is read. The event loop reads little more than an image in a turn, and looks for what has ended in each. */
  endTurn(): void {
    this.follow(END_TURN, 0, 0);
  }

  /** Takes the next chore in hand; false if there is none. @param whole `false`: only the rest of what the thread does now. */
  take(whole: boolean): boolean {
    if (this.kind === HAND_OVER) {
      this.kind = SEND;
      this.block[this.begin + IN_HAND] = this.block[this.begin + IN_HAND_REST]!;
      return true;
    }
    if (this.#urgent > 0) this.#urgent--;
    else if (!whole || this.length === 0) return false;
    const { block, begin, first } = this;
    this.kind = block[first]! | 0;
    this.about = block[first + ABOUT]! | 0;
    block[begin + IN_HAND] = block[first + CPU]!;
    block[begin + IN_HAND_REST] = block[first + REST]!;
    this.drop();
    return true;
  }
}
