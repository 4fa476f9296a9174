import { take } from "./memory";

/** As in `engine/agenda.ts`: few sources are searched, more are a 4-ary heap of (time, order). */
const SEARCHED: i32 = 12;
const NONE: i32 = -1;
const UNKNOWN: i32 = -2;
/** Bytes of a key: time, and order. */
const KEY: usize = 16;

/** Simulation time, seconds. */
export let now: f64 = 0;
let scheduled: f64 = 0;
let keys: usize = 0;
let heap: usize = 0;
let places: usize = 0;
let searched: i32 = 0;
let heaped: bool = false;
let length: i32 = 0;
let next: i32 = NONE;
/** Of a table: at the present time there may be an event besides the one that the clock was moved to. */
let tied: bool = false;
/** By source: its kind, and what it is of. */
let owners: usize = 0;
let claimed: i32 = 0;

export function prepareAgenda(sources: i32): void {
  now = 0;
  scheduled = 0;
  keys = take(<usize>sources * KEY);
  heap = take(<usize>sources * 4);
  places = take(<usize>sources * 4);
  owners = take(<usize>sources * 8);
  for (let source = 0; source < sources; source++) {
    setKey(source, Infinity, Infinity);
    store<i32>(heap + (<usize>source << 2), source);
    store<i32>(places + (<usize>source << 2), -1);
  }
  searched = length = claimed = 0;
  heaped = tied = false;
  next = NONE;
}

/** A source for something of a kind. */
export function claim(kind: i32, object: usize): i32 {
  const source = claimed++;
  store<i32>(owners + (<usize>source << 3), kind);
  store<u32>(owners + (<usize>source << 3), <u32>object, 4);
  return source;
}

@inline
export function kindOf(source: i32): i32 {
  return load<i32>(owners + (<usize>source << 3));
}

@inline
export function objectOf(source: i32): usize {
  return load<u32>(owners + (<usize>source << 3), 4);
}

@inline
export function ticket(): f64 {
  const order = scheduled;
  scheduled = order + 1;
  return order;
}

@inline
function timeAt(place: i32): f64 {
  return load<f64>(keys + <usize>place * KEY);
}

@inline
function orderAt(place: i32): f64 {
  return load<f64>(keys + <usize>place * KEY, 8);
}

@inline
function setKey(place: i32, time: f64, order: f64): void {
  store<f64>(keys + <usize>place * KEY, time);
  store<f64>(keys + <usize>place * KEY, order, 8);
}

@inline
function sourceAt(place: i32): i32 {
  return load<i32>(heap + (<usize>place << 2));
}

@inline
function setSource(place: i32, source: i32): void {
  store<i32>(heap + (<usize>place << 2), source);
}

@inline
function setPlace(source: i32, place: i32): void {
  store<i32>(places + (<usize>source << 2), place);
}

/** Moves the clock to the next event: its source, -1 if there is none. */
@inline
export function advance(): i32 {
  if (next == UNKNOWN) search();
  if (next < 0) return -1;
  now = timeAt(next);
  return sourceAt(next);
}

/** True if some event comes at the present time, before what has this rank. */
@inline
export function precedes(order: f64): bool {
  if (next == UNKNOWN) {
    if (!tied) return false;
    search();
  }
  return next >= 0 && timeAt(next) <= now && orderAt(next) < order;
}

export function put(source: i32, time: f64, order: f64): void {
  if (source < searched) {
    setKey(source, time, order);
    if (time == now) tied = true;
    next = UNKNOWN;
  } else if (heaped) {
    const place = placeOf(source);
    setKey(place, time, order);
    settle(place);
  } else {
    widen(source + 1);
    put(source, time, order);
  }
}

export function remove(source: i32): void {
  if (source < searched) {
    store<f64>(keys + <usize>source * KEY, Infinity);
    next = UNKNOWN;
    return;
  }
  const place = load<i32>(places + (<usize>source << 2));
  if (place < 0) return;
  setPlace(source, -1);
  const last = --length;
  if (last == 0) next = NONE;
  if (place == last) return;
  setSource(place, sourceAt(last));
  setKey(place, timeAt(last), orderAt(last));
  settle(place);
}

/** Place in the heap of the event of a source: a new one if it has none. */
function placeOf(source: i32): i32 {
  const place = load<i32>(places + (<usize>source << 2));
  if (place >= 0) return place;
  setSource(length, source);
  next = 0;
  return length++;
}

function search(): void {
  let best = 0;
  let least = timeAt(0);
  tied = false;
  const end = searched;
  for (let source = 1; source < end; source++) {
    const time = timeAt(source);
    if (time > least) continue;
    if (time == least) {
      tied = true;
      if (!(orderAt(source) < orderAt(best))) continue;
    }
    least = time;
    best = source;
  }
  if (least <= now) tied = true;
  next = least < Infinity ? best : NONE;
}

function widen(sources: i32): void {
  if (sources <= SEARCHED) {
    searched = sources;
    return;
  }
  heaped = true;
  const count = searched;
  searched = 0;
  // What is pending moves to the front: never past where it is read from.
  for (let source = 0; source < count; source++) {
    const time = timeAt(source);
    const order = orderAt(source);
    if (time == Infinity) continue;
    const place = length++;
    setSource(place, source);
    setKey(place, time, order);
    settle(place);
  }
}

function settle(place: i32): void {
  const above = (place - 1) >> 2;
  if (place > 0 && (timeAt(place) < timeAt(above) || tiedAt(place, above))) rise(place);
  else sink(place);
}

@inline
function tiedAt(place: i32, other: i32): bool {
  return timeAt(place) == timeAt(other) && orderAt(place) < orderAt(other);
}

function rise(from: i32): void {
  const source = sourceAt(from);
  const time = timeAt(from);
  const order = orderAt(from);
  let place = from;
  while (place > 0) {
    const above = (place - 1) >> 2;
    const other = timeAt(above);
    if (other < time || (other == time && orderAt(above) < order)) break;
    const parent = sourceAt(above);
    setSource(place, parent);
    setPlace(parent, place);
    setKey(place, other, orderAt(above));
    place = above;
  }
  setSource(place, source);
  setPlace(source, place);
  setKey(place, time, order);
}

function sink(from: i32): void {
  const source = sourceAt(from);
  const time = timeAt(from);
  const order = orderAt(from);
  let place = from;
  for (;;) {
    const first = 4 * place + 1;
    if (first >= length) break;
    const next = earliest(first, min(first + 4, length));
    const least = timeAt(next);
    if (!(least < time || (least == time && orderAt(next) < order))) break;
    const child = sourceAt(next);
    setSource(place, child);
    setPlace(child, place);
    setKey(place, least, orderAt(next));
    place = next;
  }
  setSource(place, source);
  setPlace(source, place);
  setKey(place, time, order);
}

/** The place whose event comes first, of at most 4. */
function earliest(first: i32, end: i32): i32 {
  if (end - first == 4) {
    // Without a branch, which would be foreseen wrongly half the time.
    const a = timeAt(first);
    const b = timeAt(first + 1);
    const c = timeAt(first + 2);
    const d = timeAt(first + 3);
    const left = first + i32(b < a);
    const right = first + 2 + i32(d < c);
    const e = timeAt(left);
    const f = timeAt(right);
    if (!(a == b || c == d || e == f)) return select(right, left, f < e);
  }
  let next = first;
  for (let place = first + 1; place < end; place++)
    if (timeAt(place) < timeAt(next) || tiedAt(place, next)) next = place;
  return next;
}
