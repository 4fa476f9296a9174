import type { TransformImplementation } from "../../kernels/kernel.ts";
import { describeShape, type FrameShape, samplesOf } from "../../sim/frame.ts";
import { at, frame, outputOf } from "./kernels.ts";

/** Laws of the kernels that neural networks begin and end with; as those in `kernels.ts`. */

// biome-ignore lint/suspicious/noExplicitAny: laws of all kernels, each with its own parameter type
type Transform = TransformImplementation<any>;

/** A frame of one value in each channel gives a frame of `expected(value, channel)`, exactly. */
export function constancy(
  by: Transform,
  params: unknown,
  shape: FrameShape,
  value: (c: number) => number,
  expected: (c: number) => number,
): void {
  const flat = frame(shape, value);
  const { output } = by.prepare(params, shape);
  const got = outputOf(by, params, shape, flat);
  const plane = output.height * output.width;
  const wrong = got.findIndex((sample: number, i: number) => !Object.is(sample, expected(Math.floor(i / plane))));
  if (wrong >= 0) {
    const of = `${got[wrong]}, not ${expected(Math.floor(wrong / plane))}`;
    throw new Error(`constancy: ${describeShape(shape)}: sample ${wrong} is ${of}`);
  }
}

/** Samples are probabilities: none negative, and those of all channels add up to 1 at each position. */
export function probabilities(
  by: Transform,
  shape: FrameShape,
  input: Float32Array | Uint8Array,
  tolerance: number,
): void {
  const got = outputOf(by, {}, shape, input);
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      let sum = 0;
      for (let c = 0; c < shape.channels; c++) {
        const sample = got[at(shape, c, y, x)]!;
        if (!(sample >= 0 && sample <= 1 + tolerance)) {
          throw new Error(`probabilities: ${describeShape(shape)}: (${c}, ${y}, ${x}) is ${sample}`);
        }
        sum += sample;
      }
      if (!(Math.abs(sum - 1) <= tolerance)) {
        throw new Error(`probabilities: ${describeShape(shape)}: those at (${y}, ${x}) add up to ${sum}`);
      }
    }
  }
}

/** What is added to all channels of a position changes nothing. @param added so small that sums are exact. */
export function shiftInvariance(
  by: Transform,
  shape: FrameShape,
  input: Float32Array,
  added: (position: number) => number,
  tolerance: number,
): void {
  const plane = samplesOf(shape) / shape.channels;
  const expected = outputOf(by, {}, shape, input);
  const moved = input.map((sample, i) => sample + added(i % plane));
  const got = outputOf(by, {}, shape, moved);
  const wrong = got.findIndex((sample: number, i: number) => !(Math.abs(sample - expected[i]!) <= tolerance));
  if (wrong >= 0) {
    throw new Error(
      `shiftInvariance: ${describeShape(shape)}: sample ${wrong} is ${got[wrong]}, not ${expected[wrong]}`,
    );
  }
}
