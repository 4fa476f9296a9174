import { Chores } from "./chores";
import { Draws } from "./draws";
import { Flow, Link } from "./link";
import { Processor } from "./processor";
import { Record } from "./record";
import { Stalls } from "./stalls";
import { Timeline } from "./timeline";

/** A pod without workers, its thread and its outlet: `PodServer`, `OwnThread` and `Outlet` of `model/`. */
@unmanaged
export class Pod extends Chores {
  /** Since when its thread is idle, if it is. */
  since: f64;
  busy: bool;
  /** A turn is due that may compute. */
  turn: bool;
  idle: bool;
  /** What its work on the host is, or what it is held for. */
  doing: i32;
  /** What its thread did before the frame in hand, and before the one that it is about to take up. */
  thread: i32;
  woken: i32;
  /** Frames that are ready to be computed, counted from the first; next frame to begin, and to finish. */
  ready: i32;
  begun: i32;
  next: i32;
  /** Outlet: next frame to be acknowledged, and to be sent. */
  base: i32;
  cursor: i32;
  /** Frames that may be sent, and begun, and not acknowledged. */
  window: i32;
  room: i32;
  host: Processor;
  record: Record;
  up: Hop | null;
  hop: Hop | null;
  /** Costs, of which those by thread come one after the other: busy, idle, cold. */
  compute: usize;
  receive: usize;
  send: usize;
  handover: usize;
  /** Addresses of random states. */
  computeState: usize;
  receiveState: usize;
  sendState: usize;
  waitingState: usize;
  /** How long threads wait. */
  gaps: Gaps;
  clock: Clock | null;
}

/** As `Waiting` of `model/thread.ts` has it. */
@unmanaged
export class Gaps {
  idle: f64;
  cold: f64;
  cooling: f64;
  span: f64;
}

/** As in `model/emulated-clock.ts`, of a machine that is never slower; and its source in the agenda. */
@unmanaged
export class Clock {
  receive: f64;
  compute: f64;
  send: f64;
  done: f64;
  stalls: Stalls | null;
  rested: bool;
  timer: i32;
}

/** What is on its way from a pod to the next, and back: `Hop` of `model/hop.ts`. */
@unmanaged
export class Hop {
  /** When the last frame and the last acknowledgement before arrive. */
  there: f64;
  back: f64;
  /** CPU time that a thread that waited is expected to take to receive a message. */
  receiveIdle: f64;
  receiveCold: f64;
  relayCpuPerByte: f64;
  from: Pod;
  to: Pod;
  link: Link | null;
  flow: Flow | null;
  /** Costs by thread: as of a pod. */
  delay: usize;
  acknowledgement: Draws;
  delayState: usize;
  acknowledgementState: usize;
  deliveries: Timeline;
  acknowledgements: Timeline;
  /** Bytes of frames, over and over. */
  payload: usize;
  payloads: i32;
}
