import { Arena, type ArenaPlace } from "../engine/arena.ts";
import { blocksOf, type Drawn, samplesOf, THREADS } from "../model/draws.ts";
import type { Samples } from "../model/costs.ts";
import type { Address, CompiledEngine } from "./engine.ts";

/** Samples of costs in the memory of the compiled engine, the same ones once, and how they are drawn. */
export class CostStore {
  readonly #engine: CompiledEngine;
  /** Tells which are the same to the last bit. */
  readonly #arena = new Arena();
  readonly #samples = new Map<ArenaPlace, Address>();
  /** Of samples that are drawn each by itself. */
  readonly #independent = new Map<ArenaPlace, Address>();
  /** Of costs all of whose are. */
  readonly #threads = new Map<Drawn, Address>();

  constructor(engine: CompiledEngine) {
    this.#engine = engine;
  }

  /** Draws by thread, as `drawsOf` makes them. */
  draws(costs: Drawn): [busy: Address, idle: Address, cold: Address] {
    const [busy, idle, cold] = THREADS.map((thread) => this.#drawsOf(samplesOf(costs, thread)));
    return [busy!, idle!, cold!];
  }

  /** Where their addresses are. */
  byThread(costs: Drawn): Address {
    const known = this.#threads.get(costs);
    if (known !== undefined) return known;
    const address = this.#engine.putIntegers(this.draws(costs));
    const alone = THREADS.every((thread) => blocksOf(samplesOf(costs, thread)) === null);
    if (alone) this.#threads.set(costs, address);
    return address;
  }

  #drawsOf(samples: Samples): Address {
    const { exports } = this.#engine;
    const place = this.#arena.shared(samples);
    const blocks = blocksOf(samples);
    if (blocks !== null) {
      const { length, ends } = blocks;
      return exports.draws(
        this.#put(place, samples),
        samples.length,
        length,
        ends.length,
        this.#engine.putIntegers(ends),
      );
    }
    const known = this.#independent.get(place) ?? exports.draws(this.#put(place, samples), samples.length, 1, 0, 0);
    this.#independent.set(place, known);
    return known;
  }

  #put(place: ArenaPlace, samples: Samples): Address {
    const known = this.#samples.get(place) ?? this.#engine.putNumbers(samples);
    this.#samples.set(place, known);
    return known;
  }
}
