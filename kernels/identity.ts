import { z } from "zod";
import { bytesOf } from "../sim/frame.ts";
import type { TransformKernel } from "./kernel.ts";
import { identity as simd } from "./simd/pointwise.ts";

const params = z.strictObject({});

/** Passes frames on as they are: what is left of a stage without a kernel. */
export const identity: TransformKernel<z.infer<typeof params>> = {
  name: "identity",
  role: "transform",
  params,
  outputShape: (_params, input) => input,
  /** No arithmetic; a copy of the frame. */
  cost: (_params, input) => ({ operations: 0, bytes: 2 * bytesOf(input) }),
  implementations: {
    reference: { prepare: (_params, input) => ({ output: input, run: (from, to) => to.set(from) }) },
    simd,
  },
};
