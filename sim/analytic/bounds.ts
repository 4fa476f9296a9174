import type { Interval } from "../prediction.ts";

/** What a closed line can do at best and at worst. */
export interface LineBounds {
  /** Jobs per second. */
  readonly throughput: Interval;
  /** Seconds that a job takes once round. */
  readonly response: Interval;
}

/**
 * Asymptotic bounds of a closed line in which a fixed number of jobs goes round single servers: throughput is at most that of
 * the slowest station and at most `population` jobs per undisturbed round; at worst each job waits for all others at every
 * station (Lazowska et al., Quantitative System Performance, 1984, chapter 5).
 * @param services Mean service time of each station, seconds.
 * @param population Jobs in the line: the window of a saturated pipeline.
 * @throws RangeError if there is no station, a service time is negative or not finite, all are 0, or `population` is not a
 *   positive integer.
 */
export function closedLineBounds(services: readonly number[], population: number): LineBounds {
  if (!(Number.isInteger(population) && population >= 1)) {
    throw new RangeError(`population(=${population}) should be an integer >= 1`);
  }
  let total = 0;
  let longest = 0;
  services.forEach((service, j) => {
    if (!(service >= 0 && service < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`services[${j}](=${service}) should be finite and >= 0`);
    }
    total += service;
    longest = Math.max(longest, service);
  });
  if (total === 0) throw new RangeError(`services(=[${services.join(", ")}]) should hold a time above 0`);
  return {
    throughput: [1 / total, Math.min(1 / longest, population / total)],
    response: [Math.max(total, population * longest), population * total],
  };
}
