import { now } from "./agenda";
import { take } from "./memory";

/** Of a row: stamps of a frame, as in `model/record.ts`, where nothing has to be decompressed. */
const STAMPS: usize = 32;
const ARRIVED: usize = 0;
const START: usize = 8;
const END: usize = 16;
const SENT: usize = 24;

/** Latencies of a line that are told of at once. */
const TOLD: i32 = 64;

/** To be told of latencies of frames after warm-up, seconds: so many 64-bit numbers from an address on. */
@external("env", "delivered")
declare function tell(line: i32, from: usize, count: i32): void;

/** What happens to frames at one pod: as in `model/record.ts`, whose sums come first and are read by their order there. */
@unmanaged
export class Record {
  link: f64;
  decode: f64;
  queue: f64;
  compute: f64;
  send: f64;
  messages: f64;
  within: f64;
  first: f64;
  last: f64;
  receiving: f64;
  sending: f64;
  /** Frames/s of a source; 0: of another pod, or one that is saturated. */
  rate: f64;
  rows: usize;
  mask: i32;
  warmup: i32;
  upstream: Record | null;
  /** Of a source whose frames are not due at a constant interval: addresses of times. */
  schedule: usize;
  /** Of the last pod: that of its line's source; the line's number, and latencies that nobody was told of yet. */
  source: Record | null;
  latencies: usize;
  line: i32;
  kept: i32;
}

export function record(upstream: Record | null, warmup: i32, rate: f64, schedule: usize): Record {
  const made = changetype<Record>(take(offsetof<Record>()));
  made.first = made.last = NaN;
  made.rows = take(2 * STAMPS);
  made.mask = 1;
  made.upstream = upstream;
  made.warmup = warmup;
  made.rate = rate;
  made.schedule = schedule;
  return made;
}

/** What ends here is delivered. */
export function deliverTo(it: Record, source: Record, line: i32): void {
  it.source = source;
  it.line = line;
  it.latencies = take(<usize>TOLD << 3);
}

@inline
function row(it: Record, frame: i32): usize {
  return it.rows + <usize>(frame & it.mask) * STAMPS;
}

export function arrivedAt(at: Record, frame: i32): void {
  store<f64>(row(at, frame), now, ARRIVED);
  if (frame < at.warmup) return;
  const upstream = at.upstream!;
  at.link += now - load<f64>(row(upstream, frame), SENT);
}

export function startedAt(at: Record, frame: i32): void {
  const here = row(at, frame);
  store<f64>(here, now, START);
  if (frame < at.warmup) return;
  if (at.upstream !== null) at.queue += now - load<f64>(here, ARRIVED);
  else if (at.rate > 0) at.queue += now - due(at, frame);
}

export function endedAt(at: Record, frame: i32): void {
  const here = row(at, frame);
  store<f64>(here, now, END);
  if (frame < at.warmup) return;
  const start = load<f64>(here, START);
  at.compute += now - start;
  if (!(at.first <= now)) at.first = now;
  at.last = now;
  at.within += now - max<f64>(start, at.first);
  const source = at.source;
  if (source === null) return;
  store<f64>(at.latencies + (<usize>(at.kept++) << 3), now - due(source, frame));
  if (at.kept == TOLD) tellAll(at);
}

/** Tells of latencies that nobody was told of yet. */
export function tellAll(it: Record): void {
  if (it.kept > 0) tell(it.line, it.latencies, it.kept);
  it.kept = 0;
}

export function sentAt(at: Record, frame: i32): void {
  const here = row(at, frame);
  store<f64>(here, now, SENT);
  if (frame >= at.warmup) at.send += now - load<f64>(here, END);
}

/** A frame is begun: what messages have taken since the one before is on its account. */
@inline
export function messagesAt(at: Record, frame: i32): void {
  const cpu = at.receiving + at.sending;
  at.receiving = 0;
  at.sending = 0;
  if (frame > at.warmup) at.messages += cpu;
}

/** When a frame that is in flight was due at this source. */
function due(at: Record, frame: i32): f64 {
  if (at.schedule != 0) return load<f64>(at.schedule + (<usize>frame << 3));
  return at.rate > 0 ? <f64>frame / at.rate : load<f64>(row(at, frame), START);
}

/** Sees to it that frames from `oldest` to `frame` have a row each. */
@inline
export function reach(it: Record, oldest: i32, frame: i32): void {
  while (frame - oldest > it.mask) grow(it, oldest);
}

function grow(it: Record, oldest: i32): void {
  const from = it.rows;
  const mask = it.mask;
  it.mask = 2 * mask + 1;
  it.rows = take(<usize>(it.mask + 1) * STAMPS);
  for (let frame = oldest; frame <= oldest + mask; frame++)
    memory.copy(row(it, frame), from + <usize>(frame & mask) * STAMPS, STAMPS);
}
