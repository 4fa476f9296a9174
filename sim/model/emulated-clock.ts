import type { EmulatedPace } from "../plan.ts";
import type { Speeds } from "./speeds.ts";
import { LEAST_SLEEP, type Stalls } from "./stalls.ts";

/** What the machine that an emulated node stands for has done so far on one thread: the thread here is held until then. */
export class EmulatedClock {
  readonly pace: EmulatedPace;
  readonly #speeds: Speeds | null;
  readonly #stalls: Stalls | null;
  /** Seconds of work at full speed. */
  #done = 0;
  #rested = true;

  /** @param speeds of a machine that is slower for a while; `null`: of any other. */
  constructor(speeds: Speeds | null, pace: EmulatedPace, stalls: Stalls | null) {
    this.#speeds = speeds;
    this.#stalls = stalls;
    this.pace = pace;
  }

  /** When the machine has done its work, seconds. */
  get until(): number {
    return this.#speeds === null ? this.#done : this.#speeds.timeOf(this.#done);
  }

  /** When a thread that sleeps from now on until the machine has done its work is awake, seconds. */
  awake(now: number): number {
    const { until } = this;
    return this.#stalls === null || until - now < LEAST_SLEEP ? until : until + this.#stalls.next();
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
