import { now, ticket } from "./agenda";
import { Draws, draw } from "./draws";
import { ACKNOWLEDGEMENT, DELIVERY } from "./kinds";
import { flow, Link, send } from "./link";
import { takeAligned } from "./memory";
import { submit } from "./processor";
import { STATE } from "./random";
import { Hop, Pod } from "./shapes";
import { COLD, costs, IDLE, stateOf } from "./thread";
import { pushOn, timeline } from "./timeline";

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

/** Tells upstream that all frames below `next` are delivered. */
export function acknowledge(by: Hop, next: i32): void {
  const time = max<f64>(by.back, now + draw(by.acknowledgement, by.acknowledgementState));
  by.back = time;
  pushOn(by.acknowledgements, time, ticket(), next);
}
