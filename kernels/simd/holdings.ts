import { type FrameMemory, frameMemory, type Region } from "./memory.ts";

/** Regions that an object holds until it is released, or collected. */
export class Holdings {
  readonly #memory: FrameMemory;
  readonly #regions: Region[] = [];

  constructor(memory = frameMemory()) {
    this.#memory = memory;
  }

  /** A cleared region. @param offset byte of it that lies on a multiple of 64. */
  take(bytes: number, offset = 0): Region {
    const region = this.#memory.allocate(bytes, offset);
    region.view.fill(0);
    this.#regions.push(region);
    return region;
  }

  /** A region with these numbers, as they are. */
  put(numbers: Float32Array | Int32Array): Region {
    const region = this.take(numbers.byteLength);
    region.view.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    return region;
  }

  release(): void {
    for (const region of this.#regions.splice(0)) this.#memory.free(region);
  }
}

const collected = new FinalizationRegistry<Holdings>((holdings) => holdings.release());

/** Frees what `owner` holds when it is collected: for those who do not call `release`. `holdings` must not refer to it. */
export function freeWith<T extends object>(owner: T, holdings: Holdings): T {
  collected.register(owner, holdings);
  return owner;
}
