import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Conv2dParams, conv2d } from "../../kernels/conv2d.ts";
import { convWeights, type NAMED_WEIGHTS } from "../../kernels/conv2d-weights.ts";
import type { Samples } from "../../kernels/kernel.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { agreement, at, frame, linearity, outputOf, shiftEquivariance } from "../laws/kernels.ts";
import { anyConv2d, anySeed, type Conv2dCase, implementationsOf, integers, reals, shape } from "./cases.ts";

const parse = (given: object): Conv2dParams => conv2d.params.parse(given);

/** One output sample, gathered over the taps of its filter: the definition, once more. */
function gather({ kernel, input, params }: Conv2dCase, samples: Samples, f: number, y: number, x: number): number {
  const [rows, columns] = kernel;
  const seen = (c: number, row: number, column: number): number => {
    const [r, q] = params.padding === "none" ? [row, column] : [row - (rows >> 1), column - (columns >> 1)];
    const inside = [Math.max(0, Math.min(r, input.height - 1)), Math.max(0, Math.min(q, input.width - 1))] as const;
    const beyond = inside[0] !== r || inside[1] !== q;
    return beyond && params.padding === "zero" ? 0 : samples[at(input, c, ...inside)]!;
  };
  const channels = input.channels / params.groups;
  const first = Math.floor(f / (params.filters / params.groups)) * channels;
  let sum = params.bias[f]!;
  for (let tap = 0; tap < channels * rows * columns; tap++) {
    const [c, j, i] = [Math.floor(tap / (rows * columns)), Math.floor(tap / columns) % rows, tap % columns];
    const weight = Math.fround(params.weights[f * channels * rows * columns + tap]!);
    sum += weight * seen(first + c, y * params.stride + j, x * params.stride + i);
  }
  return sum;
}

describe.for(implementationsOf(conv2d))("%s", ([, implementation]) => {
  test("computes what the formula says, exactly where numbers are small", () => {
    fc.assert(
      fc.property(anyConv2d, (conv) => {
        const samples = integers(conv.input, conv.seed);
        agreement(implementation, conv.params, conv.input, samples, (f, y, x) => gather(conv, samples, f, y, x));
      }),
      { seed: 31, numRuns: 250 },
    );
  });

  test("computes what the formula says, within float32's rounding, of any numbers", () => {
    fc.assert(
      fc.property(anyConv2d, (conv) => {
        const stream = new RandomStream(conv.seed, "real weights");
        const weights = conv.params.weights.map(() => stream.normal(0, 1));
        const bias = conv.params.bias.map(() => stream.normal(0, 1));
        const real = { ...conv, params: { ...conv.params, weights, bias } };
        const samples = reals(conv.input, conv.seed);
        const largest = Math.max(...samples.map(Math.abs));
        // Each of the sum's products and partial sums is rounded at most once, to 24 bits.
        const taps = weights.length / conv.params.filters;
        const tolerance = 2 ** -24 * (taps + 2) * (taps * Math.max(...weights.map(Math.abs)) * largest + 5);
        agreement(
          implementation,
          real.params,
          conv.input,
          samples,
          (f, y, x) => gather(real, samples, f, y, x),
          tolerance,
        );
      }),
      { seed: 32, numRuns: 100 },
    );
  });

  test("is linear without bias", () => {
    fc.assert(
      fc.property(anyConv2d, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }), (conv, a, b) => {
        const input: FrameShape = { ...conv.input, element: "float32" };
        const params = { ...conv.params, bias: 0 };
        linearity(implementation, params, input, [a, integers(input, conv.seed)], [b, integers(input, conv.seed + 1)]);
      }),
      { seed: 33, numRuns: 100 },
    );
  });

  test("bias is added to every output of its filter, and to nothing else", () => {
    fc.assert(
      fc.property(anyConv2d, (conv) => {
        const samples = integers(conv.input, conv.seed);
        const plain = outputOf(implementation, { ...conv.params, bias: 0 }, conv.input, samples);
        const { output } = implementation.prepare(conv.params, conv.input);
        const { bias } = conv.params;
        agreement(
          implementation,
          conv.params,
          conv.input,
          samples,
          (f, y, x) => plain[at(output, f, y, x)]! + bias[f]!,
        );
        const common = { ...conv.params, bias: 7 };
        agreement(implementation, common, conv.input, samples, (f, y, x) => plain[at(output, f, y, x)]! + 7);
      }),
      { seed: 34, numRuns: 50 },
    );
  });

  test("what moves in the input moves in the output", () => {
    const move = fc.record({ down: fc.integer({ min: 0, max: 2 }), across: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(anyConv2d, move, ({ params, input, seed }, { down, across }) => {
        const large = { ...input, height: input.height + 12, width: input.width + 12 };
        const seen = (c: number, y: number, x: number) => (((c * 61 + y) * 67 + x) * 2654435761 + seed) % 251;
        shiftEquivariance(implementation, params, large, seen, { down, across, margin: 3 });
      }),
      { seed: 35, numRuns: 60 },
    );
  });

  test("a lone sample shows the kernel not flipped", () => {
    const params = parse({ weights: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    const dot = frame(shape(5, 5), (_, y, x) => (y === 2 && x === 2 ? 1 : 0));
    expect([...outputOf(implementation, params, shape(5, 5), dot)]).toEqual(
      [
        [0, 0, 0, 0, 0],
        [0, 9, 8, 7, 0],
        [0, 6, 5, 4, 0],
        [0, 3, 2, 1, 0],
        [0, 0, 0, 0, 0],
      ].flat(),
    );
  });

  test("a 1x1 frame under a 7x7 kernel sees its border only", () => {
    const weights = Array.from({ length: 49 }, (_, i) => i);
    const one = frame(shape(1, 1, 1, "uint8"), () => 2);
    const run = (padding: string) =>
      outputOf(implementation, parse({ size: 7, weights, padding }), shape(1, 1, 1, "uint8"), one)[0];
    expect([run("zero"), run("replicate")]).toEqual([2 * 24, 2 * ((48 * 49) / 2)]);
  });

  // Up to 7x7 and for one channel all of these weights, products and sums are exact.
  const gains = { blur: 1, sharpen: 1, edges: 0 };
  test.for(Object.entries(gains))("%s gives a constant frame times %i", ([weights, gain]) => {
    for (const size of [1, 3, 5, 7, [3, 7], [5, 1]]) {
      for (const value of [1, 77, 255]) {
        const input = shape(17, 15, 1, "uint8");
        const flat = frame(input, () => value);
        const inner = parse({ size, weights, padding: "none", filters: 2 });
        agreement(implementation, inner, input, flat, () => gain * value);
        agreement(implementation, parse({ size, weights, padding: "replicate" }), input, flat, () => gain * value);
        const colour = shape(9, 9, 3, "uint8");
        const tolerance = value * 1e-6;
        const grey = frame(colour, () => value);
        agreement(implementation, { ...inner, filters: 1 }, colour, grey, () => gain * value, tolerance);
      }
    }
  });

  test("random weights are those of their seed", () => {
    const input = shape(9, 9, 2);
    const samples = integers(input, 3);
    const run = (seed: number) =>
      outputOf(implementation, parse({ weights: "random", filters: 2, seed }), input, samples);
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
  });
});

test("the reference rounds once: the formula in double precision, to the last bit", () => {
  fc.assert(
    fc.property(anyConv2d, anySeed, (conv, seed) => {
      const stream = new RandomStream(seed, "real weights");
      const real = { ...conv, params: { ...conv.params, weights: conv.params.weights.map(() => stream.normal(0, 1)) } };
      const samples = reals(conv.input, seed);
      const exact = (f: number, y: number, x: number) => Math.fround(gather(real, samples, f, y, x));
      agreement(conv2d.implementations.reference, real.params, conv.input, samples, exact);
    }),
    { seed: 36, numRuns: 50 },
  );
});

describe("weights", () => {
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const of = (weights: (typeof NAMED_WEIGHTS)[number], channels: number, height: number, width: number, filters = 1) =>
    convWeights({ weights, filters, seed: 1 }, channels, height, width);

  test("blur is Pascal's triangle in each direction", () => {
    expect([...of("blur", 1, 3, 3)].map((w) => w * 16)).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
    expect([...of("blur", 1, 1, 5)].map((w) => w * 16)).toEqual([1, 4, 6, 4, 1]);
    expect([...of("blur", 1, 3, 1)].map((w) => w * 4)).toEqual([1, 2, 1]);
  });

  test("sharpen and edges are the sample, twice and once, less the blur", () => {
    expect([...of("sharpen", 1, 3, 3)].map((w) => w * 16)).toEqual([-1, -2, -1, -2, 28, -2, -1, -2, -1]);
    expect([...of("edges", 1, 3, 3)].map((w) => w * 16)).toEqual([-1, -2, -1, -2, 12, -2, -1, -2, -1]);
    expect([...of("edges", 1, 1, 1)]).toEqual([0]);
  });

  test.for([
    ["blur", 1],
    ["sharpen", 1],
    ["edges", 0],
  ] as const)("%s adds up to %i per filter", ([name, total]) => {
    for (const [height, width] of [
      [1, 1],
      [3, 3],
      [5, 7],
      [63, 63],
    ] as const) {
      for (const channels of [1, 3, 4]) {
        const filters = 2;
        const all = of(name, channels, height, width, filters);
        expect(all).toHaveLength(filters * channels * height * width);
        for (let f = 0; f < filters; f++) {
          const each = all.subarray((f * all.length) / filters, ((f + 1) * all.length) / filters);
          expect(Math.abs(sum(each) - total)).toBeLessThan(1e-6);
        }
      }
    }
  });

  test("random ones have mean 0 and variance 2 / taps, and no two filters are the same", () => {
    const filters = 400;
    const taps = 3 * 5 * 5;
    const all = of("random", 3, 5, 5, filters);
    const n = all.length;
    const mean = sum(all) / n;
    const variance = sum(all.map((w) => (w - mean) ** 2)) / n;
    // 5 standard errors each.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(2 / taps / n));
    expect(Math.abs(variance / (2 / taps) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(new Set(Array.from({ length: filters }, (_, f) => all[f * taps])).size).toBe(filters);
  });
});
