import type { FrameShape } from "../../sim/frame.ts";
import type { RowsTransform } from "../kernel.ts";
import { outputShape, type Positions, positions, type ResizeParams } from "../resize-params.ts";
import { engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { onFrames } from "./transform.ts";

/** The same bytes as the reference's. */
export const simd = onFrames(prepareRows);

/** Whether every output lies in the middle between two samples of its own. */
function halves({ low, weight }: Positions): boolean {
  return low.every((position, x) => position === 2 * x && weight[x] === 0.5);
}

function prepareRows(params: ResizeParams, input: FrameShape): RowsTransform {
  const output = outputShape(params, input);
  const { build, run } = engine("simd128");
  const holdings = new Holdings();
  const rows = positions(input.height, output.height);
  const columns = positions(input.width, output.width);
  const { low, weight } = columns;
  const beyond = low.findIndex((column) => column + 1 >= input.width);
  // The fields of `Resize` in `assembly/resize.ts`, in their order.
  const job = holdings.put(
    Int32Array.of(
      input.height,
      input.width,
      input.channels,
      output.width,
      Number(input.element === "uint8"),
      Number(halves(columns)),
      Number(halves(columns) && halves(rows) && input.element === "float32"),
      beyond < 0 ? output.width : beyond,
      holdings.put(rows.low).address,
      holdings.put(rows.weight).address,
      holdings.put(low).address,
      holdings.put(weight).address,
      holdings.take(4 * input.width).address,
      holdings.take(4 * output.width).address,
      holdings.take(4 * output.width).address,
    ),
  ).address;
  const transform: RowsTransform = {
    output,
    build,
    inputRows: (from, to) => [rows.low[from]!, Math.min(input.height, rows.low[to - 1]! + 2)],
    run: (from, inPlane, to, outPlane, first, end) => run.resize(job, from, inPlane, to, outPlane, first, end),
    release: () => holdings.release(),
  };
  return freeWith(transform, holdings);
}
