import { type Steady, stableLoad, steady } from "./steady.ts";

/**
 * M/M/1 (Kleinrock, Queueing Systems vol. 1, section 3.2).
 * @param arrivalRate Jobs per second.
 * @param service Mean service time, seconds.
 * @throws RangeError if the load is 1 or more.
 */
export function mm1(arrivalRate: number, service: number): Steady {
  const load = stableLoad(arrivalRate, service);
  return steady(arrivalRate, service, 1, (load * service) / (1 - load));
}

/**
 * M/M/c (Kleinrock, Queueing Systems vol. 1, section 3.5).
 * @param arrivalRate Jobs per second.
 * @param service Mean service time, seconds.
 * @throws RangeError if the load per server is 1 or more.
 */
export function mmc(arrivalRate: number, service: number, servers: number): Steady {
  const load = stableLoad(arrivalRate, service, servers);
  const waiting = erlangC(arrivalRate * service, servers);
  return steady(arrivalRate, service, servers, (waiting * service) / (servers * (1 - load)));
}

/**
 * Erlang C: the probability that a job has to wait, by way of Erlang B's recursion, which can't overflow (Bolch et al.,
 * Queueing Networks and Markov Chains, 2nd ed., section 6.5).
 * @param offered Arrival rate times mean service time, below `servers`.
 */
export function erlangC(offered: number, servers: number): number {
  const load = stableLoad(offered, 1, servers);
  let blocking = 1;
  for (let n = 1; n <= servers; n++) blocking = (offered * blocking) / (n + offered * blocking);
  return blocking / (1 - load * (1 - blocking));
}
