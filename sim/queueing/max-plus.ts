import { RandomStream } from "../engine/random.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import { Variates } from "./distribution.ts";
import { type Each, type Four, passBlocking, passFreely, servicesOf } from "./four.ts";
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
 * same times as the event engine's, but for rounding. Each station has a column of when jobs leave it, in which a job at one place is at
 * the same place of every column. Stations are passed by four. As what a job needs to know of the next station is what a job did that
 * is a buffer and one before it, so many jobs can pass four stations before any of them is looked at in the next four.
 */
export function runMaxPlus(line: Line, recorder: Recorder, seed: number): void {
  const { jobs, bounds } = recorder;
  const saturated = line.arrivals.kind === "saturated";
  const arrivals = line.arrivals.kind === "saturated" ? null : new ArrivalTimes(line.arrivals, seed);
  const backs = backsOf(line, jobs);
  const ends = backs.filter((back, j) => j % 4 === 3 && back > 0);
  const together = Math.min(BLOCK, ...ends);
  // Before the first job stands what is looked back to, also by a saturated source; nobody has left there yet: zeros.
  const history = Math.max(1, ...backs);
  const { columns, fours } = foursOf(line, recorder, seed, backs, history);
  const came = columns[0]!;
  const times = columns[line.stations.length]!;
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
    for (const { services, draws } of fours) {
      services.forEach((service, k) => {
        service.fill(length === BLOCK ? draws[k]! : draws[k]!.subarray(0, length));
      });
    }
    arrivals?.fill(came.subarray(at, at + length));
    for (let first = 0; first < length; first += together) {
      const end = Math.min(first + together, length);
      for (const four of fours) (four.free ? passFreely : passBlocking)(four, at, first, end);
    }
    if (saturated) came.set(columns[1]!.subarray(at - 1, at - 1 + length), at);
    recorder.departedAll(came, times, at, at + length);
    for (const four of fours) {
      const { stations, sums } = four;
      const worked = servicesOf(four, length);
      stations.forEach((station, k) => {
        station.addJobs(length, sums[k]!, worked[k]!, sums[4 + k]!);
      });
      sums.fill(0);
    }
    at += length;
    n += length;
  }
}

/** Of each station, how many jobs before a job's own is the one that makes room for it at the next; 0: all jobs have room there. */
function backsOf({ stations }: Line, jobs: number): number[] {
  return stations.map((_, j) => {
    const { buffer = Infinity } = stations[j + 1] ?? {};
    return buffer < jobs ? buffer + 1 : 0;
  });
}

/** All columns, and the stations by four, the last filled up with some that take no time. */
function foursOf(line: Line, recorder: Recorder, seed: number, backs: readonly number[], history: number) {
  const { stations, arrivals } = line;
  const zeros = new Float64Array(history + Math.max(history, BLOCK));
  const count = Math.ceil(stations.length / 4);
  const columns = Array.from({ length: 4 * count + 1 }, () => zeros.slice());
  const fours = Array.from({ length: count }, (_, group): Four => {
    const first = 4 * group;
    const each = <T>(of: (j: number) => T): Each<T> => [of(first), of(first + 1), of(first + 2), of(first + 3)];
    // A job of a saturated source comes when the one before it leaves.
    const late = arrivals.kind === "saturated" && group === 0 ? 1 : 0;
    const here = stations.slice(first, first + 4);
    return {
      entries: columns[first + late]!,
      late,
      services: here.map(({ service }, k) => new Variates(service, new RandomStream(seed, "service", first + k))),
      draws: each(() => new Float64Array(BLOCK)),
      lefts: each((j) => columns[j + 1]!),
      rooms: each((j) => (backs[j]! > 0 ? columns[j + 2]! : zeros)),
      backs: each((j) => backs[j] ?? 0),
      roomFirst: line.blocking === "before-service" ? 1 : 0,
      free: backs.slice(first, first + 4).every((back) => back === 0),
      sums: new Float64Array(8),
      stations: here.map((_, k) => new StationSums(recorder, first + k)),
    };
  });
  return { columns, fours };
}
