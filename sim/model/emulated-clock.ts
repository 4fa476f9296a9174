import type { EmulatedPace } from "./costs.ts";
import type { Speeds } from "./speeds.ts";

/** What the machine that an emulated node stands for has done so far on one thread: the thread here is held until then. */
export class EmulatedClock {
  readonly pace: EmulatedPace;
  readonly #speeds: Speeds | null;
  /** Seconds of work at full speed. */
  #done = 0;
  #rested = true;

  /** @param speeds of a machine that is slower for a while; `null`: of any other. */
  constructor(speeds: Speeds | null, pace: EmulatedPace) {
    this.#speeds = speeds;
    this.pace = pace;
  }

  /** When the machine has done its work, seconds. */
  get until(): number {
    return this.#speeds === null ? this.#done : this.#speeds.timeOf(this.#done);
  }

  /** There is nothing to do: the machine takes up work when it comes, not where it left the last. */
  rest(): void {
    this.#rested = true;
  }

  /** It is at work from `since` on, if it had nothing to do. */
  takeUp(since: number): void {
    if (this.#rested) this.#done = Math.max(this.#done, this.#speeds === null ? since : this.#speeds.workBy(since));
    this.#rested = false;
  }

  /** It is at work for so many seconds more. Whoever waits for that goes on when it is {@link until}; one that is behind catches up. */
  work(seconds: number): void {
    this.#done += seconds;
  }
}
