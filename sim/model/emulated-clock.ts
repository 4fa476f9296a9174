/** What the machine that an emulated node stands for has done so far on one thread: the thread here is held until then. */
export class EmulatedClock {
  /** Seconds. */
  until = 0;
  #rested = true;

  /** There is nothing to do: the machine takes up work when it comes, not where it left the last. */
  rest(): void {
    this.#rested = true;
  }

  /** It is at work from `since` on, if it had nothing to do. */
  takeUp(since: number): void {
    if (this.#rested) this.until = Math.max(this.until, since);
    this.#rested = false;
  }

  /** It is at work for so many seconds more. Whoever waits for that goes on when it is {@link until}; one that is behind catches up. */
  work(seconds: number): void {
    this.until += seconds;
  }
}
