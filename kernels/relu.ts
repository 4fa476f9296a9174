import { z } from "zod";
import { bytesOf, samplesOf } from "../sim/frame.ts";
import type { Samples, TransformKernel } from "./kernel.ts";
import { relu as simd } from "./simd/pointwise.ts";

const params = z.strictObject({});

/**
 * Rectified linear unit, max(0, x), sample by sample; a uint8 sample is never negative and stays as it is. NaN stays NaN (as in
 * PyTorch: a number that is none should be seen at the end, not become 0), -0 becomes 0.
 */
export const relu: TransformKernel<z.infer<typeof params>> = {
  name: "relu",
  role: "transform",
  params,
  outputShape: (_params, input) => input,
  /** A comparison a sample; reads the frame, writes one like it. */
  cost: (_params, input) => ({ operations: samplesOf(input), bytes: 2 * bytesOf(input) }),
  implementations: {
    reference: {
      prepare: (_params, input) => ({
        output: input,
        run(from, to) {
          for (let row = 0; row < from.length; row += input.width) rectify(from, to, row, row + input.width);
        },
      }),
    },
    simd,
  },
};

/** One row. A function that is called often, not one long loop: V8 compiles the latter for one call, not for the next. */
function rectify(from: Samples, to: Samples, begin: number, end: number): void {
  for (let i = begin; i < end; i++) {
    const sample = from[i]!;
    // biome-ignore lint/complexity/useMathMinMax: Math.max costs more
    to[i] = sample <= 0 ? 0 : sample;
  }
}
