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

/** A first-in-first-out ring of chores. */
class ChoreQueue {
  #cpu = new Float64Array(8);
  #kinds = new Int32Array(8);
  #about = new Int32Array(8);
  #head = 0;
  length = 0;

  push(kind: number, about: number, cpu: number): void {
    if (this.length === this.#kinds.length) this.#grow();
    const at = (this.#head + this.length++) & (this.#kinds.length - 1);
    this.#kinds[at] = kind;
    this.#about[at] = about;
    this.#cpu[at] = cpu;
  }

  shift(into: Chores): void {
    const at = this.#head;
    into.kind = this.#kinds[at]!;
    into.about = this.#about[at]!;
    into.cpu = this.#cpu[at]!;
    this.#head = (at + 1) & (this.#kinds.length - 1);
    this.length--;
  }

  #grow(): void {
    const size = this.#kinds.length;
    const [cpu, kinds, about] = [new Float64Array(2 * size), new Int32Array(2 * size), new Int32Array(2 * size)];
    for (let i = 0; i < size; i++) {
      const at = (this.#head + i) & (size - 1);
      cpu[i] = this.#cpu[at]!;
      kinds[i] = this.#kinds[at]!;
      about[i] = this.#about[at]!;
    }
    this.#cpu = cpu;
    this.#kinds = kinds;
    this.#about = about;
    this.#head = 0;
  }
}

/** What a pod's thread has to do besides computing, in the order in which its event loop comes to it; and what it does now. */
export class Chores {
  readonly #urgent = new ChoreQueue();
  readonly #others = new ChoreQueue();
  #looks = false;
  /** The chore in hand, what it is about, and its CPU seconds. */
  kind = SEND;
  about = 0;
  cpu = 0;

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
