import type { FrameShape } from "../../sim/frame.ts";
import type { RowsTransform } from "../kernel.ts";
import { type MaxpoolParams, outputShape } from "../maxpool-params.ts";
import { engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { onFrames } from "./transform.ts";

/** By vectors, the same bytes as the reference's. */
export const simd = onFrames(prepareRows);

function prepareRows(params: MaxpoolParams, input: FrameShape): RowsTransform {
  const { size, stride = size } = params;
  const output = outputShape(params, input);
  const { build, run } = engine("simd128");
  const pool = input.element === "float32" ? run.maxpoolFloat : run.maxpoolBytes;
  const holdings = new Holdings();
  const scratch = holdings.take(4 * input.width + 64).address;
  const transform: RowsTransform = {
    output,
    build,
    inputRows: (from, to) => [from * stride, (to - 1) * stride + size],
    run(from, inPlane, to, outPlane, first, end) {
      for (let c = 0; c < input.channels; c++) {
        pool(from + c * inPlane, to + c * outPlane, input.width, output.width, size, stride, scratch, first, end);
      }
    },
    release: () => holdings.release(),
  };
  return freeWith(transform, holdings);
}
