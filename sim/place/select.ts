import { studentT95 } from "../statistics/interval.ts";
import { mean, sd } from "../statistics/moments.ts";

/** Systems are told apart if their figures differ by this share of the best one's: less is no reason to prefer one. */
export const INDIFFERENCE = 0.01;
/** Less than this share is not told: it would be shown as 0.0 %, and is the rounding of costs rather than a difference. */
export const NEGLIGIBLE = 5e-4;
/** Of being wrong in the choice of the best. */
const ALPHA = 0.05;
/** Replications of each system before the first is given up. */
export const FIRST = 10;

/** What is known of a system when the selection ends. */
export interface Standing {
  /** Figures by replication; the nth of each system had the same random numbers. */
  readonly samples: readonly number[];
  /** Given up as no better than the selected one, beyond what is indifferent. */
  readonly dropped: boolean;
}

export interface Selection {
  /** Index of the system that is the best. */
  readonly best: number;
  readonly systems: readonly Standing[];
  /** False if the replications that were allowed did not suffice: then nothing is sure. */
  readonly sure: boolean;
}

/**
 * Selects the system of the least mean by the fully sequential procedure of Kim & Nelson (ACM TOMACS 11(3), 2001, section 3, with
 * c = 1): after `FIRST` replications of each, one more at a time of those that are left, until one is. With probability 95 % none
 * is better than the selected one by more than the indifference zone, a share of the best mean of the first replications. Common
 * random numbers are allowed and make it end sooner; samples are taken to be normal, as means over many frames nearly are. Those of
 * antithetic replications are taken to be independent: then margins are rather too wide.
 * @param sample of a system, by replication, at least 0. Called once for each; yields before each, so that callers can show how far it is.
 * @param most replications of a system.
 */
export function* select(
  systems: number,
  sample: (system: number, replication: number) => number,
  { zone = INDIFFERENCE, most = 400 }: { readonly zone?: number; readonly most?: number } = {},
): Generator<number, Selection> {
  if (!(Number.isInteger(systems) && systems >= 1))
    throw new RangeError(`systems(=${systems}) should be an integer >= 1`);
  const samples = Array.from({ length: systems }, () => [] as number[]);
  const all = samples.map((_, i) => i);
  for (let r = 0; r < FIRST; r++) {
    for (const i of all) samples[i]!.push(sample(i, r));
    yield r;
  }
  const delta = zone * Math.min(...samples.map(mean));
  const eta = ((2 * ALPHA) / Math.max(1, systems - 1)) ** (-2 / (FIRST - 1)) / 2 - 0.5;
  const h2 = 2 * eta * (FIRST - 1);
  const spread = samples.map((a) => samples.map((b) => sd(a.map((value, r) => value - b[r]!)) ** 2));
  let left = all;
  let replications = FIRST;
  for (;;) {
    const means = samples.map(mean);
    // What takes nothing can't be beaten.
    const margin = (i: number, l: number) =>
      delta === 0 ? 0 : Math.max(0, (delta / (2 * replications)) * ((h2 * spread[i]![l]!) / delta ** 2 - replications));
    const before = left;
    left = before.filter((i) => before.every((l) => l === i || means[i]! <= means[l]! + margin(i, l)));
    // All margins are 0 only once every pair has been seen often enough: then the least mean decides.
    const decided = left.every((i) => left.every((l) => margin(i, l) === 0));
    if (left.length === 1 || decided || replications >= most) {
      const best = left.reduce((one, other) => (means[other]! < means[one]! ? other : one));
      const standings = samples.map((values, i) => ({
        samples: values,
        dropped: i !== best && (decided || !left.includes(i)),
      }));
      return { best, systems: standings, sure: left.length === 1 || decided };
    }
    for (const i of left) samples[i]!.push(sample(i, replications));
    yield replications++;
  }
}

/** A difference of means and half the width of its 95 % interval, both as a share of the first mean. */
export interface Difference {
  /** Infinite above a first mean of 0 (JSON: `null`). */
  readonly share: number;
  readonly within: number;
}

/**
 * By how much `other` is above `base`, by the replications that both had (paired t; Law, Simulation Modeling and Analysis, section
 * 10.2). Neither has samples below 0.
 */
export function pairedDifference(base: readonly number[], other: readonly number[]): Difference {
  const count = Math.min(base.length, other.length);
  const differences = Array.from({ length: count }, (_, r) => other[r]! - base[r]!);
  const scale = mean(base.slice(0, count));
  if (scale === 0) return { share: mean(differences) > 0 ? Number.POSITIVE_INFINITY : 0, within: 0 };
  const half = count < 2 ? Number.POSITIVE_INFINITY : (studentT95(count) * sd(differences)) / Math.sqrt(count);
  return { share: mean(differences) / scale, within: half / scale };
}
