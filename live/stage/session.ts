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
  /** The last pod's output goes nowhere: one buffer takes it. */
  discarded: SentFrame | null = null;
  /** Sequence number to compute next. */
  next: number;
  /** Monotonic time at which frame 0 is due; open loop only. */
  origin = 0;
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
    this.delivery = delivery;
    this.recorder = recorder;
  }

  /** Another run takes this one's place. */
  release(): void {
    this.outlet?.release();
    this.discarded?.release();
    for (let frame = this.inbox.shift(); frame !== undefined; frame = this.inbox.shift()) frame.release();
  }
}
