import { bytesOf, ELEMENT_BYTES, type FrameShape } from "../../sim/frame.ts";
import type { PreparedTransform, RowsTransform, Samples, TransformImplementation } from "../kernel.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { frameMemory } from "./memory.ts";

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
