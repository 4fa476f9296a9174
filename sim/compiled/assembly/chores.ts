import { grown, take } from "./memory";

/** What a pod's thread does besides computing: as in `model/chores.ts`. */
export const RECEIVE: i32 = 0;
const HANDING_OVER: i32 = 1;
export const HAND_OVER: i32 = 2;
const SEND: i32 = 3;
export const RELEASE: i32 = 4;

/** Of a chore: CPU seconds, its kind, and what it is about. */
const CHORE: usize = 16;
const KIND: usize = 8;
const ABOUT: usize = 12;

@unmanaged
export class Chores {
  /** The chore in hand, and of a hand-over the CPU seconds of the rest of sending. */
  cpu: f64;
  rest: f64;
  kind: i32;
  about: i32;
  /** What has come since. */
  entries: usize;
  mask: i32;
  head: i32;
  length: i32;
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

export function pushChore(to: Chores, kind: i32, about: i32, cpu: f64): void {
  if (to.length > to.mask) grow(to);
  const at = place(to, to.length++);
  store<f64>(at, cpu);
  store<i32>(at, kind, KIND);
  store<i32>(at, about, ABOUT);
}

/**
 * It hands a frame over with what it has just done, and does the rest of sending right after that. There is never more than one: an
 * acknowledgement makes room for one, and so does the end of a frame.
 */
@inline
export function handOver(to: Chores, frame: i32, cpu: f64, rest: f64): void {
  to.kind = HANDING_OVER;
  to.about = frame;
  to.cpu = cpu;
  to.rest = rest;
}

/** Takes the next chore in hand; false if there is none. */
@inline
export function takeChore(it: Chores): bool {
  if (it.kind == HANDING_OVER) {
    it.kind = HAND_OVER;
    return true;
  }
  if (it.kind == HAND_OVER) {
    it.kind = SEND;
    it.cpu = it.rest;
    return true;
  }
  if (it.length == 0) return false;
  const first = place(it, 0);
  it.kind = load<i32>(first, KIND);
  it.about = load<i32>(first, ABOUT);
  it.cpu = load<f64>(first);
  it.head = --it.length == 0 ? 0 : (it.head + 1) & it.mask;
  return true;
}

function grow(it: Chores): void {
  it.entries = grown(it.entries, <usize>it.head * CHORE, <usize>(it.mask + 1) * CHORE);
  it.mask = 2 * it.mask + 1;
  it.head = 0;
}
