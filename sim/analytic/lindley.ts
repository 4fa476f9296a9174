/**
 * Waiting times at a first-come-first-served single server, exactly, for given times: W(n+1) = max(0, W(n) + S(n) - (A(n+1) -
 * A(n))) (Lindley 1952; Kleinrock, Queueing Systems vol. 1, section 8.2).
 * @param arrivals Arrival times in seconds, ascending.
 * @param services Service times in seconds.
 * @throws RangeError if the lengths differ, arrivals go back in time or a service time is negative or NaN.
 */
export function lindley(arrivals: ArrayLike<number>, services: ArrayLike<number>): Float64Array {
  if (arrivals.length !== services.length) {
    throw new RangeError(`lindley: ${arrivals.length} arrivals, but ${services.length} services`);
  }
  const waits = new Float64Array(arrivals.length);
  for (let n = 0; n < waits.length; n++) {
    if (!(services[n]! >= 0)) throw new RangeError(`lindley: services[${n}](=${services[n]}) should be >= 0`);
    if (n === 0) continue;
    const gap = arrivals[n]! - arrivals[n - 1]!;
    if (!(gap >= 0)) {
      throw new RangeError(
        `lindley: arrivals[${n}](=${arrivals[n]}) should be >= the one before it, ${arrivals[n - 1]}`,
      );
    }
    waits[n] = Math.max(0, waits[n - 1]! + services[n - 1]! - gap);
  }
  return waits;
}
