import { type FrameShape, samplesOf } from "../../sim/frame.ts";
import { type DenseParams, denseWeights, outputShape } from "../dense-params.ts";
import type { RowsTransform } from "../kernel.ts";
import { type Build, engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { onFrames } from "./transform.ts";

/**
 * Sums in float32: eight of each 1,024 samples, those added up, and then one after the other. Of n samples each output is within
 * n / 1,024 + 140 roundings of the exact one: 2^-24 of that times the sum of the products' magnitudes and the bias's.
 */
export const simd = onFrames(prepareRows("simd128"));
/** The same with multiply and add in one rounding, where the engine has that; otherwise `simd`. */
export const relaxed = onFrames(prepareRows("relaxed"));

function prepareRows(wanted: Build): (params: DenseParams, input: FrameShape) => RowsTransform {
  return (params, input) => {
    const output = outputShape(params, input);
    const { build, run } = engine(wanted);
    const holdings = new Holdings();
    const all = denseWeights(params, input);
    const weights = holdings.put(all.weights).address;
    const bias = holdings.put(all.bias).address;
    const count = samplesOf(input);
    const outputs = holdings.take(4 * params.outputs).address;
    const wide = input.element === "uint8" ? holdings.take(4 * count).address : 0;
    const transform: RowsTransform = {
      output,
      build,
      whole: true,
      inputRows: () => [0, input.height],
      run(from, _inPlane, to, outPlane) {
        if (wide !== 0) run.widen(from, wide, count);
        const target = outPlane === 4 ? to : outputs;
        run.dense(wide === 0 ? from : wide, weights, bias, target, count, params.outputs);
        for (let n = 0; target !== to && n < params.outputs; n++) run.copy(outputs + 4 * n, to + n * outPlane, 4);
      },
      release: () => holdings.release(),
    };
    return freeWith(transform, holdings);
  };
}
