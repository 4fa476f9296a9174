import { checkDistribution, type Distribution } from "./distribution.ts";

/** How jobs come to the first station. */
export type Arrivals =
  /** Independent of each other, `rate` a second on average. */
  | { readonly kind: "poisson"; readonly rate: number }
  /** With independent gaps, also before the first job. */
  | { readonly kind: "renewal"; readonly gap: Distribution }
  /** At given times in seconds, ascending: as many as there are jobs at least. */
  | { readonly kind: "trace"; readonly times: ArrayLike<number> }
  /** There is always a job for a free server of the first station. */
  | { readonly kind: "saturated" };

/** First-come-first-served servers with one queue. */
export interface Station {
  /** Of each job, whatever happened to it before. */
  readonly service: Distribution;
  /** Side by side; 1 if left out. */
  readonly servers?: number;
  /** Jobs that can wait here, those in service not counted; without limit if left out, and always at the first station. */
  readonly buffer?: number;
}

/** Stations in a row that every job passes. */
export interface Line {
  /** At the first station. */
  readonly arrivals: Arrivals;
  /** In the order in which jobs pass them. */
  readonly stations: readonly Station[];
  /**
   * What a full station does to the one before it: `after-service` (the default), a finished job keeps its server until there
   * is room; `before-service`, a server begins only when there is room for its job. (Dallery & Gershwin, Queueing Systems 12, 1992,
   * section 2: also called production and communication blocking.)
   */
  readonly blocking?: "after-service" | "before-service";
}

/** @throws RangeError that names the field, its value and what it should be. */
export function checkLine({ arrivals, stations }: Line, jobs: number): void {
  if (!(Number.isInteger(jobs) && jobs >= 1)) throw new RangeError(`jobs(=${jobs}) should be an integer >= 1`);
  if (arrivals.kind === "poisson" && !(arrivals.rate > 0 && arrivals.rate < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`arrivals.rate(=${arrivals.rate}) should be finite and > 0`);
  }
  if (arrivals.kind === "renewal") checkTimes(arrivals.gap, "arrivals.gap", jobs);
  if (arrivals.kind === "trace") checkArrivalTimes(arrivals.times, jobs);
  if (stations.length === 0) throw new RangeError("a line should have a station (stations is empty)");
  stations.forEach(({ service, servers = 1, buffer }, j) => {
    checkTimes(service, `stations[${j}].service`, jobs);
    if (!(Number.isInteger(servers) && servers >= 1)) {
      throw new RangeError(`stations[${j}].servers(=${servers}) should be an integer >= 1`);
    }
    if (buffer === undefined || buffer === Number.POSITIVE_INFINITY) return;
    if (!(Number.isInteger(buffer) && buffer >= 0)) {
      throw new RangeError(`stations[${j}].buffer(=${buffer}) should be an integer >= 0 or Infinity`);
    }
    if (j === 0) throw new RangeError(`stations[0].buffer(=${buffer}) should be left out: nothing is turned away`);
  });
}

function checkTimes(distribution: Distribution, name: string, jobs: number): void {
  checkDistribution(distribution, name);
  if (distribution.kind === "trace" && distribution.times.length < jobs) {
    throw new RangeError(`${name}.times has ${distribution.times.length} of ${jobs} jobs`);
  }
}

function checkArrivalTimes(times: ArrayLike<number>, jobs: number): void {
  if (times.length < jobs) throw new RangeError(`arrivals.times has ${times.length} of ${jobs} jobs`);
  let before = 0;
  for (let n = 0; n < jobs; n++) {
    const time = times[n]!;
    if (!(time >= before && time < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`arrivals.times[${n}](=${time}) should be finite and >= ${before}`);
    }
    before = time;
  }
}
