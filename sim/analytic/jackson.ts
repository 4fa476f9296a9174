import { mm1 } from "./mmc.ts";
import type { Steady } from "./steady.ts";

/** Steady state of a line of stations. */
export interface SteadyLine {
  /** In order. */
  readonly stations: readonly Steady[];
  /** Mean time from arrival at the first station to departure from the last, seconds. */
  readonly sojourn: number;
  /** Mean number in the line. */
  readonly present: number;
}

/**
 * Exponential single servers in a row with unlimited buffers and Poisson arrivals: by Burke's theorem each is an M/M/1 (Jackson
 * 1957; Kleinrock, Queueing Systems vol. 1, section 4.8).
 * @param arrivalRate Jobs per second.
 * @param services Mean service time of each station, seconds.
 * @throws RangeError if there is no station or the load of one is 1 or more.
 */
export function jacksonTandem(arrivalRate: number, services: readonly number[]): SteadyLine {
  if (services.length === 0) throw new RangeError("jacksonTandem: no stations (services is empty)");
  const stations = services.map((service) => mm1(arrivalRate, service));
  return {
    stations,
    sojourn: stations.reduce((total, station) => total + station.sojourn, 0),
    present: stations.reduce((total, station) => total + station.present, 0),
  };
}
