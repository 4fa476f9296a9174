import { claim, now, put, remove, ticket } from "./agenda";
import { Chores, HAND_OVER, handOver, prepareChores, pushChore, RECEIVE, RELEASE, takeChore } from "./chores";
import { draw } from "./draws";
import { acknowledge, transmit } from "./hop";
import { pushInstant } from "./instants";
import { TIMER } from "./kinds";
import { settleLink } from "./link";
import { takeAligned } from "./memory";
import { Processor, settleProcessor, submit } from "./processor";
import { STATE } from "./random";
import { arrivedAt, endedAt, messagesAt, reach, Record, sentAt, startedAt } from "./record";
import { Clock, Gaps, Pod } from "./shapes";
import { Stalls, stall } from "./stalls";
import { BUSY, COLD, costs, IDLE, stateOf } from "./thread";

/** What its work on the host is, or what it is held for. */
const CHORE: i32 = 0;
const BEGIN: i32 = 1;
const COMPUTE: i32 = 2;

export function gaps(idle: f64, cold: f64, cooling: f64, span: f64): Gaps {
  const made = changetype<Gaps>(takeAligned(offsetof<Gaps>()));
  made.idle = idle;
  made.cold = cold;
  made.cooling = cooling;
  made.span = span;
  return made;
}

/**
 * @param window Frames that may be unacknowledged on the hop behind it.
 * @param compute of costs, the address of those by thread. @param states of random streams: compute, receive, send, waiting.
 */
export function pod(
  host: Processor,
  record: Record,
  gaps: Gaps,
  window: i32,
  compute: usize,
  receive: usize,
  send: usize,
  handover: usize,
  states: usize,
): Pod {
  const made = changetype<Pod>(takeAligned(offsetof<Pod>()));
  prepareChores(made);
  made.host = host;
  made.record = record;
  made.gaps = gaps;
  made.window = window;
  made.room = window + 1;
  made.idle = true;
  made.compute = compute;
  made.receive = receive;
  made.send = send;
  made.handover = handover;
  made.computeState = states;
  made.receiveState = states + STATE;
  made.sendState = states + 2 * STATE;
  made.waitingState = states + 3 * STATE;
  return made;
}

export function emulate(it: Pod, receive: f64, compute: f64, send: f64, stalls: Stalls | null): void {
  const clock = changetype<Clock>(takeAligned(offsetof<Clock>()));
  clock.receive = receive;
  clock.compute = compute;
  clock.send = send;
  clock.stalls = stalls;
  clock.rested = true;
  clock.timer = claim(TIMER, changetype<usize>(it));
  it.clock = clock;
}

@inline
function wake(it: Pod, state: i32): void {
  if (state != BUSY) it.woken = state;
}

/** A frame's bytes are there. */
export function arrive(at: Pod, frame: i32, waited: i32): void {
  const thread = at.idle ? waited : BUSY;
  wake(at, thread);
  take(at, RECEIVE, 4 * frame + thread, draw(costs(at.receive, thread), at.receiveState));
}

/** A source's frames up to, not including, `next` are due. */
export function due(at: Pod, next: i32): void {
  wake(at, stateOf(at));
  if (next > at.ready) at.ready = next;
  dispatch(at);
}

/** An acknowledgement is there: all frames below `next`. */
export function acknowledged(to: Pod, next: i32): void {
  wake(to, stateOf(to));
  take(to, RELEASE, next, 0);
}

/** The host has done its work. */
export function finished(it: Pod): void {
  if (it.doing == CHORE) {
    it.busy = false;
    done(it);
    dispatch(it);
  } else {
    const clock = it.clock;
    if (clock === null) goOn(it);
    else hold(it, clock, clock.compute);
  }
}

/** The thread has been held for long enough. */
export function timer(it: Pod): void {
  remove(it.clock!.timer);
  goOn(it);
}

/** Nothing else is left for this moment: it may compute. */
export function turn(it: Pod): void {
  it.turn = false;
  if (!it.busy && canCompute(it)) start(it);
  else dispatch(it);
}

/** Tells the agenda of what has changed on what the pod shares with others. */
@inline
export function settle(it: Pod): void {
  settleProcessor(it.host);
  const hop = it.hop;
  if (hop === null) return;
  const link = hop.link;
  if (link !== null) settleLink(link);
}

/** Something has come: it is done at once by a thread that does nothing, which so has nothing else to do. */
function take(it: Pod, kind: i32, about: i32, cpu: f64): void {
  if (it.busy) {
    pushChore(it, kind, about, cpu);
    return;
  }
  it.kind = kind;
  it.about = about;
  it.cpu = cpu;
  work(it);
  dispatch(it);
}

function dispatch(it: Pod): void {
  while (!it.busy) {
    if (takeChore(it)) work(it);
    else {
      awaitWork(it);
      return;
    }
  }
}

/** Does the chore in hand. */
@inline
function work(it: Pod): void {
  it.idle = false;
  const cpu = it.cpu;
  if (it.kind == RECEIVE) it.record.receiving += cpu;
  else it.record.sending += cpu;
  if (cpu == 0) done(it);
  else {
    it.busy = true;
    it.doing = CHORE;
    submit(it.host, cpu, changetype<usize>(it));
  }
}

/** What follows from the chore in hand. */
function done(it: Pod): void {
  const kind = it.kind;
  if (kind == RECEIVE) {
    const frame = it.about >> 2;
    reach(it.record, oldest(it), frame);
    arrivedAt(it.record, frame);
    it.ready++;
  } else if (kind == HAND_OVER) {
    sentAt(it.record, it.about);
    transmit(it.hop!, it.about);
  } else if (kind == RELEASE) {
    const next = it.about;
    if (next > it.base) it.base = next;
    const up = it.up;
    if (up !== null) acknowledge(up, next);
    pump(it);
  }
}

/** The first frame that is not done with yet. */
@inline
function oldest(it: Pod): i32 {
  return it.hop === null ? it.next : it.base;
}

function awaitWork(it: Pod): void {
  if (it.turn) return;
  if (canCompute(it)) {
    it.turn = true;
    pushInstant(changetype<usize>(it));
    return;
  }
  const clock = it.clock;
  if (clock !== null) clock.rested = true;
  if (it.idle) return;
  it.idle = true;
  it.since = now;
}

@inline
function canCompute(it: Pod): bool {
  return it.begun < it.ready && (it.hop === null || it.begun - it.base < it.room);
}

function start(it: Pod): void {
  it.thread = it.woken;
  it.woken = BUSY;
  it.idle = false;
  it.busy = true;
  it.doing = BEGIN;
  const clock = it.clock;
  if (clock === null) begin(it);
  else {
    takeUp(clock, now - it.record.receiving);
    hold(it, clock, clock.receive);
  }
}

@inline
function takeUp(clock: Clock, since: f64): void {
  if (clock.rested) clock.done = max<f64>(clock.done, since);
  clock.rested = false;
}

/** Goes on when the emulated machine has done this, too. */
function hold(it: Pod, clock: Clock, seconds: f64): void {
  clock.done += seconds;
  if (clock.done <= now) {
    goOn(it);
    return;
  }
  const stalls = clock.stalls;
  const late = stalls === null || clock.done - now < stalls.least ? 0 : stall(stalls);
  put(clock.timer, clock.done + late, ticket());
}

function goOn(it: Pod): void {
  if (it.doing == BEGIN) {
    begin(it);
    return;
  }
  it.busy = false;
  endedAt(it.record, it.next);
  it.next++;
  if (it.hop === null) {
    const up = it.up;
    if (up !== null) acknowledge(up, it.next);
  } else {
    const clock = it.clock;
    if (clock !== null) {
      takeUp(clock, now);
      clock.done += clock.send;
    }
    pump(it);
  }
  dispatch(it);
}

function begin(it: Pod): void {
  const frame = it.begun++;
  messagesAt(it.record, frame);
  reach(it.record, oldest(it), frame);
  startedAt(it.record, frame);
  const cpu = draw(costs(it.compute, it.thread), it.computeState);
  it.doing = COMPUTE;
  // The lowest bit tells it from a turn.
  if (cpu == 0) pushInstant(changetype<usize>(it) + 1);
  else submit(it.host, cpu, changetype<usize>(it));
}

/** Has the thread send the next frame if it may, which comes after an end or an acknowledgement: there is never another. */
function pump(it: Pod): void {
  if (it.hop === null || it.cursor == it.next || it.cursor - it.base == it.window) return;
  const frame = it.cursor++;
  const cpu = draw(costs(it.send, it.thread), it.sendState);
  const waited = draw(costs(it.handover, it.thread == COLD ? COLD : IDLE), it.sendState);
  const first = min<f64>(waited, cpu);
  handOver(it, frame, first, cpu - first);
}
