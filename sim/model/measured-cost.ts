import { exp } from "../engine/elementary.ts";
import type { SampleOrder, SampleVisit } from "../profile.ts";
import { resample } from "../statistics/bootstrap.ts";
import { jackknifeShares } from "../statistics/jackknife.ts";
import { mean } from "../statistics/moments.ts";
import { median } from "../statistics/quantile.ts";
import type { Luck } from "./luck.ts";

/** Samples to draw from, seconds. */
export interface Samples extends ArrayLike<number> {
  /** How they followed each other; left out: nobody knows, each is independent of the others. */
  readonly order?: SampleOrder;
}

/** The same samples, known to have come in an order; as they are if it is not theirs. */
export function inOrder(samples: ArrayLike<number>, order: SampleOrder | undefined): Samples {
  const count = order?.visits.reduce((sum, visit) => sum + visit.samples, 0);
  return order === undefined || count !== samples.length
    ? samples
    : Object.assign(new Float64Array(samples), { order });
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
 * Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6).
 */
export class MeasuredCost {
  readonly samples: Samples;
  /** Those that it was measured in, if they are two at least; else none. */
  readonly #rounds: readonly Round[];
  readonly #numbers: readonly number[];
  readonly #shares: readonly number[];
  readonly #level: number;
  #medians: readonly number[] | undefined;

  constructor(samples: Samples) {
    this.samples = samples;
    const rounds = roundsOf(samples);
    this.#rounds = rounds.length < 2 ? [] : rounds;
    this.#numbers = this.#rounds.map(({ number }) => number);
    const sum = this.#rounds.reduce((all, round) => all + round.sum, 0);
    const count = this.#rounds.reduce((all, round) => all + round.count, 0);
    this.#level = count === 0 ? 0 : sum / count;
    const leftOut = this.#rounds.map((round) => (sum - round.sum) / (count - round.count));
    this.#shares = this.#level > 0 ? relativeShares(leftOut) : leftOut.map(() => 0);
  }

  /** Rounds of the calibration that it is known from; none where that is not known. */
  get rounds(): readonly number[] {
    return this.#numbers;
  }

  /** The samples that one round did not give. */
  without(round: number): number[] {
    return this.#rounds.flatMap(({ number, parts }) => (number === round ? [] : parts.flatMap((part) => [...part])));
  }

  /** As it may be. @param path names it, where rounds are not known. */
  drawn(luck: Luck | null, ...path: readonly (string | number)[]): Samples {
    if (luck === null || this.samples.length < 2) return this.samples;
    if (this.#rounds.length === 0) return resample(this.samples, luck.stream(...path));
    const chosen = this.#rounds.map((_, i) => this.#rounds[luck.choice(i, this.#rounds.length)]!);
    const sum = chosen.reduce((all, round) => all + round.sum, 0);
    const count = chosen.reduce((all, round) => all + round.count, 0);
    const wanted = this.#level * exp(luck.error(this.#numbers, this.#shares));
    return joined(chosen, sum > 0 ? (wanted * count) / sum : 1, 0, this.samples.order!.block);
  }

  /**
   * Residuals as they may be, by the medians of rounds.
   * @param fitted To these residuals: they stay where they are, as how far that may be off is the fit's error. Others have one of
   * their own, relative to this time, from which they are counted.
   */
  residuals(luck: Luck | null, fitted: true | number, ...path: readonly (string | number)[]): Samples {
    if (luck === null || this.samples.length < 2) return this.samples;
    if (this.#rounds.length === 0) return resample(this.samples, luck.stream(...path));
    this.#medians ??= this.#rounds.map(({ parts }) => median(parts.flatMap((part) => [...part])));
    const medians = this.#medians;
    const numbers = this.#rounds.map((_, i) => luck.choice(i, this.#rounds.length));
    const centre = mean(medians);
    let shift = centre - mean(numbers.map((i) => medians[i]!));
    if (fitted !== true) {
      const time = fitted + centre;
      const leftOut = medians.map((one) => time + (centre - one) / (medians.length - 1));
      shift += time * (exp(luck.error(this.#numbers, relativeShares(leftOut))) - 1);
    }
    return joined(
      numbers.map((i) => this.#rounds[i]!),
      1,
      shift,
      this.samples.order!.block,
    );
  }
}

/** Shares in the relative error of a figure that is above 0. */
export function relativeShares(leftOut: readonly number[]): number[] {
  const centre = leftOut.length === 0 ? 0 : mean(leftOut);
  return leftOut.length < 2 || !(centre > 0)
    ? leftOut.map(() => 0)
    : jackknifeShares(leftOut).map((share) => share / centre);
}

function roundsOf(samples: Samples): Round[] {
  const rounds = new Map<number, Round>();
  let begin = 0;
  for (const visit of samples.order?.visits ?? []) {
    const { round: number, level, samples: count } = visit;
    const round = rounds.get(number) ?? { number, visits: [], parts: [], sum: 0, count: 0 };
    rounds.set(number, round);
    round.visits.push(visit);
    round.parts.push((samples as Float64Array & Samples).subarray(begin, begin + count));
    round.sum += level * count;
    round.count += count;
    begin += count;
  }
  return [...rounds.values()].sort((a, b) => a.number - b.number);
}

function joined(rounds: readonly Round[], factor: number, shift: number, block: number): Samples {
  const visits = rounds.flatMap((round) => round.visits);
  const samples = new Float64Array(visits.reduce((sum, visit) => sum + visit.samples, 0));
  let at = 0;
  for (const part of rounds.flatMap(({ parts }) => parts)) {
    samples.set(part, at);
    at += part.length;
  }
  if (factor !== 1 || shift !== 0) for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! * factor + shift;
  return Object.assign(samples, { order: { visits, block } });
}
