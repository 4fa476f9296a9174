import { claim, now, put, remove, ticket } from "./agenda";
import { HOST } from "./kinds";
import { take } from "./memory";

/** Of a task: attained service at which it is finished, order of submission, and what it is. */
const TASK: usize = 24;

/** Cores that active tasks share equally: `SharedProcessor` of `engine/processor.ts`. */
@unmanaged
export class Processor {
  virtual: f64;
  updated: f64;
  delivered: f64;
  rate: f64;
  submitted: f64;
  order: f64;
  cores: f64;
  /** Binary heap. */
  tasks: usize;
  active: i32;
  room: i32;
  source: i32;
  stale: bool;
}

export function processor(cores: f64): Processor {
  const made = changetype<Processor>(take(offsetof<Processor>()));
  made.cores = cores;
  made.room = 4;
  made.rate = 1;
  made.tasks = take(4 * TASK);
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
function setTask(at: usize, finish: f64, order: f64, what: usize): void {
  store<f64>(at, finish);
  store<f64>(at, order, 8);
  store<u32>(at, <u32>what, 16);
}

@inline
function number(to: Processor, active: i32): void {
  to.active = active;
  const tasks = <f64>active;
  to.rate = tasks <= to.cores ? 1 : to.cores / tasks;
}

@inline
function attain(to: Processor, attained: f64): void {
  to.virtual += attained;
  to.delivered += <f64>to.active * attained;
}

export function submit(to: Processor, work: f64, what: usize): void {
  if (to.active == 0) to.virtual = 0;
  else attain(to, to.rate * (now - to.updated));
  to.updated = now;
  if (to.active == to.room) grow(to);
  const place = to.active;
  number(to, place + 1);
  const order = to.submitted;
  to.submitted = order + 1;
  touch(to);
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
  setTask(tasks + <usize>index * TASK, finish, order, what);
}

/** The first task is finished, now: what it is. */
export function finish(to: Processor): usize {
  const tasks = to.tasks;
  attain(to, finishAt(tasks) - to.virtual);
  to.updated = now;
  const what = <usize>load<u32>(tasks, 16);
  const last = to.active - 1;
  number(to, last);
  const moved = tasks + <usize>last * TASK;
  const finish = finishAt(moved);
  const order = orderAt(moved);
  const task = load<u32>(moved, 16);
  let index = 0;
  for (;;) {
    let next = 2 * index + 1;
    if (next >= last) break;
    let child = tasks + <usize>next * TASK;
    let least = finishAt(child);
    if (next + 1 < last) {
      const other = finishAt(child + TASK);
      if (other < least || (other == least && orderAt(child + TASK) < orderAt(child))) {
        least = other;
        next++;
        child += TASK;
      }
    }
    if (!(least < finish || (least == finish && orderAt(child) < order))) break;
    setTask(tasks + <usize>index * TASK, least, orderAt(child), load<u32>(child, 16));
    index = next;
  }
  setTask(tasks + <usize>index * TASK, finish, order, task);
  touch(to);
  return what;
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
  if (it.active == 0) remove(it.source);
  else {
    const left = max<f64>(finishAt(it.tasks) - it.virtual, 0);
    put(it.source, now + (it.rate == 1 ? left : left / it.rate), it.order);
  }
}

function grow(it: Processor): void {
  const tasks = take(2 * <usize>it.room * TASK);
  memory.copy(tasks, it.tasks, <usize>it.room * TASK);
  it.tasks = tasks;
  it.room *= 2;
}
