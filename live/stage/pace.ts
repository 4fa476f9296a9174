import { now, sleepUntil } from "./clock.ts";
import { threadCpu } from "./thread-cpu.ts";

/**
 * Accounts for the CPU time of a pod's thread, and makes the thread as slow as an emulated node of speed `speed`: for every
 * second of CPU time that it used, it is held until 1/speed seconds have passed, asleep, so that the host's cores stay free
 * for others.
 */
export class Pace {
  readonly #factor: number;
  #mark = threadCpu();
  /** CPU seconds of receiving and of sending messages since the last `settle`. */
  #receive = 0;
  #send = 0;

  constructor(speed: number) {
    this.#factor = 1 / speed;
  }

  /** What the thread did since the last call was receiving a message, or sending one (taking its acknowledgement is part of that). */
  lap(work: "receive" | "send"): void {
    const used = this.#lap();
    if (work === "receive") this.#receive += used;
    else this.#send += used;
  }

  /** Holds the thread for its messages since the last call. @returns their CPU time, seconds, without the hold. */
  settleMessages(): { receive: number; send: number } {
    this.lap("receive");
    const taken = { receive: this.#receive, send: this.#send };
    this.#receive = 0;
    this.#send = 0;
    const used = taken.receive + taken.send;
    if (this.#factor > 1) this.#hold(now() - used, used);
    return taken;
  }

  /** Holds the thread for a stage that began at `begin` (monotonic, seconds). @returns its CPU time, seconds, without the hold. */
  settleStage(begin: number): number {
    const used = this.#lap();
    if (this.#factor > 1) this.#hold(begin, used);
    return used;
  }

  #hold(begin: number, used: number): void {
    sleepUntil(begin + used * this.#factor);
    this.#mark = threadCpu();
  }

  #lap(): number {
    const time = threadCpu();
    const used = time - this.#mark;
    this.#mark = time;
    return used;
  }
}
