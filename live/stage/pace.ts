import { now, sleep } from "./clock.ts";
import { threadCpu } from "./thread-cpu.ts";

/** A hold shorter than this would be mostly oversleeping, seconds. */
const LEAST_HOLD = 0.1e-3;

/**
 * Accounts for the CPU time of a pod's thread, and makes the thread as slow as an emulated node of speed `speed`: for every
 * second of CPU time that it used, it is held until 1/speed seconds have passed, asleep, so that the host's cores stay free
 * for others.
 */
export class Pace {
  readonly #factor: number;
  /** Time that the thread still has to be held, seconds; below 0 when it was held for longer than it had to be. */
  #owed = 0;
  #mark = threadCpu();
  /** CPU seconds of receiving and of sending messages since the last `settle`. */
  #receive = 0;
  #send = 0;

  constructor(speed: number) {
    this.#factor = 1 / speed;
  }

  /** Forgets what the thread did so far: it was not for the frames that come now. */
  reset(): void {
    this.#receive = 0;
    this.#send = 0;
    this.#owed = 0;
    this.#mark = threadCpu();
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
    this.#hold(used * (this.#factor - 1));
    return taken;
  }

  /** Holds the thread for a stage that began at `begin` (monotonic, seconds). @returns its CPU time, seconds, without the hold. */
  settleStage(begin: number): number {
    const used = this.#lap();
    // Time that passed while others had the core counts: the slower machine would have worked on meanwhile.
    this.#hold(Math.max(0, used * this.#factor - (now() - begin)));
    return used;
  }

  /** Sleeps off what is owed. A sleep is good to a tenth of a millisecond, so small debts wait for more, and what it overslept is taken off. */
  #hold(seconds: number): void {
    if (this.#factor === 1) return;
    this.#owed += seconds;
    if (this.#owed < LEAST_HOLD) return;
    const begin = now();
    sleep(this.#owed);
    this.#owed -= now() - begin;
    this.#mark = threadCpu();
  }

  #lap(): number {
    const time = threadCpu();
    const used = time - this.#mark;
    this.#mark = time;
    return used;
  }
}
