/** Steady state of a queueing station: times in seconds, numbers in jobs. */
export interface Steady {
  /** Share of time that a server is busy, 0..1. */
  readonly utilisation: number;
  /** Mean time before service (processor sharing: by which service is stretched). */
  readonly wait: number;
  /** Mean time from arrival to departure. */
  readonly sojourn: number;
  /** Mean number waiting, `arrivalRate * wait` (Little). */
  readonly queued: number;
  /** Mean number waiting or in service, `arrivalRate * sojourn` (Little). */
  readonly present: number;
}

/** Completes a station's mean wait by Little's law (Kleinrock, Queueing Systems vol. 1, section 2.1). */
export function steady(arrivalRate: number, service: number, servers: number, wait: number): Steady {
  const sojourn = wait + service;
  return {
    utilisation: (arrivalRate * service) / servers,
    wait,
    sojourn,
    queued: arrivalRate * wait,
    present: arrivalRate * sojourn,
  };
}

/**
 * Utilisation of a station that has a steady state.
 * @throws RangeError if a rate or time is negative or not finite, `servers` is not a positive integer, or the load is 1 or
 *   more.
 */
export function stableLoad(arrivalRate: number, service: number, servers = 1): number {
  if (!(arrivalRate >= 0 && arrivalRate < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`arrivalRate(=${arrivalRate}) should be finite and >= 0`);
  }
  if (!(service >= 0 && service < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`service(=${service}) should be finite and >= 0`);
  }
  if (!(Number.isInteger(servers) && servers >= 1))
    throw new RangeError(`servers(=${servers}) should be an integer >= 1`);
  const load = (arrivalRate * service) / servers;
  if (!(load < 1)) throw new RangeError(`no steady state: the load is ${load}, it should be below 1`);
  return load;
}
