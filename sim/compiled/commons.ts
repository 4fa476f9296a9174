import { Commons } from "../model/shared.ts";
import type { Address, CompiledEngine } from "./engine.ts";

/** A host there. */
interface CompiledHost {
  readonly address: Address;
  readonly cores: number;
  readonly delivered: number;
}

/** One direction of a link there. */
interface CompiledLink {
  readonly address: Address;
  readonly bandwidth: number;
  readonly carried: number;
  readonly capacity: number;
}

/** What lines share that are laid out in the compiled engine. */
export class CompiledCommons extends Commons<CompiledHost, CompiledLink> {
  readonly #engine: CompiledEngine;

  constructor(engine: CompiledEngine) {
    super();
    this.#engine = engine;
  }

  protected override newHost(cores: number): CompiledHost {
    const { exports } = this.#engine;
    const address = exports.processor(cores);
    return {
      address,
      cores,
      get delivered() {
        return exports.delivered(address);
      },
    };
  }

  protected override newLink(bandwidth: number): CompiledLink {
    const { exports } = this.#engine;
    const address = exports.link(bandwidth);
    return {
      address,
      bandwidth,
      get carried() {
        return exports.carried(address);
      },
      get capacity() {
        const now = exports.time();
        return now === 0 ? 0 : now * bandwidth;
      },
    };
  }
}
