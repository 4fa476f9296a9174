import { Arena, type ArenaPlace } from "../engine/arena.ts";
import type { Samples } from "../model/costs.ts";
import { blocksOf, type CostSamples, samplesOf, THREADS } from "../model/draws.ts";
import type { Address, CompiledEngine } from "./engine.ts";

/** Bytes of how one cost is drawn. */
export const DRAWS = 16;

/** Samples of costs in the memory of the compiled engine, the same ones once, and how they are drawn. */
export class CostStore {
  readonly #engine: CompiledEngine;
  /** Tells which are the same to the last bit. */
  readonly #arena = new Arena();
  readonly #samples = new Map<ArenaPlace, Address>();
  /** Of costs whose samples are all drawn each by itself. */
  readonly #known = new Map<CostSamples, Address>();

  constructor(engine: CompiledEngine) {
    this.#engine = engine;
  }

  /** How costs are drawn, as `drawsOf` makes it: by thread, {@link DRAWS} from each other. */
  draws(costs: CostSamples): Address {
    const known = this.#known.get(costs);
    if (known !== undefined) return known;
    const address = this.#engine.exports.take(DRAWS * THREADS.length);
    let alone = true;
    THREADS.forEach((thread, i) => {
      const samples = samplesOf(costs, thread);
      const blocks = blocksOf(samples);
      if (blocks !== null) alone = false;
      const { length, ends } = blocks ?? { length: 1, ends: [] };
      const [from, visits] = [this.put(samples), this.#engine.putIntegers(ends)];
      this.#engine.exports.draws(address + DRAWS * i, from, samples.length, length, ends.length, visits);
    });
    if (alone) this.#known.set(costs, address);
    return address;
  }

  /** Where samples are. */
  put(samples: Samples): Address {
    const place = this.#arena.shared(samples);
    const known = this.#samples.get(place) ?? this.#engine.putNumbers(samples);
    this.#samples.set(place, known);
    return known;
  }
}
