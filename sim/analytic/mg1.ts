import { type Steady, stableLoad, steady } from "./steady.ts";

/**
 * M/G/1, first come first served: Pollaczek-Khinchine (Kleinrock, Queueing Systems vol. 1, section 5.6).
 * @param arrivalRate Jobs per second.
 * @param service Mean service time, seconds.
 * @param cv Coefficient of variation of the service time (standard deviation / mean): 1 for exponential.
 * @throws RangeError if the load is 1 or more, or `cv` is negative or not finite.
 */
export function mg1(arrivalRate: number, service: number, cv: number): Steady {
  const load = stableLoad(arrivalRate, service);
  if (!(cv >= 0 && cv < Number.POSITIVE_INFINITY)) throw new RangeError(`cv(=${cv}) should be finite and >= 0`);
  return steady(arrivalRate, service, 1, (load * service * (1 + cv * cv)) / (2 * (1 - load)));
}

/** M/D/1: service takes the same time for every job; {@link mg1} with `cv` 0. */
export function md1(arrivalRate: number, service: number): Steady {
  return mg1(arrivalRate, service, 0);
}
