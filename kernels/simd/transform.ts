import { bytesOf, ELEMENT_BYTES, type FrameShape } from "../../sim/frame.ts";
import type { PreparedTransform, RowsTransform, Samples, TransformImplementation } from "../kernel.ts";
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

/** Bytes of one row and of one channel of a frame. */
export function strides({ height, width, element }: FrameShape): { row: number; plane: number } {
  const row = width * ELEMENT_BYTES[element];
  return { row, plane: row * height };
}

/**
 * An implementation from one that works on rows: frames in the memory are used where they are, others are copied through
 * regions that are made here.
 */
export function onFrames<Params>(
  prepareRows: (params: Params, input: FrameShape) => RowsTransform,
): TransformImplementation<Params> {
  return { prepareRows, prepare: (params, input) => prepareFrames(prepareRows(params, input), input) };
}

function prepareFrames(rows: RowsTransform, input: FrameShape): PreparedTransform {
  const memory = frameMemory();
  const { output, build } = rows;
  const holdings = new Holdings(memory);
  const inside = memory.samples(holdings.take(bytesOf(input)).address, input);
  const outside = memory.samples(holdings.take(bytesOf(output)).address, output);
  const inPlane = strides(input).plane;
  const outPlane = strides(output).plane;
  const prepared: PreparedTransform = {
    output,
    build,
    run(from, to) {
      let input = memory.addressOf(from);
      if (input < 0) {
        inside.set(from);
        input = inside.byteOffset;
      }
      const address = memory.addressOf(to);
      rows.run(input, inPlane, address < 0 ? outside.byteOffset : address, outPlane, 0, output.height);
      if (address < 0) to.set(outside as Samples);
    },
    release() {
      holdings.release();
      rows.release();
    },
  };
  return freeWith(prepared, holdings);
}
