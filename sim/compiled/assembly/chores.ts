import { take } from "./memory";

/** What a pod's thread does besides computing: as in `model/chores.ts`. */
export const RECEIVE: i32 = 0;
export const HAND_OVER: i32 = 2;
export const SEND: i32 = 3;
export const RELEASE: i32 = 4;

/** Of a chore: CPU seconds, those of the rest of sending, its kind, and what it is about. */
const CHORE: usize = 24;
const REST: usize = 8;
const KIND: usize = 16;
const ABOUT: usize = 20;

@unmanaged
export class Chores {
  /** The chore in hand. */
  cpu: f64;
  rest: f64;
  kind: i32;
  about: i32;
  entries: usize;
  mask: i32;
  head: i32;
  length: i32;
  /** So many of the first go with what it does now. */
  urgent: i32;
}

export function prepareChores(it: Chores): void {
  it.kind = SEND;
  it.entries = take(4 * CHORE);
  it.mask = 3;
}

@inline
function place(it: Chores, position: i32): usize {
  return it.entries + <usize>((it.head + position) & it.mask) * CHORE;
}

@inline
function setChore(at: usize, kind: i32, about: i32, cpu: f64, rest: f64): void {
  store<f64>(at, cpu);
  store<f64>(at, rest, REST);
  store<i32>(at, kind, KIND);
  store<i32>(at, about, ABOUT);
}

export function pushChore(to: Chores, kind: i32, about: i32, cpu: f64): void {
  if (to.length > to.mask) grow(to);
  setChore(place(to, to.length++), kind, about, cpu, 0);
}

/** It hands a frame over, with what it does now, and does the rest of sending right after that. */
export function handOver(to: Chores, frame: i32, cpu: f64, rest: f64): void {
  if (to.length > to.mask) grow(to);
  if (to.length++ > 0) to.head = (to.head - 1) & to.mask;
  let at = place(to, 0);
  for (let position = 1; position <= to.urgent; position++) {
    const next = place(to, position);
    memory.copy(at, next, CHORE);
    at = next;
  }
  setChore(at, HAND_OVER, frame, cpu, rest);
  to.urgent++;
}

/** Takes the next chore in hand; false if there is none. */
@inline
export function takeChore(it: Chores): bool {
  if (it.kind == HAND_OVER) {
    it.kind = SEND;
    it.cpu = it.rest;
    return true;
  }
  if (it.length == 0) return false;
  if (it.urgent > 0) it.urgent--;
  const first = place(it, 0);
  it.kind = load<i32>(first, KIND);
  it.about = load<i32>(first, ABOUT);
  it.cpu = load<f64>(first);
  it.rest = load<f64>(first, REST);
  it.head = --it.length == 0 ? 0 : (it.head + 1) & it.mask;
  return true;
}

function grow(it: Chores): void {
  const size = <usize>(it.mask + 1) * CHORE;
  const head = <usize>it.head * CHORE;
  const entries = take(2 * size);
  memory.copy(entries, it.entries + head, size - head);
  memory.copy(entries + size - head, it.entries, head);
  it.entries = entries;
  it.mask = 2 * it.mask + 1;
  it.head = 0;
}
