import type {
  Picture,
  PreparedSource,
  Samples,
  SourceImplementation,
  TransformImplementation,
} from "../../kernels/kernel.ts";
import { describeShape, type FrameShape, sameShape, samplesOf } from "../../sim/frame.ts";

/**
 * Laws that every implementation of a kernel keeps, `reference` or another. Each throws an `Error` that names the law, the
 * frame and the sample where it is broken.
 */

// biome-ignore lint/suspicious/noExplicitAny: laws of all kernels, each with its own parameter type
type Transform = TransformImplementation<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
type Source = SourceImplementation<any>;

/** Samples for a frame, all 0. */
export function blank(shape: FrameShape): Samples {
  return shape.element === "uint8" ? new Uint8Array(samplesOf(shape)) : new Float32Array(samplesOf(shape));
}

/** A frame with a value for each channel, row and column. */
export function frame(shape: FrameShape, value: (c: number, y: number, x: number) => number): Samples {
  const samples = blank(shape);
  const { height, width } = shape;
  for (let i = 0; i < samples.length; i++) {
    samples[i] = value(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width);
  }
  return samples;
}

/** The output of one run. */
export function outputOf(by: Transform, params: unknown, shape: FrameShape, input: Samples): Samples {
  const prepared = by.prepare(params, shape);
  const output = blank(prepared.output);
  prepared.run(input, output);
  return output;
}

/**
 * The contract of a transform: it promises the shape that the kernel's `outputShape` promised, leaves its input as it is,
 * writes all of its output and nothing beyond, and gives the same bytes for the same frame, whatever came before or between.
 * @param promised What `outputShape` says.
 * @param frames At least two.
 */
export function transformContract(
  by: Transform,
  params: unknown,
  shape: FrameShape,
  promised: FrameShape,
  frames: readonly Samples[],
): void {
  const prepared = by.prepare(params, shape);
  promises("transformContract", promised, prepared.output);
  const outputs = frames.map((input, n) => {
    const before = input.slice();
    const output = written("transformContract", shape, prepared.output, (to) => prepared.run(input, to));
    equal("transformContract", shape, input, before, `input ${n} after the run`);
    return output;
  });
  const other = by.prepare(params, shape);
  const scratch = blank(prepared.output);
  for (const n of [...frames.keys(), ...[...frames.keys()].reverse()]) {
    other.run(frames[(n + 1) % frames.length]!, scratch);
    prepared.run(frames[n]!, scratch);
    equal("transformContract", prepared.output, scratch, outputs[n]!, `frame ${n} once more, after others`);
    other.run(frames[n]!, scratch);
    equal("transformContract", prepared.output, scratch, outputs[n]!, `frame ${n} by another instance`);
  }
}

/**
 * The contract of a source: it promises the shape that `outputShape` promised, writes all of a frame and nothing beyond,
 * frame n depends on n alone, samples lie in 0..255 (uint8) or 0..1 (float32).
 */
export function sourceContract(
  by: Source,
  params: unknown,
  size: { height: number; width: number },
  promised: FrameShape,
  pictures: readonly Picture[],
  sequences: readonly number[],
): void {
  const prepared = by.prepare(params, size, pictures);
  promises("sourceContract", promised, prepared.output);
  const { output } = prepared;
  const frames = sequences.map((n) => {
    const made = written("sourceContract", output, output, (to) => prepared.produce(n, to));
    const stray = made.findIndex(
      (sample: number) => !(sample >= 0 && sample <= (output.element === "uint8" ? 255 : 1)),
    );
    if (stray >= 0) fail("sourceContract", output, `frame ${n}: sample ${stray} is ${made[stray]}`);
    return made;
  });
  const fresh = by.prepare(params, size, pictures);
  for (let i = sequences.length - 1; i >= 0; i--) {
    equal("sourceContract", output, produced(fresh, sequences[i]!), frames[i]!, `frame ${sequences[i]}, backwards`);
    equal("sourceContract", output, produced(prepared, sequences[i]!), frames[i]!, `frame ${sequences[i]} once more`);
  }
}

/** Consecutive frames differ. */
export function moves(source: PreparedSource, sequences: readonly number[]): void {
  for (const n of sequences) {
    const [now, next] = [produced(source, n), produced(source, n + 1)];
    if (now.every((sample: number, i: number) => sample === next[i]))
      fail("moves", source.output, `frames ${n} and ${n + 1} are the same`);
  }
}

export function produced(source: PreparedSource, sequence: number): Samples {
  const output = blank(source.output);
  source.produce(sequence, output);
  return output;
}

/** T(a x + b y) = a T(x) + b T(y), exactly: samples and factors must be so small that no sum is rounded. */
export function linearity(
  by: Transform,
  params: unknown,
  shape: FrameShape,
  [a, x]: readonly [number, Samples],
  [b, y]: readonly [number, Samples],
): void {
  const mixed = blank(shape).map((_: number, i: number) => a * x[i]! + b * y[i]!);
  const [ofX, ofY] = [outputOf(by, params, shape, x), outputOf(by, params, shape, y)];
  const expected = ofX.map((sample: number, i: number) => a * sample + b * ofY[i]!);
  const got = outputOf(by, params, shape, mixed);
  const wrong = got.findIndex((sample: number, i: number) => sample !== expected[i]);
  if (wrong >= 0)
    fail("linearity", shape, `sample ${wrong} of ${a} x + ${b} y is ${got[wrong]}, not ${expected[wrong]}`);
}

/**
 * A frame that moves by `stride` times (down, across) moves the output by (down, across), where the kernel sees no border.
 * @param picture What is seen, without an end.
 * @param margin Outputs at each border that may see it.
 */
export function shiftEquivariance(
  by: Transform,
  params: { readonly stride: number },
  shape: FrameShape,
  picture: (c: number, y: number, x: number) => number,
  { down, across, margin }: { down: number; across: number; margin: number },
): void {
  const { stride } = params;
  const { output } = by.prepare(params, shape);
  const here = outputOf(by, params, shape, frame(shape, picture));
  const moved = frame(shape, (c, y, x) => picture(c, y + stride * down, x + stride * across));
  const there = outputOf(by, params, shape, moved);
  for (let f = 0; f < output.channels; f++) {
    for (let y = margin; y + down < output.height - margin; y++) {
      for (let x = margin; x + across < output.width - margin; x++) {
        const [got, expected] = [there[at(output, f, y, x)], here[at(output, f, y + down, x + across)]];
        if (got !== expected) fail("shiftEquivariance", shape, `(${f}, ${y}, ${x}) is ${got}, not ${expected}`);
      }
    }
  }
}

/** T(T(x)) = T(x), bit by bit. */
export function idempotence(by: Transform, params: unknown, shape: FrameShape, input: Samples): void {
  const once = outputOf(by, params, shape, input);
  equal("idempotence", shape, outputOf(by, params, by.prepare(params, shape).output, once), once, "the second time");
}

/** x <= y in every sample, so T(x) <= T(y) in every sample. */
export function monotonicity(by: Transform, params: unknown, shape: FrameShape, x: Samples, y: Samples): void {
  const [low, high] = [outputOf(by, params, shape, x), outputOf(by, params, shape, y)];
  const wrong = low.findIndex((sample: number, i: number) => !(sample <= high[i]!));
  if (wrong >= 0)
    fail("monotonicity", shape, `sample ${wrong}: ${low[wrong]} of the lower, ${high[wrong]} of the higher`);
}

/** Every value of the output occurs in the same channel of the input. */
export function selection(by: Transform, params: unknown, shape: FrameShape, input: Samples): void {
  const { output } = by.prepare(params, shape);
  const got = outputOf(by, params, shape, input);
  const [plane, pooled] = [samplesOf(shape) / shape.channels, samplesOf(output) / output.channels];
  for (let c = 0; c < shape.channels; c++) {
    const values = new Set(input.subarray(c * plane, (c + 1) * plane));
    for (const value of got.subarray(c * pooled, (c + 1) * pooled)) {
      if (!values.has(value)) fail("selection", shape, `${value} is not in channel ${c} of the input`);
    }
  }
}

/**
 * The output is what a formula says, sample by sample.
 * @param tolerance How far each may be off.
 */
export function agreement(
  by: Transform,
  params: unknown,
  shape: FrameShape,
  input: Samples,
  formula: (c: number, y: number, x: number) => number,
  tolerance = 0,
): void {
  const { output } = by.prepare(params, shape);
  const got = outputOf(by, params, shape, input);
  for (let c = 0; c < output.channels; c++) {
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        const [sample, expected] = [got[at(output, c, y, x)]!, formula(c, y, x)];
        if (!(Math.abs(sample - expected) <= tolerance))
          fail("agreement", shape, `(${c}, ${y}, ${x}) is ${sample}, the formula says ${expected}`);
      }
    }
  }
}

/** Index of a sample. */
export function at({ height, width }: FrameShape, c: number, y: number, x: number): number {
  return (c * height + y) * width + x;
}

/** What a kernel writes, into the midst of a larger piece of memory. Guards and sentinels tell what it left or spoilt. */
function written(law: string, shape: FrameShape, output: FrameShape, write: (to: Samples) => void): Samples {
  const guard = 5;
  const length = samplesOf(output);
  const results = [77, 178].map((sentinel) => {
    const memory = blank({ ...output, channels: 1, height: 1, width: length + 2 * guard }).fill(sentinel);
    write(memory.subarray(guard, guard + length));
    const edges = [...memory.subarray(0, guard), ...memory.subarray(guard + length)];
    if (edges.some((value) => value !== sentinel)) fail(law, shape, "it writes beyond its output");
    return memory.slice(guard, guard + length);
  });
  equal(law, output, results[0]!, results[1]!, "its output, over two different fillings of the memory");
  return results[0]!;
}

function promises(law: string, promised: FrameShape, output: FrameShape): void {
  if (!sameShape(promised, output))
    fail(law, output, `outputShape says ${describeShape(promised)}, prepare ${describeShape(output)}`);
}

/** The same samples, bit by bit, but that NaN is NaN. */
export function sameBytes(law: string, shape: FrameShape, got: Samples, expected: Samples, what = "output"): void {
  equal(law, shape, got, expected, what);
}

/** NaN is NaN, and -0 is not 0: the same bytes. */
function equal(law: string, shape: FrameShape, got: Samples, expected: Samples, what: string): void {
  if (got.length !== expected.length) fail(law, shape, `${what}: ${got.length} samples, not ${expected.length}`);
  const wrong = got.findIndex((sample: number, i: number) => !Object.is(sample, expected[i]));
  if (wrong >= 0) fail(law, shape, `${what}: sample ${wrong} is ${got[wrong]}, not ${expected[wrong]}`);
}

function fail(law: string, shape: FrameShape, what: string): never {
  throw new Error(`${law}: ${describeShape(shape)}: ${what}`);
}
