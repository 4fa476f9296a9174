import type { FrameShape } from "../../sim/frame.ts";
import { type Conv2dParams, geometry } from "../conv2d-params.ts";
import { convWeights } from "../conv2d-weights.ts";
import type { RowsTransform } from "../kernel.ts";
import { type Build, engine } from "./engine.ts";
import { freeWith, Holdings } from "./holdings.ts";
import { onFrames } from "./transform.ts";

/**
 * Sums are formed in float32, bias first, then in the reference's order. Of n taps each sum is within n + 1 roundings of the
 * exact one: 2^-24 (n + 1) times the sum of the products' magnitudes and the bias's.
 */
export const simd = onFrames(prepareRows("simd128"));
/** The same with multiply and add in one rounding, where the engine has that; otherwise `simd`. */
export const relaxed = onFrames(prepareRows("relaxed"));

/** Bytes of input that a run of outputs may see, so that they are still in the first cache for the next filters. */
const TILE_BYTES = 24 * 1024;

function prepareRows(wanted: Build): (params: Conv2dParams, input: FrameShape) => RowsTransform {
  return (params, input) => {
    const holdings = new Holdings();
    const fields = describe(params, input, holdings);
    return freeWith(transform(wanted, params, input, fields, holdings), holdings);
  };
}

function transform(
  wanted: Build,
  params: Conv2dParams,
  input: FrameShape,
  fields: Fields,
  holdings: Holdings,
): RowsTransform {
  const { build, run } = engine(wanted);
  const { kernelHeight, output } = geometry(params, input);
  const { stride } = params;
  const { top } = fields;
  const job = holdings.put(Int32Array.from(Object.values(fields))).address;
  const made: RowsTransform = {
    output,
    build,
    inputRows: (from, to) => [
      Math.max(0, from * stride - top),
      Math.min(input.height, (to - 1) * stride - top + kernelHeight),
    ],
    run: (from, inPlane, to, outPlane, first, end) => run.conv2d(job, from, inPlane, to, outPlane, first, end),
    // What this one holds serves both, so that one keeps this one.
    rectified: () => ({
      ...transform(wanted, params, input, { ...fields, relu: 1 }, holdings),
      release: () => made.release(),
    }),
    release: () => holdings.release(),
  };
  return made;
}

type Fields = ReturnType<typeof describe>;

/** The fields of `Conv2d` in `assembly/conv2d.ts`, which explains them, in their order. */
function describe(params: Conv2dParams, input: FrameShape, holdings: Holdings) {
  const { kernelHeight, kernelWidth, output } = geometry(params, input);
  const { stride, padding, groups } = params;
  const [channels, filters] = [input.channels / groups, params.filters / groups];
  const [top, left] = padding === "none" ? [0, 0] : [(kernelHeight - 1) / 2, (kernelWidth - 1) / 2];
  const square = channels === 1 && filters === 1 && kernelHeight === 3 && kernelWidth === 3 && stride === 1;
  const reach = kernelWidth - 1;

  const head = roundUp(left, 4);
  const middle = roundDown(output.width - head - left, 8);
  const direct = input.element === "float32" && stride === 1 && middle >= 16;
  const tail = output.width - head - middle;
  const lanes = roundUp(direct ? (head + tail === 0 ? 0 : head + reach + tail) : output.width, 8);
  const phase = roundUp(lanes + Math.floor(reach / stride) + 2, 4);
  const slot = direct ? 4 * roundUp(lanes + reach + 8, 16) : 4 * roundUp(phase * stride + 8, 16);
  const depth = kernelHeight + (square ? 3 : 0);
  const taps = channels * kernelHeight * kernelWidth;
  const tile = filters <= 4 ? 2 ** 30 : Math.max(256, roundDown(TILE_BYTES / (channels * kernelHeight), 128));
  const bias = Float32Array.from({ length: params.filters }, (_, f) =>
    Array.isArray(params.bias) ? params.bias[f]! : params.bias,
  );
  return {
    height: input.height,
    width: input.width,
    channels,
    groups,
    filters,
    kernelHeight,
    kernelWidth,
    stride,
    top,
    left,
    replicate: Number(padding === "replicate"),
    uint8: Number(input.element === "uint8"),
    outHeight: output.height,
    outWidth: output.width,
    relu: 0,
    direct: Number(direct),
    head,
    middle,
    lanes,
    depth,
    slot,
    phase,
    tile,
    weights: holdings.put(
      packed(convWeights(params, channels, kernelHeight, kernelWidth), params.filters, groups, taps),
    ).address,
    bias: holdings.put(bias).address,
    ring: holdings.take(channels * depth * slot).address,
    zeros: holdings.take(Math.max(slot, 4 * (middle + reach + 8))).address,
    table: holdings.take(4 * Math.max(taps, 6)).address,
    ends: holdings.take(4 * lanes * Math.max(filters, 4)).address,
  };
}

/** Weights in the order in which the inner loops read them: of four filters for each tap, then of two, then of one. */
function packed(weights: Float32Array, filters: number, groups: number, taps: number): Float32Array {
  const out = new Float32Array(weights.length);
  const each = filters / groups;
  let at = 0;
  for (let g = 0; g < groups; g++) {
    for (let f = 0; f < each; ) {
      const side = [4, 2, 1].find((count) => f + count <= each)!;
      for (let tap = 0; tap < taps; tap++) {
        for (let i = 0; i < side; i++) out[at++] = weights[(g * each + f + i) * taps + tap]!;
      }
      f += side;
    }
  }
  return out;
}

const roundUp = (value: number, to: number) => Math.ceil(value / to) * to;
const roundDown = (value: number, to: number) => Math.max(0, Math.floor(value / to) * to);
