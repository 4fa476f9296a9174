import { Sums } from "../model/sums.ts";
import type { Address, CompiledEngine } from "./engine.ts";

/** Sums of a pod, where the compiled engine keeps them. */
export class CompiledSums extends Sums {
  override readonly shape: Sums["shape"];
  readonly #engine: CompiledEngine;
  readonly #record: Address;

  constructor(engine: CompiledEngine, record: Address, shape: Sums["shape"]) {
    super();
    this.#engine = engine;
    this.#record = record;
    this.shape = shape;
  }

  /** Of the last pod: tells of latencies that are kept there. */
  tellAll(): void {
    this.#engine.exports.tellAll(this.#record);
  }

  protected override of(sum: number): number {
    return this.#engine.numbers[this.#record / 8 + sum]!;
  }
}
