import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conv2d } from "../../kernels/conv2d.ts";
import { dense } from "../../kernels/dense.ts";
import { grayscale } from "../../kernels/grayscale.ts";
import { normalize } from "../../kernels/normalize.ts";
import { resize } from "../../kernels/resize.ts";
import { resized } from "../../kernels/resized.ts";
import { softmax } from "../../kernels/softmax.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { type FrameShape, samplesOf } from "../../sim/frame.ts";
import { agreement, at, frame, linearity, monotonicity, outputOf } from "../laws/kernels.ts";
import { constancy, probabilities, shiftInvariance } from "../laws/layers.ts";
import { anySeed, anyShape, implementationsOf, integers, reals, shape } from "./cases.ts";

const runs = (seed: number, numRuns = 60) => ({ seed, numRuns });
const anyRgb = anyShape.map((of) => ({ ...of, channels: 3, width: 3 * of.width - 2 }));
const floats = anyShape.map((of) => ({ ...of, element: "float32" as const }));

describe.for(implementationsOf(grayscale))("grayscale, %s", ([, implementation]) => {
  test("is the luma, keeps grey and order", () => {
    fc.assert(
      fc.property(anyRgb, anySeed, fc.integer({ min: 0, max: 255 }), (input, seed, grey) => {
        const samples = reals(input, seed);
        // Three weights, each off by half of 2^-14 at most, and a rounding.
        const tolerance = input.element === "uint8" ? 0.5 + 3 * 255 * 2 ** -15 : 1e-5;
        const luma = (_: number, y: number, x: number) =>
          [0.299, 0.587, 0.114].reduce((sum, weight, c) => sum + weight * samples[at(input, c, y, x)]!, 0);
        agreement(implementation, {}, input, samples, luma, tolerance);
        const higher = samples.map((sample: number, i: number) => Math.min(255, sample + (i % 3)));
        monotonicity(implementation, {}, input, samples, higher);
        if (input.element === "uint8")
          constancy(
            implementation,
            {},
            input,
            () => grey,
            () => grey,
          );
      }),
      runs(91),
    );
  });

  test("by hand: the three primaries", () => {
    const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect([...outputOf(implementation, {}, shape(1, 3, 3, "uint8"), rgb)]).toEqual([76, 150, 29]);
  });
});

describe.for(implementationsOf(normalize))("normalize, %s", ([, implementation]) => {
  test("is (x - mean) * scale of each channel, in float32", () => {
    const parameter = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        anyRgb,
        anySeed,
        fc.array(parameter, { minLength: 3, maxLength: 3 }),
        parameter,
        (input, seed, mean, scale) => {
          const samples = reals(input, seed);
          agreement(implementation, { mean, scale }, input, samples, (c, y, x) =>
            Math.fround(Math.fround(samples[at(input, c, y, x)]! - Math.fround(mean[c]!)) * Math.fround(scale)),
          );
          constancy(
            implementation,
            { mean, scale },
            { ...input, element: "float32" },
            (c) => Math.fround(mean[c]!),
            () => 0 * scale,
          );
          expect(implementation.prepare({ mean, scale }, input).output).toEqual({ ...input, element: "float32" });
        },
      ),
      runs(92),
    );
  });

  test("by hand: 0..255 becomes -1..1", () => {
    const params = { mean: 127.5, scale: 1 / 127.5 };
    const got = outputOf(implementation, params, shape(1, 3, 1, "uint8"), Uint8Array.of(0, 255, 51));
    for (const [i, expected] of [-1, 1, -0.6].entries()) expect(got[i]).toBeCloseTo(expected, 6);
  });
});

const anyResize = fc.oneof(
  fc.record({ to: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 })) }),
  fc.record({ factor: fc.constantFrom(0.1, 0.3, 0.5, 0.75, 1, 1.6, 2, 3) }),
);

describe.for(implementationsOf(resize))("resize, %s", ([, implementation]) => {
  test("is bilinear interpolation between pixel centres", () => {
    fc.assert(
      fc.property(anyRgb, anySeed, anyResize, (input, seed, params) => {
        const samples = reals(input, seed);
        const { output } = implementation.prepare(params, input);
        const plane = samplesOf(input) / 3;
        const planes = [0, 1, 2].map((c) =>
          resized(Float64Array.from(samples.subarray(c * plane, (c + 1) * plane)), input, output),
        );
        const expected = (c: number, y: number, x: number) => planes[c]![y * output.width + x]!;
        agreement(implementation, params, input, samples, expected, input.element === "uint8" ? 0.501 : 1e-4);
      }),
      runs(93, 120),
    );
  });

  test("of a constant frame is constant, of the same size the same", () => {
    fc.assert(
      fc.property(anyRgb, anySeed, anyResize, (input, seed, params) => {
        const value = (c: number) => (input.element === "uint8" ? 85 * c : Math.fround(Math.PI * (c - 1)));
        constancy(implementation, params, input, value, value);
        const samples = reals(input, seed);
        const same = { to: [input.height, input.width] as [number, number] };
        expect(outputOf(implementation, same, input, samples)).toEqual(samples);
      }),
      runs(94),
    );
  });

  test("is linear, and keeps order", () => {
    fc.assert(
      fc.property(floats, anySeed, fc.integer({ min: -5, max: 5 }), (input, seed, a) => {
        // Halves and quarters of small integers: nothing is rounded.
        const half = { to: [Math.ceil(input.height / 2), Math.ceil(input.width / 2)] as [number, number] };
        const even = { ...input, height: 2 * half.to[0], width: 2 * half.to[1] };
        linearity(implementation, half, even, [a, integers(even, seed)], [3, integers(even, seed + 1)]);
        const samples = integers(input, seed);
        const higher = samples.map((sample: number, i: number) => sample + (i % 3));
        monotonicity(implementation, { factor: 2 }, input, samples, higher);
      }),
      runs(95),
    );
  });

  test("by hand: twice as wide, half as wide, halves rounded up", () => {
    const row = (samples: number[], width: number) => [
      ...outputOf(implementation, { to: [1, width] }, shape(1, samples.length), Float32Array.from(samples)),
    ];
    expect(row([0, 100], 4)).toEqual([0, 25, 75, 100]);
    expect(row([0, 10, 20, 30], 2)).toEqual([5, 25]);
    const bytes = outputOf(implementation, { to: [1, 1] }, shape(1, 2, 1, "uint8"), Uint8Array.of(1, 2));
    expect([...bytes]).toEqual([2]);
  });
});

describe.for(implementationsOf(dense))("dense, %s", ([, implementation]) => {
  /** Small integers as weights: nothing is rounded. */
  const layer = (input: FrameShape, outputs: number, seed: number) => {
    const stream = new RandomStream(seed, "dense");
    const weights = Array.from({ length: outputs * samplesOf(input) }, () => stream.integer(9) - 4);
    return dense.params.parse({ outputs, weights, bias: Array.from({ length: outputs }, () => stream.integer(9) - 4) });
  };
  const anyOutputs = fc.integer({ min: 1, max: 9 });

  test("is the sum of all samples by their weights", () => {
    fc.assert(
      fc.property(anyRgb, anyOutputs, anySeed, (input, outputs, seed) => {
        const params = layer(input, outputs, seed);
        const samples = integers(input, seed, 20);
        const { weights, bias } = params as { weights: number[]; bias: number[] };
        agreement(implementation, params, input, samples, (n) =>
          [...samples].reduce(
            (sum: number, sample: number, i: number) => sum + sample * weights[n * samples.length + i]!,
            bias[n]!,
          ),
        );
        linearity(
          implementation,
          { ...params, bias: 0 },
          { ...input, element: "float32" },
          [2, Float32Array.from(samples)],
          [-1, integers({ ...input, element: "float32" }, seed, 20) as Float32Array],
        );
      }),
      runs(96),
    );
  });

  test("is a conv2d whose kernel is the whole frame, random weights too", () => {
    const input = shape(31, 33, 2);
    const samples = reals(input, 7);
    const given = { weights: "random", seed: 5, bias: 0.5 } as const;
    const whole = conv2d.params.parse({ size: [31, 33], padding: "none", filters: 6, ...given });
    const expected = outputOf(conv2d.implementations.reference, whole, input, samples);
    agreement(implementation, dense.params.parse({ outputs: 6, ...given }), input, samples, (n) => expected[n]!, 1e-4);
  });

  test("an output does not depend on how many there are", () => {
    const input = shape(40, 50, 1);
    const samples = reals(input, 8);
    const of = (outputs: number) => outputOf(implementation, dense.params.parse({ outputs }), input, samples);
    const all = of(7);
    for (const outputs of [1, 3, 4, 5]) expect(of(outputs)).toEqual(all.slice(0, outputs));
  });
});

describe.for(implementationsOf(softmax))("softmax, %s", ([, implementation]) => {
  test("is what the formula says, and adds up to 1", () => {
    fc.assert(
      fc.property(anyShape, fc.integer({ min: 1, max: 20 }), anySeed, (of, channels, seed) => {
        const input = { ...of, channels };
        const samples = reals(input, seed);
        const power = (c: number, y: number, x: number) => Math.exp(samples[at(input, c, y, x)]! - 100);
        const formula = (c: number, y: number, x: number) =>
          power(c, y, x) / Array.from({ length: channels }, (_, k) => power(k, y, x)).reduce((sum, each) => sum + each);
        agreement(implementation, {}, input, samples, formula, 1e-6);
        probabilities(implementation, input, samples, 1e-6);
      }),
      runs(97),
    );
  });

  test("does not change with what is added to all channels", () => {
    fc.assert(
      fc.property(floats, anySeed, (input, seed) => {
        const samples = integers(input, seed, 30) as Float32Array;
        shiftInvariance(implementation, input, samples, (i) => (i % 7) * 100 - 300, 0);
      }),
      runs(98),
    );
  });

  test("by hand: equal ones share, large and small ones neither overflow nor vanish", () => {
    const of = (...samples: number[]) => [
      ...outputOf(implementation, {}, shape(1, 1, samples.length), Float32Array.from(samples)),
    ];
    expect(of(3, 3, 3, 3)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(of(1000, -1000)[0]).toBe(1);
    expect(of(1000, -1000)[1]).toBeLessThan(1e-37);
    expect(of(Number.NEGATIVE_INFINITY, 0)[1]).toBe(1);
    expect(of(Number.NaN, 0)).toEqual([Number.NaN, Number.NaN]);
    expect(of(0, Math.log(3)).map((sample) => Math.round(1e6 * sample))).toEqual([250_000, 750_000]);
  });

  test("a frame of zeros gives equal shares everywhere", () => {
    const input = shape(5, 9, 8);
    constancy(
      implementation,
      {},
      input,
      () => 0,
      () => 0.125,
    );
    expect(frame(input, () => 0)).toHaveLength(360);
  });
});
