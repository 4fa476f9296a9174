import { ELEMENT_BYTES, type FrameShape } from "../../sim/frame.ts";
import { type GrayscaleParams, outputShape as outputOfGrayscale } from "../grayscale-params.ts";
import type { RowsTransform } from "../kernel.ts";
import { type NormalizeParams, ofChannel, outputShape as outputOfNormalize } from "../normalize-params.ts";
import { engine } from "./engine.ts";
import { onFrames, strides } from "./transform.ts";

/** Computes `count` samples from `from` (a channel's) on into `to`; `plane` bytes lie between two channels of the input. */
type Run = (from: number, plane: number, to: number, count: number) => void;

/** Luma, the same bytes as the reference's. */
export const grayscale = onFrames((params: GrayscaleParams, input: FrameShape) => {
  const output = outputOfGrayscale(params, input);
  const { run } = engine("simd128");
  const mix = input.element === "uint8" ? run.grayscaleBytes : run.grayscaleFloat;
  return pointwise(input, output, [(from, plane, to, count) => mix(from, from + plane, from + 2 * plane, to, count)]);
});

/** (x - mean) * scale, the same bytes as the reference's. */
export const normalize = onFrames((params: NormalizeParams, input: FrameShape) => {
  const { run } = engine("simd128");
  const map = input.element === "uint8" ? run.normalizeBytes : run.normalizeFloat;
  const runs = Array.from({ length: input.channels }, (_, c): Run => {
    const { mean, scale } = ofChannel(params, c);
    return (from, _plane, to, count) => map(from, to, count, mean, scale);
  });
  return pointwise(input, outputOfNormalize(params, input), runs);
});

/** relu of float32, the same bytes as the reference's; uint8 is never negative, and copied. */
export const relu = onFrames((_params: unknown, input: FrameShape) => {
  if (input.element === "uint8") return copyOf(input);
  const { run } = engine("simd128");
  return everyChannel(input, (from, _plane, to, count) => run.relu(from, to, count));
});

/** The frame itself. */
export const identity = onFrames((_params: unknown, input: FrameShape) => copyOf(input));

function copyOf(input: FrameShape): RowsTransform {
  const { run } = engine("simd128");
  const bytes = ELEMENT_BYTES[input.element];
  return everyChannel(input, (from, _plane, to, count) => run.copy(from, to, bytes * count));
}

function everyChannel(input: FrameShape, run: Run): RowsTransform {
  return pointwise(input, input, new Array<Run>(input.channels).fill(run));
}

/** What computes each sample from those in its place. @param runs one for each channel of the output. */
function pointwise(input: FrameShape, output: FrameShape, runs: readonly Run[]): RowsTransform {
  const inRow = strides(input).row;
  const outRow = strides(output).row;
  return {
    output,
    build: engine("simd128").build,
    inputRows: (from, to) => [from, to],
    run(from, inPlane, to, outPlane, first, end) {
      for (let c = 0; c < runs.length; c++) {
        const source = from + c * inPlane + first * inRow;
        runs[c]!(source, inPlane, to + c * outPlane + first * outRow, (end - first) * input.width);
      }
    },
    release() {},
  };
}
