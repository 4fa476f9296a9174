import { RandomStream } from "../engine/random.ts";

/** Nothing is believed to be more than ten times, or less than a tenth, of what it was measured: the logarithm of that. */
const FARTHEST = Math.LN10;

/**
 * How far the calibration may have been off, in one replication. Its rounds are what was drawn from the world, not its frames: so what
 * is random is a weight of each round, the same for all that was measured in it. A cost's error is the weighted sum of its
 * rounds' deviations, over the root of a chi-square that makes it Student's t, as the posterior of a normal mean has it (Gelman et
 * al., Bayesian Data Analysis, section 3.2); with common weights the error of any sum of costs is, too, whatever costs have in
 * common: the wild cluster bootstrap (Cameron, Gelbach & Miller, Review of Economics and Statistics 90(3), 2008) with the few
 * clusters allowed for. That costs' uncertainty is carried into the simulation replication by replication: Barton, Lam & Song,
 * "Input Uncertainty in Stochastic Simulation", in: The Palgrave Handbook of Operations Research, 2022.
 */
export class Luck {
  readonly #seed: number;
  readonly #replication: number;
  readonly #weights: Drawn;
  readonly #squares: Drawn;
  readonly #choices: Drawn;

  /** @param seed the plan's. */
  constructor(seed: number, replication: number) {
    this.#seed = seed;
    this.#replication = replication;
    const weights = this.stream("rounds");
    const squares = this.stream("spread");
    const choices = this.stream("choices");
    this.#weights = new Drawn(() => weights.normal());
    this.#squares = new Drawn(() => {
      const deviation = squares.normal();
      return deviation * deviation;
    });
    this.#choices = new Drawn(() => choices.uniform());
  }

  /** For what is not known by rounds. */
  stream(...path: readonly (string | number)[]): RandomStream {
    return new RandomStream(this.#seed, "calibration", this.#replication, ...path);
  }

  /**
   * By what the logarithm of something is off.
   * @param rounds from which it is known, two at least; @param shares what each adds to its relative error (`jackknifeShares`).
   */
  error(rounds: readonly number[], shares: readonly number[]): number {
    let sum = 0;
    for (let i = 0; i < rounds.length; i++) sum += this.#weights.at(rounds[i]!) * shares[i]!;
    if (sum === 0) return 0;
    const degrees = rounds.length - 1;
    let squares = 0;
    for (let i = 0; i < degrees; i++) squares += this.#squares.at(i);
    const error = sum / Math.sqrt(squares / degrees);
    return Math.min(Math.max(error, -FARTHEST), FARTHEST);
  }

  /** One of so many rounds, drawn for the nth time: the same for all that was measured in the same rounds. */
  choice(n: number, rounds: number): number {
    return Math.floor(this.#choices.at(n) * rounds);
  }
}

/** A sequence of random numbers, by their place in it. */
class Drawn {
  readonly #next: () => number;
  readonly #values: number[] = [];

  constructor(next: () => number) {
    this.#next = next;
  }

  at(index: number): number {
    while (this.#values.length <= index) this.#values.push(this.#next());
    return this.#values[index]!;
  }
}
