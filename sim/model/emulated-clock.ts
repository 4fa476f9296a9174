import type { Scheduler } from "../engine/scheduler.ts";

/** What the machine that an emulated node stands for has done so far on one thread: the thread here is held until then. */
export class EmulatedClock {
  readonly #scheduler: Scheduler;
  readonly #emulated: boolean;
  #until = 0;
  #rested = true;

  /** @param emulated false: nothing is held. */
  constructor(scheduler: Scheduler, emulated: boolean) {
    this.#scheduler = scheduler;
    this.#emulated = emulated;
  }

  /** There is nothing to do: the machine takes up work when it comes, not where it left the last. */
  rest(): void {
    this.#rested = true;
  }

  /** It is at work from `since` on, if it had nothing to do. */
  takeUp(since: number): void {
    if (this.#rested) this.#until = Math.max(this.#until, since);
    this.#rested = false;
  }

  /** It is at work for so many seconds more, for which nobody waits. */
  work(seconds: number): void {
    this.#until += seconds;
  }

  /** Goes on when the machine has worked for so many seconds more; one that is behind catches up. */
  hold(seconds: number, then: () => void): void {
    this.#until += seconds;
    if (this.#emulated && this.#until > this.#scheduler.now) this.#scheduler.at(this.#until, then);
    else then();
  }
}
