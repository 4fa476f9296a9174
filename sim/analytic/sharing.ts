import { mmc } from "./mmc.ts";
import { type Steady, stableLoad, steady } from "./steady.ts";

/**
 * M/G/1 with processor sharing: of the service time only the mean matters (Kleinrock, Queueing Systems vol. 2, section 4.4). A
 * job that needs x seconds alone stays x / (1 - load) on average.
 * @param arrivalRate Jobs per second.
 * @param service Mean service time alone on the processor, seconds.
 * @throws RangeError if the load is 1 or more.
 */
export function mg1Sharing(arrivalRate: number, service: number): Steady {
  const load = stableLoad(arrivalRate, service);
  return steady(arrivalRate, service, 1, (load * service) / (1 - load));
}

/**
 * c cores shared by all jobs present, none faster than one core: a symmetric queue, hence as insensitive to the distribution
 * of the work as M/G/1 sharing, with the numbers of M/M/c (Kelly, Reversibility and Stochastic Networks, 1979, section 3.3).
 * @param arrivalRate Jobs per second.
 * @param work Mean work, core-seconds.
 * @throws RangeError if the load per core is 1 or more.
 */
export function mgcSharing(arrivalRate: number, work: number, cores: number): Steady {
  return mmc(arrivalRate, work, cores);
}
