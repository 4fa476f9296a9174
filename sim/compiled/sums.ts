import { Sums } from "../model/sums.ts";
import type { Address, CompiledEngine } from "./engine.ts";

/** Sums of a pod, where the compiled engine keeps them. */
export class CompiledSums extends Sums {
  override readonly shape: Sums["shape"];
  readonly #engine: CompiledEngine;
  readonly #record: Address;
  readonly #simulation: number;

  constructor(engine: CompiledEngine, record: Address, shape: Sums["shape"]) {
    super();
    this.#engine = engine;
    this.#record = record;
    this.#simulation = engine.simulations;
    this.shape = shape;
  }

  /** Of the last pod: tells of latencies that are kept there. */
  tellAll(): void {
    this.#engine.exports.tellAll(this.#record);
  }

  protected override of(sum: number): number {
    if (this.#simulation !== this.#engine.simulations)
      throw new Error(`sums of pod ${this.shape.pod} are gone: another simulation has begun since`);
    return this.#engine.numbers[this.#record / 8 + sum]!;
  }
}
