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
 * A line of single servers by recursion over jobs instead of events over time (the recursions of `sim/analytic/tandem.ts`, of
 * which only the last jobs' times are kept): the same times as the event engine's.
 */
export function runMaxPlus(line: Line, recorder: Recorder, seed: number): void {
  const { stations } = line;
  const arrivals = line.arrivals.kind === "saturated" ? null : new ArrivalTimes(line.arrivals, seed);
  const services = stations.map(({ service }, j) => new Variates(service, new RandomStream(seed, "service", j)));
  const sums = stations.map((_, j) => new StationSums(recorder, j));
  const draws = stations.map(() => new Float64Array(BLOCK));
  const times = new Float64Array(BLOCK);
  const came = new Float64Array(BLOCK);
  const free = arrivals !== null && stations.every(({ buffer }) => (buffer ?? Infinity) === Infinity);
  const work = free ? unlimited(draws, sums) : blocking(line, draws, sums);
  let segment = 0;
  for (let n = 0; n < recorder.jobs; ) {
    while (recorder.bounds[segment + 1]! <= n) segment++;
    // A block ends where a segment does.
    const jobs = Math.min(BLOCK, recorder.bounds[segment + 1]! - n);
    for (let j = 0; j < draws.length; j++) services[j]!.fill(draws[j]!.subarray(0, jobs));
    arrivals?.fill(came.subarray(0, jobs));
    work(jobs, came, times);
    for (let i = 0; i < jobs; i++) recorder.departed(came[i]!, times[i]!);
    n += jobs;
  }
}

/** @param came Arrivals; of a saturated source, they are found here. @param times Here departures are put. */
type Work = (jobs: number, came: Float64Array, times: Float64Array) => void;

/** Nothing blocks: one station after the other, Lindley's recursion. */
function unlimited(draws: readonly Float64Array[], sums: readonly StationSums[]): Work {
  const free = new Float64Array(draws.length);
  return (jobs, came, times) => {
    times.set(came);
    for (let j = 0; j < draws.length; j++) {
      const services = draws[j]!;
      let left = free[j]!;
      let wait = 0;
      let service = 0;
      for (let i = 0; i < jobs; i++) {
        const time = times[i]!;
        const start = Math.max(time, left);
        wait += start - time;
        service += services[i]!;
        left = start + services[i]!;
        times[i] = left;
      }
      free[j] = left;
      sums[j]!.addJobs(jobs, wait, service, 0);
    }
  };
}

/** Job by job, as a job at one station waits for an earlier one at the next. */
function blocking({ arrivals, stations, blocking }: Line, draws: readonly Float64Array[], sums: StationSums[]): Work {
  const saturated = arrivals.kind === "saturated";
  const before = blocking === "before-service";
  const last = stations.length - 1;
  const free = new Float64Array(stations.length);
  const waits = new Float64Array(stations.length);
  const worked = new Float64Array(stations.length);
  const blocked = new Float64Array(stations.length);
  // When the jobs before left each station, as many as it has places: the oldest one's place is the next one's.
  const rings = stations.map(
    ({ buffer = Infinity }, j) => new Float64Array(j > 0 && buffer < Infinity ? buffer + 1 : 0),
  );
  const slots = new Int32Array(stations.length);
  return (jobs, came, times) => {
    for (let i = 0; i < jobs; i++) {
      let time = saturated ? free[0]! : came[i]!;
      if (saturated) came[i] = time;
      for (let j = 0; j <= last; j++) {
        const service = draws[j]![i]!;
        const idle = free[j]!;
        const ready = Math.max(time, idle);
        const ring = j < last ? rings[j + 1]! : rings[0]!;
        const room = ring.length > 0 ? ring[slots[j + 1]!]! : 0;
        waits[j]! += ready - time;
        worked[j]! += service;
        if (before) {
          const start = Math.max(room, ready);
          blocked[j]! += start - ready;
          time = start + service;
        } else {
          const end = ready + service;
          time = Math.max(room, end);
          blocked[j]! += time - end;
        }
        free[j] = time;
        const own = rings[j]!;
        if (own.length > 0) {
          const slot = slots[j]!;
          own[slot] = time;
          slots[j] = slot + 1 === own.length ? 0 : slot + 1;
        }
      }
      times[i] = time;
    }
    for (let j = 0; j <= last; j++) sums[j]!.addJobs(jobs, waits[j]!, worked[j]!, blocked[j]!);
    waits.fill(0);
    worked.fill(0);
    blocked.fill(0);
  };
}
