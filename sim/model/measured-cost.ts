import type { SampleOrder, SampleVisit } from "../calibration/calibration.ts";
import { exp, log } from "../engine/elementary.ts";
import { resample } from "../statistics/bootstrap.ts";
import { jackknifeShares } from "../statistics/jackknife.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import type { KnownCost } from "./known-costs.ts";
import type { Luck } from "./luck.ts";

/** Samples to draw from, seconds. */
export interface Samples extends ArrayLike<number> {
  /** How they followed each other; left out: nobody knows, each is independent of the others. */
  readonly order?: SampleOrder;
}

/** What one round of the calibration found of a cost. */
interface Round {
  readonly number: number;
  readonly visits: SampleVisit[];
  /** Its samples. */
  readonly parts: Float64Array[];
  /** Sum of what they are counted by in the level, and how many they are. */
  sum: number;
  count: number;
}

/**
 * A cost of which samples were measured, and how it may be in a replication. Where it is known in which rounds they were taken, rounds
 * are drawn with replacement (the cluster bootstrap: Davison & Hinkley, Bootstrap Methods and their Application, 1997,
 * section 3.8), which keeps what is alike in a round, such as a stall of the host; then all are scaled to the level that
 * `Luck` gives the cost, which is wider where rounds are few. Where it is not known, samples are drawn with replacement one by one (Efron &
 * Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6): at the same places for all costs that are named the same, as those of
 * a thread that was busy and of one that was idle. If they have their samples in common, they are off by the same, and as much as
 * these are; if they have not, their errors stay independent of each other.
 */
export class MeasuredCost {
  readonly samples: Samples;
  readonly #known: KnownCost | null;
  /** Those that it was measured in, if they are two at least; else none. */
  readonly #rounds: readonly Round[];
  #medians: readonly number[] | undefined;
  #apart: readonly number[] | undefined;

  /** @param known what the calibration knows of it; how its samples came only if they are as many. */
  constructor(samples: ArrayLike<number>, known?: Pick<KnownCost, "order"> & Partial<KnownCost>) {
    const count = known?.order.visits.reduce((sum, visit) => sum + visit.samples, 0);
    const ordered = known !== undefined && count === samples.length;
    this.samples = ordered ? inOrder(samples, known.order) : samples;
    this.#known = known?.error ? (known as KnownCost) : null;
    const rounds = ordered ? roundsOf(this.samples as OrderedSamples) : [];
    this.#rounds = rounds.length < 2 ? [] : rounds;
  }

  /** As it may be. @param path names it and others that may have samples in common with it, where its error is not known. */
  drawn(luck: Luck | null, ...path: readonly (string | number)[]): Samples {
    if (luck === null || this.samples.length < 2) return this.samples;
    const error = this.#known && luck.error(this.#known);
    if (error === null) return resample(this.samples, luck.stream(...path));
    const all = this.#rounds;
    if (all.length === 0) return scaled(this.samples, exp(error));
    this.#apart ??= farther(all);
    const apart = this.#apart;
    const chosen = all.map((_, i) => luck.choice(i, all.length));
    const rounds = chosen.map((i) => all[i]!);
    const level = levelOf(
      rounds,
      chosen.map((i) => apart[i]!),
    );
    const factor = level > 0 ? (levelOf(all) * exp(error)) / level : 1;
    return joined(
      rounds,
      chosen.map((i) => apart[i]! * factor),
      0,
      this.samples.order!.block,
    );
  }

  /**
   * Residuals as they may be, by the medians of rounds.
   * @param fitted To these residuals: they stay where they are, as how far that may be off is the fit's error. Others have one of
   * their own, relative to this time, from which they are counted.
   */
  residuals(luck: Luck | null, fitted: true | number, ...path: readonly (string | number)[]): Samples {
    if (luck === null || this.samples.length < 2) return this.samples;
    const all = this.#rounds;
    if (all.length === 0) return resample(this.samples, luck.stream(...path));
    this.#medians ??= all.map(({ parts }) => median(parts.flatMap((part) => [...part])));
    const medians = this.#medians;
    const chosen = all.map((_, i) => luck.choice(i, all.length));
    const centre = mean(medians);
    let shift = centre - mean(chosen.map((i) => medians[i]!));
    if (fitted !== true) {
      const time = fitted + centre;
      const leftOut = medians.map((one) => time + (centre - one) / (medians.length - 1));
      const rounds = all.map(({ number }) => number);
      shift += time * (exp(luck.errorOfFit(rounds, relativeShares(leftOut))) - 1);
    }
    return joined(
      chosen.map((i) => all[i]!),
      chosen.map(() => 1),
      shift,
      this.samples.order!.block,
    );
  }
}

interface OrderedSamples extends Float64Array {
  readonly order: SampleOrder;
}

/** The same samples, known to have come in an order. */
export function inOrder(samples: ArrayLike<number>, order: SampleOrder): Samples {
  return Object.assign(new Float64Array(samples), { order });
}

/** Shares in the relative error of a figure that is above 0. */
export function relativeShares(leftOut: readonly number[]): number[] {
  const centre = leftOut.length === 0 ? 0 : mean(leftOut);
  return leftOut.length < 2 || !(centre > 0)
    ? leftOut.map(() => 0)
    : jackknifeShares(leftOut).map((share) => share / centre);
}

function roundsOf(samples: OrderedSamples): Round[] {
  const rounds = new Map<number, Round>();
  let begin = 0;
  for (const visit of samples.order.visits) {
    const { round: number, level, samples: count } = visit;
    const round = rounds.get(number) ?? { number, visits: [], parts: [], sum: 0, count: 0 };
    rounds.set(number, round);
    round.visits.push(visit);
    round.parts.push(samples.subarray(begin, begin + count));
    round.sum += level * count;
    round.count += count;
    begin += count;
  }
  return [...rounds.values()].sort((a, b) => a.number - b.number);
}

/**
 * What rounds are multiplied by so that drawn with replacement they differ as much as those differ that they were drawn from: of n, drawn ones
 * have (n - 1) / n of the variance of all, and these of the world's (Davison & Hinkley, section 3.8).
 */
function farther(rounds: readonly Round[]): readonly number[] {
  const level = levelOf(rounds);
  return rounds.map(({ sum, count }) => {
    const ratio = sum / count / level;
    return ratio > 0 ? exp(log(ratio) / (rounds.length - 1)) : 1;
  });
}

/** Mean level of rounds, each multiplied by a factor. */
function levelOf(rounds: readonly Round[], factors?: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const [i, round] of rounds.entries()) {
    sum += round.sum * (factors?.[i] ?? 1);
    count += round.count;
  }
  return sum / count;
}

function scaled(samples: Samples, factor: number): Samples {
  const result = Float64Array.from(samples, (sample) => sample * factor);
  return samples.order === undefined ? result : Object.assign(result, { order: samples.order });
}

/** Samples of rounds one after the other, those of each multiplied by a factor, all later by a shift. */
function joined(rounds: readonly Round[], factors: readonly number[], shift: number, block: number): Samples {
  const visits: SampleVisit[] = [];
  const samples = new Float64Array(rounds.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const [i, round] of rounds.entries()) {
    visits.push(...round.visits);
    const factor = factors[i]!;
    for (const part of round.parts) for (let j = 0; j < part.length; j++) samples[at++] = part[j]! * factor + shift;
  }
  return Object.assign(samples, { order: { visits, block } });
}
