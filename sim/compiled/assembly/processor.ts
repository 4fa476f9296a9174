import { claim, now, put, remove, ticket } from "./agenda";
import { HOST } from "./kinds";
import { take } from "./memory";

/** Of a task: attained service at which it is finished, order of submission, and what it is. */
const TASK: usize = 24;

/** Cores that active tasks share equally: `SharedProcessor` of `engine/processor.ts`. */
@unmanaged
export class Processor {
  /** Service attained by a task that has been there since the processor was last idle; all core-seconds; when both were brought up to date. */
  virtual: f64;
  delivered: f64;
  updated: f64;
  /** Core-seconds per second of each task now. */
  rate: f64;
  /** Tasks so far. */
  submitted: f64;
  /** Rank of its event, and below whether the agenda has yet to be told of it. */
  order: f64;
  cores: f64;
  /** Binary heap. */
  tasks: usize;
  /** By number of tasks, core-seconds per second of each. */
  rates: usize;
  active: i32;
  room: i32;
  source: i32;
  stale: bool;
  /** The first task is finished, and still in its place. */
  vacant: bool;
}

export function processor(cores: f64): Processor {
  const made = changetype<Processor>(take(offsetof<Processor>()));
  made.cores = cores;
  made.room = 4;
  made.rate = 1;
  made.tasks = take(4 * TASK);
  tell(made);
  made.source = claim(HOST, changetype<usize>(made));
  return made;
}

/** Core-seconds delivered up to now. */
export function delivered(it: Processor): f64 {
  return it.delivered + <f64>it.active * it.rate * (now - it.updated);
}

@inline
function finishAt(task: usize): f64 {
  return load<f64>(task);
}

@inline
function orderAt(task: usize): f64 {
  return load<f64>(task, 8);
}

@inline
function setTask(at: usize, finish: f64, order: f64, what: u32): void {
  store<f64>(at, finish);
  store<f64>(at, order, 8);
  store<u32>(at, what, 16);
}

@inline
function number(to: Processor, active: i32): void {
  to.active = active;
  to.rate = load<f64>(to.rates + (<usize>active << 3));
}

@inline
function attain(to: Processor, attained: f64): void {
  to.virtual += attained;
  to.delivered += <f64>to.active * attained;
}

export function submit(to: Processor, work: f64, what: usize): void {
  touch(to);
  const order = to.submitted;
  to.submitted = order + 1;
  if (to.vacant) {
    to.vacant = false;
    if (to.active == 1) to.virtual = 0;
    sink(to, to.virtual + work, order, <u32>what);
    return;
  }
  if (to.active == 0) to.virtual = 0;
  else attain(to, to.rate * (now - to.updated));
  to.updated = now;
  if (to.active == to.room) grow(to);
  const place = to.active;
  number(to, place + 1);
  const finish = to.virtual + work;
  const tasks = to.tasks;
  let index = place;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = tasks + <usize>above * TASK;
    const other = finishAt(parent);
    if (other < finish || (other == finish && orderAt(parent) < order)) break;
    setTask(tasks + <usize>index * TASK, other, orderAt(parent), load<u32>(parent, 16));
    index = above;
  }
  setTask(tasks + <usize>index * TASK, finish, order, <u32>what);
}

/** The first task is finished, now: what it is. Its place is the next one's that is submitted before the agenda is told. */
@inline
export function finish(to: Processor): usize {
  const first = to.tasks;
  attain(to, finishAt(first) - to.virtual);
  to.updated = now;
  to.vacant = true;
  touch(to);
  return load<u32>(first, 16);
}

/** Nobody has taken the place of the task that is finished. */
function pop(from: Processor): void {
  from.vacant = false;
  const last = from.active - 1;
  number(from, last);
  const moved = from.tasks + <usize>last * TASK;
  sink(from, finishAt(moved), orderAt(moved), load<u32>(moved, 16));
}

/** Puts a task in the place of the first, or as far below as it belongs. */
@inline
function sink(to: Processor, finish: f64, order: f64, what: u32): void {
  const tasks = to.tasks;
  const count = to.active;
  let at = tasks;
  let next = 1;
  while (next < count) {
    let child = tasks + <usize>next * TASK;
    let least = finishAt(child);
    if (next + 1 < count) {
      const other = finishAt(child + TASK);
      if (other < least || (other == least && orderAt(child + TASK) < orderAt(child))) {
        least = other;
        next++;
        child += TASK;
      }
    }
    if (!(least < finish || (least == finish && orderAt(child) < order))) break;
    setTask(at, least, orderAt(child), load<u32>(child, 16));
    at = child;
    next = 2 * next + 1;
  }
  setTask(at, finish, order, what);
}

@inline
function touch(to: Processor): void {
  to.order = ticket();
  to.stale = true;
}

/** Tells the agenda of the next finish, if that has changed. */
@inline
export function settleProcessor(it: Processor): void {
  if (it.stale) announce(it);
}

function announce(it: Processor): void {
  it.stale = false;
  if (it.vacant) pop(it);
  if (it.active == 0) remove(it.source);
  else {
    const left = max<f64>(finishAt(it.tasks) - it.virtual, 0);
    put(it.source, now + left / it.rate, it.order);
  }
}

/** Tells rates of as many tasks as there is room for. */
function tell(it: Processor): void {
  it.rates = take(8 * <usize>(it.room + 1));
  for (let active = 0; active <= it.room; active++) {
    const tasks = <f64>active;
    store<f64>(it.rates + (<usize>active << 3), tasks <= it.cores ? 1 : it.cores / tasks);
  }
}

function grow(it: Processor): void {
  const tasks = take(2 * <usize>it.room * TASK);
  memory.copy(tasks, it.tasks, <usize>it.room * TASK);
  it.tasks = tasks;
  it.room *= 2;
  tell(it);
}
