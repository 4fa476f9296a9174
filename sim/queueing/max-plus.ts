import { RandomStream } from "../engine/random.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import { Variates } from "./distribution.ts";
import type { Line } from "./line.ts";
import type { Recorder } from "./recorder.ts";
import { StationSums } from "./station-sums.ts";

/** Jobs that are worked on at a time. */
const BLOCK = 256;

/** Whether {@link runMaxPlus} can do a line: one server at each station. */
export function isMaxPlus({ stations }: Line): boolean {
  return stations.every(({ servers = 1 }) => servers === 1);
}

/**
 * A line of single servers by recursion over jobs instead of events over time (the recursions of `sim/analytic/tandem.ts`): the
 * same times as the event engine's. Each station has a column of when jobs leave it, in which a job at one place is at
 * the same place of every column. As what a job needs to know of the next station is what a job did that is a buffer and one
 * before it, so many jobs can pass one station before any of them is looked at in the next.
 */
export function runMaxPlus(line: Line, recorder: Recorder, seed: number): void {
  const { jobs, bounds } = recorder;
  const { stations } = line;
  const saturated = line.arrivals.kind === "saturated";
  const arrivals = line.arrivals.kind === "saturated" ? null : new ArrivalTimes(line.arrivals, seed);
  // Where all jobs have room there is no limit.
  const places = stations.map(({ buffer = Infinity }, j) => (j > 0 && buffer < jobs ? buffer + 1 : Infinity));
  const finite = places.filter((n) => n < Infinity);
  const together = Math.min(BLOCK, ...finite);
  // Before the first job stands what is looked back to, also by a saturated source; nobody has left there yet: zeros.
  const history = Math.max(1, ...finite);
  const columns = Array.from(
    { length: stations.length + 1 },
    () => new Float64Array(history + Math.max(history, BLOCK)),
  );
  const came = columns[0]!;
  const times = columns[stations.length]!;
  const passages = stations.map(({ service }, j): Passage => {
    const back = places[j + 1] ?? Infinity;
    return {
      // A job of a saturated source comes when the one before it leaves.
      entries: saturated && j === 0 ? columns[1]! : columns[j]!,
      late: saturated && j === 0 ? 1 : 0,
      service: new Variates(service, new RandomStream(seed, "service", j)),
      draws: new Float64Array(BLOCK),
      lefts: columns[j + 1]!,
      rooms: back < Infinity ? columns[j + 2]! : null,
      back,
      sums: new Float64Array(3),
      station: new StationSums(recorder, j),
    };
  });
  const pass = line.blocking === "before-service" ? passBefore : passAfter;
  let segment = 0;
  let at = history;
  for (let n = 0; n < jobs; ) {
    while (bounds[segment + 1]! <= n) segment++;
    if (at + BLOCK > came.length) {
      for (const column of columns) column.copyWithin(0, at - history, at);
      at = history;
    }
    // A block ends where a segment does.
    const length = Math.min(BLOCK, bounds[segment + 1]! - n);
    for (const { service, draws } of passages) service.fill(length === BLOCK ? draws : draws.subarray(0, length));
    arrivals?.fill(came.subarray(at, at + length));
    for (let first = 0; first < length; first += together) {
      const end = Math.min(first + together, length);
      for (const passage of passages) {
        if (passage.rooms === null) passFreely(passage, at, first, end);
        else pass(passage, passage.rooms, at, first, end);
      }
    }
    if (saturated) came.set(columns[1]!.subarray(at - 1, at - 1 + length), at);
    recorder.departedAll(came, times, at, at + length);
    for (const { station, sums } of passages) {
      station.addJobs(length, sums[0]!, sums[1]!, sums[2]!);
      sums.fill(0);
    }
    at += length;
    n += length;
  }
}

/** How jobs pass a station: columns of times. */
interface Passage {
  /** When each came to the station: as many places before the job's own as it is `late`. */
  readonly entries: Float64Array;
  readonly late: number;
  readonly service: Variates;
  /** Services, of the block. */
  readonly draws: Float64Array;
  /** When each left, which is to be found. */
  readonly lefts: Float64Array;
  /** When jobs left the next station: the one that was `back` jobs before made room. Null if there is always room. */
  readonly rooms: Float64Array | null;
  readonly back: number;
  /** Sums over the block's jobs: waits, services, time blocked. */
  readonly sums: Float64Array;
  /** Where they go. */
  readonly station: StationSums;
}

/** There is always room: Lindley's recursion. @param at Place of the block in the columns; it is about jobs `first..end - 1` of that. */
function passFreely({ entries, late, draws, lefts, sums }: Passage, at: number, first: number, end: number): void {
  let left = lefts[at + first - 1]!;
  let wait = sums[0]!;
  let worked = sums[1]!;
  for (let i = first; i < end; i++) {
    const time = entries[at + i - late]!;
    const service = draws[i]!;
    const start = Math.max(time, left);
    wait += start - time;
    worked += service;
    left = start + service;
    lefts[at + i] = left;
  }
  sums[0] = wait;
  sums[1] = worked;
}

/** Blocking after service. */
function passAfter(passage: Passage, rooms: Float64Array, at: number, first: number, end: number): void {
  const { entries, late, draws, lefts, back, sums } = passage;
  let left = lefts[at + first - 1]!;
  let wait = sums[0]!;
  let worked = sums[1]!;
  let blocked = sums[2]!;
  for (let i = first; i < end; i++) {
    const time = entries[at + i - late]!;
    const service = draws[i]!;
    const start = Math.max(time, left);
    const finish = start + service;
    left = Math.max(rooms[at + i - back]!, finish);
    wait += start - time;
    worked += service;
    blocked += left - finish;
    lefts[at + i] = left;
  }
  sums[0] = wait;
  sums[1] = worked;
  sums[2] = blocked;
}

/** Blocking before service. */
function passBefore(passage: Passage, rooms: Float64Array, at: number, first: number, end: number): void {
  const { entries, late, draws, lefts, back, sums } = passage;
  let left = lefts[at + first - 1]!;
  let wait = sums[0]!;
  let worked = sums[1]!;
  let blocked = sums[2]!;
  for (let i = first; i < end; i++) {
    const time = entries[at + i - late]!;
    const service = draws[i]!;
    const ready = Math.max(time, left);
    const start = Math.max(rooms[at + i - back]!, ready);
    left = start + service;
    wait += ready - time;
    worked += service;
    blocked += start - ready;
    lefts[at + i] = left;
  }
  sums[0] = wait;
  sums[1] = worked;
  sums[2] = blocked;
}
