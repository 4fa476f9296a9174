import { claim, now, put, remove, ticket } from "./agenda";
import { LINK } from "./kinds";
import { grown, take } from "./memory";

/** Of a message: its bytes, and what it is about. */
const MESSAGE: usize = 16;

/** One sender on a link, first in first out: `LinkFlow` of `engine/link.ts`, without a cap. */
@unmanaged
export class Flow {
  /** Bytes of the message that is leaving which are still to go, and their rate. */
  remaining: f64;
  rate: f64;
  /** A ring. */
  messages: usize;
  link: Link;
  /** The hop. */
  owner: usize;
  mask: i32;
  head: i32;
  length: i32;
}

/** One direction of a link that flows share equally: `SharedLink` of `engine/link.ts`. */
@unmanaged
export class Link {
  bandwidth: f64;
  /** Bytes of messages that have wholly left. */
  sent: f64;
  /** When what flows have left was brought up to date. */
  updated: f64;
  /** Rank of its event, and below whether the agenda has yet to be told of it. */
  order: f64;
  /** Addresses of flows that are sending. */
  active: usize;
  count: i32;
  room: i32;
  /** Place of the flow whose message leaves next. */
  next: i32;
  source: i32;
  stale: bool;
}

export function link(bandwidth: f64): Link {
  const made = changetype<Link>(take(offsetof<Link>()));
  made.bandwidth = bandwidth;
  made.active = take(16);
  made.room = 4;
  made.source = claim(LINK, changetype<usize>(made));
  return made;
}

export function flow(over: Link, owner: usize): Flow {
  const made = changetype<Flow>(take(offsetof<Flow>()));
  made.messages = take(4 * MESSAGE);
  made.mask = 3;
  made.link = over;
  made.owner = owner;
  return made;
}

@inline
function message(it: Flow, position: i32): usize {
  return it.messages + <usize>((it.head + position) & it.mask) * MESSAGE;
}

@inline
function flowAt(on: Link, place: i32): Flow {
  return changetype<Flow>(<usize>load<u32>(on.active + (<usize>place << 2)));
}

@inline
function remainingAfter(it: Flow, elapsed: f64): f64 {
  return elapsed == 0 ? it.remaining : max<f64>(0, it.remaining - it.rate * elapsed);
}

/** Bytes that have left the sender up to now. */
export function carried(by: Link): f64 {
  const elapsed = now - by.updated;
  let bytes = by.sent;
  for (let i = 0; i < by.count; i++) {
    const sender = flowAt(by, i);
    bytes += load<f64>(message(sender, 0)) - remainingAfter(sender, elapsed);
  }
  return bytes;
}

export function send(from: Flow, bytes: f64, tag: i32): void {
  if (from.length > from.mask) grow(from);
  const at = message(from, from.length++);
  store<f64>(at, bytes);
  store<i32>(at, tag, 8);
  if (from.length > 1) return;
  from.remaining = bytes;
  const over = from.link;
  update(over);
  if (over.count == over.room) widen(over);
  store<u32>(over.active + (<usize>(over.count++) << 2), <u32>changetype<usize>(from));
  share(over);
  touch(over);
}

/** Flow whose message has left, at that event. */
@inline
export function leaving(from: Link): Flow {
  return flowAt(from, from.next);
}

/** What the message on its way out is about. */
@inline
export function tagOf(it: Flow): i32 {
  return load<i32>(message(it, 0), 8);
}

/** The message that was to leave next has left. */
export function leave(from: Link): void {
  update(from);
  const place = from.next;
  const sender = flowAt(from, place);
  from.sent += load<f64>(message(sender, 0));
  sender.head = --sender.length == 0 ? 0 : (sender.head + 1) & sender.mask;
  if (sender.length > 0) sender.remaining = load<f64>(message(sender, 0));
  else {
    const at = from.active + (<usize>place << 2);
    memory.copy(at, at + 4, <usize>(from.count - place - 1) << 2);
    from.count--;
    share(from);
  }
  touch(from);
}

@inline
export function settleLink(it: Link): void {
  if (it.stale) announce(it);
}

function announce(it: Link): void {
  it.stale = false;
  if (it.count == 0) {
    remove(it.source);
    return;
  }
  it.next = 0;
  const first = flowAt(it, 0);
  let soonest = first.remaining / first.rate;
  for (let i = 1; i < it.count; i++) {
    const sender = flowAt(it, i);
    const time = sender.remaining / sender.rate;
    if (!(time < soonest)) continue;
    soonest = time;
    it.next = i;
  }
  put(it.source, now + soonest, it.order);
}

@inline
function touch(it: Link): void {
  it.order = ticket();
  it.stale = true;
}

function update(it: Link): void {
  const elapsed = now - it.updated;
  it.updated = now;
  for (let i = 0; i < it.count; i++) {
    const sender = flowAt(it, i);
    sender.remaining = remainingAfter(sender, elapsed);
  }
}

function share(it: Link): void {
  let left = it.bandwidth;
  let flows = <f64>it.count;
  for (let i = 0; i < it.count; i++) {
    const sender = flowAt(it, i);
    sender.rate = left / flows;
    if (left < Infinity) left -= sender.rate;
    flows -= 1;
  }
}

function grow(it: Flow): void {
  it.messages = grown(it.messages, <usize>it.head * MESSAGE, <usize>(it.mask + 1) * MESSAGE);
  it.mask = 2 * it.mask + 1;
  it.head = 0;
}

function widen(it: Link): void {
  const active = take(<usize>it.room << 3);
  memory.copy(active, it.active, <usize>it.room << 2);
  it.active = active;
  it.room *= 2;
}
