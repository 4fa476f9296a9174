import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MaxpoolParams, maxpool } from "../../kernels/maxpool.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { agreement, at, frame, monotonicity, outputOf, selection } from "../laws/kernels.ts";
import { anySeed, anyShape, implementationsOf, integers, reals, shape } from "./cases.ts";

interface Case {
  readonly input: FrameShape;
  readonly params: MaxpoolParams;
  readonly size: number;
  readonly stride: number;
  readonly seed: number;
}

/** Windows that fit, strides shorter than, equal to (left out) and longer than the window. */
const anyPool: fc.Arbitrary<Case> = fc
  .record({
    input: anyShape,
    size: fc.integer({ min: 1, max: 5 }),
    stride: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    seed: anySeed,
  })
  .filter(({ input, size }) => size <= Math.min(input.height, input.width))
  .map(({ input, size, stride, seed }) => ({
    input,
    params: stride === undefined ? { size } : { size, stride },
    size,
    stride: stride ?? size,
    seed,
  }));

describe.for(implementationsOf(maxpool))("%s", ([, implementation]) => {
  test("is the maximum of each window", () => {
    fc.assert(
      fc.property(anyPool, ({ input, params, size, stride, seed }) => {
        const samples = reals(input, seed);
        agreement(implementation, params, input, samples, (c, y, x) => {
          const window = Array.from({ length: size * size }, (_, i) =>
            at(input, c, y * stride + Math.floor(i / size), x * stride + (i % size)),
          );
          return window.map((index) => samples[index]!).sort((a, b) => b - a)[0]!;
        });
      }),
      { seed: 51, numRuns: 200 },
    );
  });

  test("has an output for each window that lies within the frame, and none more", () => {
    fc.assert(
      fc.property(anyPool, ({ input, params, size, stride }) => {
        const count = (length: number) => {
          let windows = 0;
          for (let begin = 0; begin + size <= length; begin += stride) windows++;
          return windows;
        };
        const expected = { ...input, height: count(input.height), width: count(input.width) };
        expect(implementation.prepare(params, input).output).toEqual(expected);
        expect(maxpool.outputShape(params, input)).toEqual(expected);
      }),
      { seed: 52, numRuns: 100 },
    );
  });

  test("is monotone, and invents no value", () => {
    fc.assert(
      fc.property(anyPool, ({ input, params, seed }) => {
        const samples = integers(input, seed);
        selection(implementation, params, input, samples);
        const higher = samples.map((sample: number, i: number) => Math.min(255, sample + ((i * 7) % 5)));
        monotonicity(implementation, params, input, samples, higher);
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  test("drops what is left over at the bottom and right", () => {
    const input = shape(5, 7, 2);
    const plain = integers(input, 1);
    const spoilt = frame(input, (c, y, x) => (y < 4 && x < 6 ? plain[at(input, c, y, x)]! : 9999));
    const params = maxpool.params.parse({});
    expect(implementation.prepare(params, input).output).toEqual(shape(2, 3, 2));
    expect(outputOf(implementation, params, input, spoilt)).toEqual(outputOf(implementation, params, input, plain));
  });

  test("frames of negative numbers only have negative maxima", () => {
    const samples = Float32Array.of(-4, -3, -2, -9);
    expect([...outputOf(implementation, { size: 2 }, shape(2, 2), samples)]).toEqual([-2]);
  });

  test("by hand: overlapping windows, and windows with gaps between", () => {
    const samples = frame(
      shape(3, 5, 1, "uint8"),
      (_, y, x) => [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9][5 * y + x]!,
    );
    const run = (params: MaxpoolParams) => [...outputOf(implementation, params, shape(3, 5, 1, "uint8"), samples)];
    expect(run({ size: 2, stride: 1 })).toEqual([9, 6, 6, 5, 9, 9, 9, 9]);
    expect(run({ size: 1, stride: 2 })).toEqual([3, 4, 5, 5, 9, 9]);
    expect(run({ size: 3, stride: 2 })).toEqual([9, 9]);
  });
});
