import { bytesOf, type FrameShape } from "../../sim/frame.ts";
import type { RowsTransform } from "../kernel.ts";
import { engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { onFrames, strides } from "./transform.ts";

/** In float32: each output is within 10^-6 of the reference's, and those of a position add up to 1 within 10^-6. */
export const simd = onFrames(prepareRows);

function prepareRows(_params: unknown, input: FrameShape): RowsTransform {
  const output: FrameShape = { ...input, element: "float32" };
  const { build, run } = engine("simd128");
  const holdings = new Holdings();
  const { row, plane } = strides(output);
  const narrow = input.element === "uint8";
  const wide = narrow ? holdings.take(bytesOf(output)).address : 0;
  const transform: RowsTransform = {
    output,
    build,
    inputRows: (from, to) => [from, to],
    run(from, inPlane, to, outPlane, first, end) {
      const count = (end - first) * input.width;
      if (narrow) {
        for (let c = 0; c < input.channels; c++) {
          run.widen(from + c * inPlane + first * input.width, wide + c * plane, count);
        }
      }
      const source = narrow ? wide : from + first * row;
      run.softmax(source, narrow ? plane : inPlane, to + first * row, outPlane, input.channels, count);
    },
    release: () => holdings.release(),
  };
  return freeWith(transform, holdings);
}
