import type { RandomStream } from "../engine/random.ts";

/** How times are distributed, in seconds. */
export type Distribution =
  | { readonly kind: "exponential"; readonly mean: number }
  /** By mean and coefficient of variation of the times themselves. */
  | { readonly kind: "lognormal"; readonly mean: number; readonly cv: number }
  | { readonly kind: "deterministic"; readonly value: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** The sum of `phases` exponentials; `mean` is that of the sum. */
  | { readonly kind: "erlang"; readonly mean: number; readonly phases: number }
  /** One of the samples each time, each equally likely. */
  | { readonly kind: "empirical"; readonly samples: ArrayLike<number> }
  /** The times given, in their order: as many as there are jobs at least. */
  | { readonly kind: "trace"; readonly times: ArrayLike<number> };

/**
 * @param name What it is the distribution of, for errors.
 * @throws RangeError if a parameter is out of its range: times finite and >= 0, `phases` a positive integer, `samples` not empty.
 */
export function checkDistribution(distribution: Distribution, name: string): void {
  const time = (value: number | undefined, part: string) => {
    if (!(value! >= 0 && value! < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}.${part}(=${value}) should be finite and >= 0`);
    }
  };
  const times = (values: ArrayLike<number>, part: string) => {
    for (let i = 0; i < values.length; i++) time(values[i], `${part}[${i}]`);
  };
  switch (distribution.kind) {
    case "exponential":
      time(distribution.mean, "mean");
      return;
    case "lognormal":
      time(distribution.mean, "mean");
      time(distribution.cv, "cv");
      return;
    case "deterministic":
      time(distribution.value, "value");
      return;
    case "uniform":
      time(distribution.low, "low");
      time(distribution.high, "high");
      if (distribution.high < distribution.low) {
        throw new RangeError(`${name}.high(=${distribution.high}) should be >= low(=${distribution.low})`);
      }
      return;
    case "erlang":
      time(distribution.mean, "mean");
      if (!(Number.isInteger(distribution.phases) && distribution.phases >= 1)) {
        throw new RangeError(`${name}.phases(=${distribution.phases}) should be an integer >= 1`);
      }
      return;
    case "empirical":
      if (distribution.samples.length === 0) throw new RangeError(`${name}.samples should not be empty (length 0)`);
      times(distribution.samples, "samples");
      return;
    case "trace":
      times(distribution.times, "times");
      return;
  }
}

/** Draws the times of one purpose in blocks: one loop over one distribution is faster than a call for each. */
export class Variates {
  readonly #distribution: Distribution;
  readonly #stream: RandomStream;
  /** Of a trace, how many are used. */
  #used = 0;
  readonly #block = new Float64Array(256);
  #at = 256;

  constructor(distribution: Distribution, stream: RandomStream) {
    this.#distribution = distribution;
    this.#stream = stream;
  }

  /** NaN if a trace has no more. */
  next(): number {
    if (this.#at === this.#block.length) {
      this.fill(this.#block);
      this.#at = 0;
    }
    return this.#block[this.#at++]!;
  }

  /**
   * The next times of the sequence, as many as `out` holds (not to be mixed with `next`, which draws ahead). A trace that ends
   * is followed by NaN.
   */
  fill(out: Float64Array): void {
    const distribution = this.#distribution;
    const stream = this.#stream;
    const n = out.length;
    switch (distribution.kind) {
      case "exponential": {
        const { mean } = distribution;
        stream.fillExponential(out, mean);
        return;
      }
      case "lognormal": {
        const { mean, cv } = distribution;
        stream.fillLognormal(out, mean, cv);
        return;
      }
      case "deterministic":
        out.fill(distribution.value);
        return;
      case "uniform": {
        const { low, high } = distribution;
        for (let i = 0; i < n; i++) out[i] = low + (high - low) * stream.uniform();
        return;
      }
      case "erlang": {
        const { mean, phases } = distribution;
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let phase = 0; phase < phases; phase++) sum += stream.exponential(1);
          out[i] = (sum * mean) / phases;
        }
        return;
      }
      case "empirical":
        for (let i = 0; i < n; i++) out[i] = stream.pick(distribution.samples);
        return;
      case "trace":
        for (let i = 0; i < n; i++) out[i] = distribution.times[this.#used++] ?? Number.NaN;
        return;
    }
  }
}
