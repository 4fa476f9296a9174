/** By how much one visit found one cost to be off, in standard deviations of that cost between visits. */
export interface Deviation {
  /** Those of one round of one batch were found within seconds of each other. */
  readonly round: string;
  /** Those of one case and round were found in one visit. */
  readonly case: string;
  readonly value: number;
}

/** Shares of the variance between visits, 0..1 together. */
export interface CommonMoods {
  /** What is common to all that was measured in a round: the host was slow then. */
  readonly host: number;
  /** What is common to all that was measured in one visit, besides. */
  readonly visit: number;
}

interface Sums {
  count: number;
  sum: number;
  squares: number;
}

/**
 * What costs that were measured at the same time have in common: correlations within classes by all pairs of them (Fisher, Statistical
 * Methods for Research Workers, 1925, section 38), of different cases in a round, and of one case in a visit.
 */
export function commonMoods(deviations: readonly Deviation[]): CommonMoods {
  const rounds = new Map<string, Map<string, Sums>>();
  for (const { round, case: name, value } of deviations) {
    const cases = rounds.get(round) ?? new Map<string, Sums>();
    rounds.set(round, cases);
    const sums = cases.get(name) ?? { count: 0, sum: 0, squares: 0 };
    cases.set(name, sums);
    sums.count++;
    sums.sum += value;
    sums.squares += value * value;
  }
  let [apart, pairsApart, together, pairsTogether] = [0, 0, 0, 0];
  for (const cases of rounds.values()) {
    let [count, sum, own, counts] = [0, 0, 0, 0];
    for (const one of cases.values()) {
      together += one.sum * one.sum - one.squares;
      pairsTogether += one.count * (one.count - 1);
      count += one.count;
      sum += one.sum;
      own += one.sum * one.sum;
      counts += one.count * one.count;
    }
    apart += sum * sum - own;
    pairsApart += count * count - counts;
  }
  const host = pairsApart === 0 ? 0 : Math.min(1, Math.max(0, apart / pairsApart));
  const both = pairsTogether === 0 ? 0 : Math.min(1, together / pairsTogether);
  return { host, visit: Math.max(0, both - host) };
}
