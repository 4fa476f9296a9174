import { claim, put, remove } from "./agenda";
import { grown, take } from "./memory";

/** Of an entry: when, its rank there, and what it is about. */
const ENTRY: usize = 24;

/** Events of one source, in order: as in `engine/timeline.ts`. */
@unmanaged
export class Timeline {
  /** A ring. */
  entries: usize;
  /** In the agenda. */
  source: i32;
  mask: i32;
  head: i32;
  length: i32;
}

/** @param of What its events happen to. */
export function timeline(kind: i32, it: usize): Timeline {
  const made = changetype<Timeline>(take(offsetof<Timeline>()));
  made.entries = take(4 * ENTRY);
  made.mask = 3;
  made.source = claim(kind, it);
  return made;
}

@inline
function place(on: Timeline, position: i32): usize {
  return on.entries + <usize>((on.head + position) & on.mask) * ENTRY;
}

/** When the first event comes; `Infinity` if there is none. */
export function nextOn(line: Timeline): f64 {
  return line.length == 0 ? Infinity : load<f64>(place(line, 0));
}

@inline
function setEntry(at: usize, time: f64, order: f64, tag: i32): void {
  store<f64>(at, time);
  store<f64>(at, order, 8);
  store<i32>(at, tag, 16);
}

export function pushOn(to: Timeline, time: f64, order: f64, tag: i32): void {
  if (to.length > to.mask) grow(to);
  let position = to.length++;
  let here = place(to, position);
  for (; position > 0; position--) {
    const before = place(to, position - 1);
    const other = load<f64>(before);
    if (!(time < other || (time == other && order < load<f64>(before, 8)))) break;
    setEntry(here, other, load<f64>(before, 8), load<i32>(before, 16));
    here = before;
  }
  setEntry(here, time, order, tag);
  if (position == 0) put(to.source, time, order);
}

/** Takes the first event: its tag. */
export function shiftFrom(line: Timeline): i32 {
  const tag = load<i32>(place(line, 0), 16);
  if (--line.length == 0) {
    line.head = 0;
    remove(line.source);
  } else {
    line.head = (line.head + 1) & line.mask;
    const first = place(line, 0);
    put(line.source, load<f64>(first), load<f64>(first, 8));
  }
  return tag;
}

function grow(line: Timeline): void {
  line.entries = grown(line.entries, <usize>line.head * ENTRY, <usize>(line.mask + 1) * ENTRY);
  line.mask = 2 * line.mask + 1;
  line.head = 0;
}
