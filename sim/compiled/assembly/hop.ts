import { now, ticket } from "./agenda";
import { Draws, draw } from "./draws";
import { ACKNOWLEDGEMENT, DELIVERY } from "./kinds";
import { Flow, flow, Link, send } from "./link";
import { takeAligned } from "./memory";
import { acknowledged, arrive, COLD, costs, IDLE, Pod, stateOf } from "./pod";
import { submit } from "./processor";
import { STATE } from "./random";
import { pushOn, shiftFrom, Timeline, timeline } from "./timeline";

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
  /** By thread: as of {@link pod}. */
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

/**
 * @param over `null`: loopback. @param payload Address of so many sizes of frames, bytes. @param delay Costs by thread. @param states of random streams: delay,
 * acknowledgement.
 */
export function hop(
  from: Pod,
  to: Pod,
  over: Link | null,
  receiveIdle: f64,
  receiveCold: f64,
  payload: usize,
  payloads: i32,
  relayCpuPerByte: f64,
  delay: usize,
  acknowledgement: Draws,
  states: usize,
): Hop {
  const made = changetype<Hop>(takeAligned(offsetof<Hop>()));
  made.from = from;
  made.to = to;
  made.link = over;
  made.receiveIdle = receiveIdle;
  made.receiveCold = receiveCold;
  made.payload = payload;
  made.payloads = payloads;
  made.relayCpuPerByte = relayCpuPerByte;
  made.delay = delay;
  made.acknowledgement = acknowledgement;
  made.delayState = states;
  made.acknowledgementState = states + STATE;
  if (over !== null) made.flow = flow(over, changetype<usize>(made));
  made.deliveries = timeline(DELIVERY, changetype<usize>(made));
  made.acknowledgements = timeline(ACKNOWLEDGEMENT, changetype<usize>(made));
  from.hop = made;
  to.up = made;
  return made;
}

/** A frame is handed over. */
export function transmit(by: Hop, frame: i32): void {
  const over = by.flow;
  if (over === null) {
    cross(by, frame);
    return;
  }
  const place = by.payloads == 1 ? 0 : frame % by.payloads;
  const bytes = load<f64>(by.payload + (<usize>place << 3));
  const work = by.relayCpuPerByte * bytes;
  if (work > 0) submit(by.from.host, work, 0);
  send(over, bytes, frame);
}

/** A frame's last byte has left. */
export function cross(by: Hop, frame: i32): void {
  const thread = stateOf(by.to) == COLD ? COLD : IDLE;
  const cold = thread == COLD;
  const delay = draw(costs(by.delay, thread), by.delayState) - (cold ? by.receiveCold : by.receiveIdle);
  const time = max<f64>(by.there, now + max<f64>(delay, 0));
  by.there = time;
  pushOn(by.deliveries, time, ticket(), 2 * frame + i32(cold));
}

/** The next frame is there. */
export function deliver(by: Hop): void {
  const tag = shiftFrom(by.deliveries);
  arrive(by.to, tag >> 1, (tag & 1) == 1 ? COLD : IDLE);
}

/** Tells upstream that all frames below `next` are delivered. */
export function acknowledge(by: Hop, next: i32): void {
  const time = max<f64>(by.back, now + draw(by.acknowledgement, by.acknowledgementState));
  by.back = time;
  pushOn(by.acknowledgements, time, ticket(), next);
}

/** The next acknowledgement is there. */
export function hear(by: Hop): void {
  acknowledged(by.from, shiftFrom(by.acknowledgements));
}
