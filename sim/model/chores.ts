import { Fifo } from "../engine/queue.ts";

/** What a pod's thread does besides computing: one item of work, then what follows from it. */
export interface Chore {
  readonly work: "receive" | "send";
  readonly cpu: number;
  readonly done: () => void;
}

/** What a pod's thread has to do besides computing, in the order in which its event loop comes to it. */
export class Chores {
  readonly #urgent = new Fifo<Chore>();
  readonly #others = new Fifo<Chore>();
  readonly #collect: () => void;
  #looks = false;

  /** @param collect takes all that workers have ended. */
  constructor(collect: () => void) {
    this.#collect = collect;
  }

  push(chore: Chore): void {
    this.#others.push(chore);
  }

  /** It goes with what the thread does now. */
  follow(chore: Chore): void {
    this.#urgent.push(chore);
  }

  /** There is something to collect: the thread comes to that once, however many tell it. */
  look(): void {
    if (this.#looks) return;
    this.#looks = true;
    const done = () => {
      this.#looks = false;
      this.#collect();
    };
    this.push({ work: "send", cpu: 0, done });
  }

  /** A message is read. The event loop reads little more than an image in a turn, and looks for what has ended in each. */
  endTurn(): void {
    this.follow({ work: "send", cpu: 0, done: this.#collect });
  }

  /** @param whole `false`: only the rest of what the thread does now. */
  next(whole: boolean): Chore | undefined {
    return this.#urgent.shift() ?? (whole ? this.#others.shift() : undefined);
  }
}
