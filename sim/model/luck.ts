import { RandomStream } from "../engine/random.ts";
import type { KnownCost } from "./known-costs.ts";

/** Nothing is believed to be more than ten times, or less than a tenth, of what it was measured: the logarithm of that. */
const FARTHEST = Math.LN10;

/**
 * How far the calibration may have been off, in one replication. Of two in turn, 2i and 2i + 1, one is off to one side and the other to the
 * other (antithetic variates: Hammersley & Morton, Proc. Cambridge Phil. Soc. 52, 1956), so that their median stays where the
 * measurements are. Each cost is off by its standard error times Student's t, as the
 * posterior of a normal mean has it (Gelman et al., Bayesian Data Analysis, section 3.2), of which the normal number is in part
 * that of the host, the same for all costs, in part that of the case, and the chi-square is the same for all of as many degrees:
 * what costs have in common is not averaged away, and if they have all in common, any sum of them is off by Student's t, too. To carry
 * that into a simulation replication by replication: Barton, Lam & Song, "Input Uncertainty in Stochastic Simulation", in: The Palgrave
 * Handbook of Operations Research, 2022.
 */
export class Luck {
  readonly #seed: number;
  readonly #replication: number;
  /** Of two replications in turn, the second's. */
  readonly #mirrored: boolean;
  readonly #squares: Drawn;
  readonly #choices: Drawn;
  readonly #rounds: Drawn;
  readonly #host: number;
  readonly #cases: Drawn;
  readonly #costs: Drawn;

  /** @param seed the plan's. */
  constructor(seed: number, replication: number) {
    this.#seed = seed;
    this.#replication = replication;
    this.#mirrored = replication % 2 === 1;
    const pair = (...path: readonly string[]) =>
      new RandomStream(seed, "calibration", "pair", replication >> 1, ...path);
    this.#host = this.#side(pair("host").normal());
    // One stream each, however many there are: to begin one takes longer than to draw a hundred numbers.
    const drawn = (what: string, next: (stream: RandomStream) => number, stream = pair(what)) => {
      return new Drawn(() => next(stream));
    };
    this.#cases = drawn("cases", (stream) => this.#side(stream.normal()));
    this.#costs = drawn("costs", (stream) => this.#side(stream.normal()));
    this.#rounds = drawn("rounds", (stream) => this.#side(stream.normal()));
    this.#choices = drawn("choices", (stream) => {
      const uniform = stream.uniform();
      return this.#mirrored ? 1 - Number.EPSILON - uniform : uniform;
    });
    const squared = (stream: RandomStream) => {
      const deviation = stream.normal();
      return deviation * deviation;
    };
    this.#squares = drawn("spread", squared, this.stream("spread"));
  }

  /** For what the calibration does not know the error of. */
  stream(...path: readonly (string | number)[]): RandomStream {
    return new RandomStream(this.#seed, "calibration", this.#replication, ...path);
  }

  /** By what the logarithm of a cost is off; 0 where nothing is known of that. */
  error({ number, case: measured, error }: KnownCost): number {
    if (error === null || error.relative === 0) return 0;
    const { host, visit } = error.common;
    const own = Math.max(0, 1 - host - visit);
    let normal = Math.sqrt(host) * this.#host + Math.sqrt(own) * this.#costs.at(number);
    if (measured !== null && visit > 0) normal += Math.sqrt(visit) * this.#cases.at(measured);
    return this.#student(error.relative * normal, error.degrees);
  }

  /**
   * By what the logarithm of something is off that was fitted to all that was measured.
   * @param rounds of the calibration, two at least; @param shares what each adds to its relative error (`jackknifeShares`).
   */
  errorOfFit(rounds: readonly number[], shares: readonly number[]): number {
    let sum = 0;
    for (let i = 0; i < rounds.length; i++) sum += this.#rounds.at(rounds[i]!) * shares[i]!;
    return sum === 0 ? 0 : this.#student(sum, rounds.length - 1);
  }

  /** One of so many rounds, drawn for the nth time: the same for all that was measured in the same rounds. */
  choice(n: number, rounds: number): number {
    return Math.floor(this.#choices.at(n) * rounds);
  }

  #side(normal: number): number {
    return this.#mirrored ? -normal : normal;
  }

  #student(normal: number, degrees: number): number {
    let squares = 0;
    for (let i = 0; i < degrees; i++) squares += this.#squares.at(i);
    const error = normal / Math.sqrt(squares / degrees);
    return Math.min(Math.max(error, -FARTHEST), FARTHEST);
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
