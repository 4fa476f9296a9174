/** What happened to job n at one station of a line, seconds: arrays indexed by n. */
export interface StationTimes {
  /** Service began. */
  readonly start: Float64Array;
  /** Service ended. */
  readonly end: Float64Array;
  /** When it made room for the next job: `end`, or later if it was blocked. */
  readonly left: Float64Array;
}

/**
 * A line of first-come-first-served single servers with finite buffers, blocking after service, exactly: a finished job keeps
 * its server until the next station has a place for it. Max-plus recursion over jobs n and stations j
 *
 *     start(j, n) = max(left(j - 1, n), left(j, n - 1)),  left(j, n) = max(end(j, n), left(j + 1, n - places(j)))
 *
 * (Perros, Queueing Networks with Blocking, 1994; Dallery & Gershwin, Queueing Systems 12, 1992, section 2.) Jobs wait without
 * limit before the first station.
 * @param arrivals Arrival times in seconds, ascending.
 * @param services Service times in seconds: one array per station.
 * @param places Jobs that station j + 1 has room for, the one in service included: one fewer than stations, each 1 or more,
 *   `Infinity` for no limit.
 * @throws RangeError if lengths do not match or a number of places is below 1.
 */
export function tandemRecursion(
  arrivals: ArrayLike<number>,
  services: readonly ArrayLike<number>[],
  places: readonly number[],
): StationTimes[] {
  return recursion("tandemRecursion", arrivals, services, places, { delays: places.map(() => 0), release: "left" });
}

/**
 * The same line with blocking before service: a server begins only when the next station has a place for the job, and the place is
 * taken from then on (Dallery & Gershwin 1992, section 2: communication blocking).
 *
 *     start(j, n) = max(left(j - 1, n), left(j, n - 1), left(j + 1, n - places(j))),  left(j, n) = end(j, n)
 *
 * @throws RangeError as {@link tandemRecursion}.
 */
export function tandemBeforeService(
  arrivals: ArrayLike<number>,
  services: readonly ArrayLike<number>[],
  places: readonly number[],
): StationTimes[] {
  const jobs = arrivals.length;
  check(
    "tandemBeforeService",
    jobs,
    services,
    places,
    places.map(() => 0),
  );
  const ends = services.map(() => new Float64Array(jobs));
  const starts = services.map(() => new Float64Array(jobs));
  const end = (j: number, n: number) => (n < 0 || j === services.length ? Number.NEGATIVE_INFINITY : ends[j]![n]!);
  for (let n = 0; n < jobs; n++) {
    for (let j = 0; j < services.length; j++) {
      const there = j === 0 ? arrivals[n]! : end(j - 1, n);
      starts[j]![n] = Math.max(there, end(j, n - 1), end(j + 1, n - (places[j] ?? 0)));
      ends[j]![n] = starts[j]![n]! + services[j]![n]!;
    }
  }
  return services.map((_, j) => ({ start: starts[j]!, end: ends[j]!, left: ends[j]! }));
}

/**
 * The same line with windows as edgetwin's hops have them: station j passes a job on only while fewer than `windows(j)` of those
 * that it passed on are undelivered, and hears of a delivery at the end of the line after the delays back:
 *
 *     left(j, n) = max(end(j, n), end(last, n - windows(j)) + delays(j) + ... + delays(last - 1))
 *
 * @param windows Per hop, 1 or more, `Infinity` for no limit.
 * @param delays Per hop, seconds, the same in both directions.
 * @throws RangeError if lengths do not match, a window is below 1 or a delay is negative.
 */
export function windowRecursion(
  arrivals: ArrayLike<number>,
  services: readonly ArrayLike<number>[],
  windows: readonly number[],
  delays: readonly number[] = windows.map(() => 0),
): StationTimes[] {
  return recursion("windowRecursion", arrivals, services, windows, { delays, release: "delivered" });
}

function recursion(
  name: string,
  arrivals: ArrayLike<number>,
  services: readonly ArrayLike<number>[],
  limits: readonly number[],
  hops: { readonly delays: readonly number[]; readonly release: "left" | "delivered" },
): StationTimes[] {
  const jobs = arrivals.length;
  const { delays, release } = hops;
  check(name, jobs, services, limits, delays);
  const line = services.map(() => ({
    start: new Float64Array(jobs),
    end: new Float64Array(jobs),
    left: new Float64Array(jobs),
  }));
  const last = line.length - 1;
  // Time for the news of a delivery to come back to station j.
  const back = line.map((_, j) => delays.slice(j).reduce((total, delay) => total + delay, 0));
  for (let n = 0; n < jobs; n++) {
    for (let j = 0; j <= last; j++) {
      const station = line[j]!;
      const there = j === 0 ? arrivals[n]! : line[j - 1]!.left[n]! + delays[j - 1]!;
      const start = Math.max(there, n === 0 ? there : station.left[n - 1]!);
      const end = start + services[j]![n]!;
      const earlier = j === last ? -1 : n - limits[j]!;
      let room = end;
      if (earlier >= 0) room = release === "left" ? line[j + 1]!.left[earlier]! : line[last]!.end[earlier]! + back[j]!;
      station.start[n] = start;
      station.end[n] = end;
      station.left[n] = Math.max(end, room);
    }
  }
  return line;
}

function check(
  name: string,
  jobs: number,
  services: readonly ArrayLike<number>[],
  limits: readonly number[],
  delays: readonly number[],
): void {
  if (services.length === 0) throw new RangeError(`${name}: no stations (services is empty)`);
  services.forEach((times, j) => {
    if (times.length !== jobs)
      throw new RangeError(`${name}: ${jobs} arrivals, but ${times.length} services at station ${j}`);
  });
  const hops = services.length - 1;
  if (limits.length !== hops || delays.length !== hops) {
    throw new RangeError(`${name}: ${hops} hops, but ${limits.length} limits and ${delays.length} delays`);
  }
  limits.forEach((limit, j) => {
    if (!(limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit >= 1))) {
      throw new RangeError(`${name}: limit ${j}(=${limit}) should be an integer >= 1 or Infinity`);
    }
  });
  delays.forEach((delay, j) => {
    if (!(delay >= 0)) throw new RangeError(`${name}: delay ${j}(=${delay}) should be >= 0`);
  });
}
