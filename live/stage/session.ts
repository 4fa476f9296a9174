import { Fifo } from "../../sim/engine/queue.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { Coding, type ReceivedFrame, type SentFrame } from "./frame-codec.ts";
import type { HopCall, Outlet } from "./outlet.ts";
import type { Recorder } from "./recorder.ts";
import type { Run } from "./wire.ts";

/** One run as a pod sees it. */
export class Session {
  readonly run: Run;
  readonly delivery: number;
  readonly recorder: Recorder;
  readonly inbox = new Fifo<ReceivedFrame>();
  input: FrameShape | null = null;
  outlet: Outlet | null = null;
  /** The last pod's output goes nowhere: one buffer takes it, unless workers have their own. */
  discarded: SentFrame | null = null;
  /** Sequence number to start computing next, and the one to be finished next. */
  next: number;
  finished: number;
  /** Monotonic time at which frame 0 is due at the source; open loop only. */
  origin = Number.NaN;
  /** Frames below this number are delivered. */
  acknowledged = 0;
  /** Nothing upstream waits for an acknowledgement any more. */
  settled = false;
  failure: { code: number; details: string } | null = null;
  call: HopCall | null = null;
  /** How `call` would have its frames. */
  coding: number = Coding.IDENTITY;

  constructor(run: Run, next: number, delivery: number, recorder: Recorder) {
    this.run = run;
    this.next = next;
    this.finished = next;
    this.delivery = delivery;
    this.recorder = recorder;
  }

  /** When the next frame is due at the source, monotonic; `NaN` where it is not waited for. */
  get due(): number {
    return this.origin + this.next / this.run.rate;
  }

  /** Nothing is waiting, being computed, or unacknowledged. */
  get empty(): boolean {
    return this.inbox.length === 0 && this.finished === this.next && (this.outlet?.empty ?? true);
  }

  /** Another run takes this one's place. */
  release(): void {
    this.outlet?.release();
    this.discarded?.release();
    for (let frame = this.inbox.shift(); frame !== undefined; frame = this.inbox.shift()) frame.release();
  }
}
