import type { EmulatedPace } from "../../sim/plan.ts";
import { now, sleepUntil } from "./clock.ts";
import { threadCpu } from "./thread-cpu.ts";

/**
 * Accounts for the CPU time of a thread of a pod and, on an emulated node, makes the thread as slow as the machine that the node
 * stands for: it is held, asleep so that the host's cores stay free for others, until that machine would be done too. One
 * that comes late, because the host was busy with something else, is held less on the next frames: the emulated machine's
 * clock goes on meanwhile, as a separate machine's would.
 */
export class Pace {
  #held: EmulatedPace | null = null;
  /** Until when the emulated machine is at work, monotonic, seconds. */
  #until = 0;
  #rested = true;
  #mark = threadCpu();
  /** CPU seconds of receiving and of sending messages since the last `settleMessages`. */
  #receive = 0;
  #send = 0;

  /** Begins a run, and forgets what the thread did so far. @param held what to keep to; `null`: as fast as it goes. */
  reset(held: EmulatedPace | null): void {
    this.#held = held;
    this.#until = 0;
    this.#rested = true;
    this.#receive = 0;
    this.#send = 0;
    this.#mark = threadCpu();
  }

  /** The node is emulated. */
  get holds(): boolean {
    return this.#held !== null;
  }

  /** What the thread did since the last call was receiving a message, or sending one (taking its acknowledgement is part of that). */
  lap(work: "receive" | "send"): void {
    const used = this.#lap();
    if (work === "receive") this.#receive += used;
    else this.#send += used;
  }

  /** There is nothing to do: the emulated machine takes up the next frame when it comes, not where this one left it. */
  rest(): void {
    this.#rested = true;
  }

  /** Waits for a moment, monotonic seconds, to come; that is no work, and the emulated machine is not behind for it. */
  wait(time: number): void {
    this.#until = Math.max(this.#until, time);
    sleepUntil(time);
    this.#mark = threadCpu();
  }

  /** A frame is about to be computed: holds the thread for having received it. @returns CPU seconds of messages since the last call. */
  settleMessages(): { receive: number; send: number } {
    this.lap("receive");
    const taken = { receive: this.#receive, send: this.#send };
    this.#receive = 0;
    this.#send = 0;
    if (this.#held === null) return taken;
    this.#takeUp(now() - taken.receive);
    this.#hold(this.#held.receive);
    return taken;
  }

  /** A worker is about to compute a frame: what its thread did before is of no account. */
  begin(): void {
    if (this.#held !== null) this.#takeUp(now());
    this.#mark = threadCpu();
  }

  /** A frame is computed: holds the thread for it. @returns its CPU seconds. */
  settleCompute(): number {
    const used = this.#lap();
    if (this.#held !== null) this.#hold(this.#held.compute);
    return used;
  }

  /** A frame is compressed: holds the thread for it. @returns its CPU seconds, which count as sending. */
  settleCompress(): number {
    const used = this.#lap();
    this.#send += used;
    if (this.#held === null) return used;
    this.#takeUp(now() - used);
    this.#hold(this.#held.compress);
    return used;
  }

  /** A frame was handed over: its emulated machine is at work with that for a while. */
  sent(): void {
    if (this.#held === null) return;
    this.#takeUp(now());
    this.#until += this.#held.send;
  }

  /** The emulated machine is at work from `since` on, if it had nothing to do. */
  #takeUp(since: number): void {
    if (this.#rested) this.#until = Math.max(this.#until, since);
    this.#rested = false;
  }

  #hold(seconds: number): void {
    this.#until += seconds;
    if (this.#until <= now()) return;
    sleepUntil(this.#until);
    this.#mark = threadCpu();
  }

  #lap(): number {
    const time = threadCpu();
    const used = time - this.#mark;
    this.#mark = time;
    return used;
  }
}
