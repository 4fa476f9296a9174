import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conv2d } from "../../kernels/conv2d.ts";
import type { Samples, TransformImplementation } from "../../kernels/kernel.ts";
import { relu } from "../../kernels/relu.ts";
import { frameMemory } from "../../kernels/simd/memory.ts";
import type { FrameShape } from "../../sim/frame.ts";
import { blank, outputOf, sameBytes } from "../laws/kernels.ts";
import { anyConv2d, anySeed, anyShape, implementationsOf, reals, shape, transforms } from "./cases.ts";

const memory = frameMemory();
/** Values that comparisons and maxima get wrong easily. */
const ODD = [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -149, -(2 ** -149), 1, -1];

/** Parameters that have no default. */
const GIVEN: Readonly<Record<string, object>> = { resize: { factor: 0.7 }, dense: { outputs: 5 } };

/** Implementations by vectors, of all kernels. */
const vectors = transforms.flatMap((kernel) =>
  implementationsOf<TransformImplementation<unknown>>(kernel)
    .filter(([name]) => name !== "reference")
    .map(([name, implementation]) => ({ title: `${kernel.name}, ${name}`, kernel, implementation })),
);

/** Frames with odd values here and there. */
function odd(of: FrameShape, seed: number): Samples {
  return reals(of, seed).map((sample: number, i: number) =>
    of.element === "float32" && (i * 31 + seed) % 5 === 0 ? ODD[(i + seed) % ODD.length]! : sample,
  );
}

describe.for(vectors)("$title", ({ kernel, implementation }) => {
  test("frames within the memory and outside it give the same bytes", () => {
    const params = kernel.params.parse(GIVEN[kernel.name] ?? {});
    fc.assert(
      fc.property(anyShape, anySeed, fc.boolean(), fc.boolean(), (of, seed, inputInside, outputInside) => {
        const input = { ...of, height: of.height + 2, width: of.width + 2, channels: 3 };
        const outside = reals(input, seed);
        const expected = outputOf(implementation, params, input, outside);
        const prepared = implementation.prepare(params, input);
        const from = memory.allocateFrame(input, 5);
        const to = memory.allocateFrame(prepared.output);
        from.samples.set(outside);
        const output = outputInside ? to.samples : blank(prepared.output);
        prepared.run(inputInside ? from.samples : outside, output);
        sameBytes("memory", prepared.output, output, expected);
        sameBytes("memory", input, from.samples, outside, "the input");
        memory.free(from);
        memory.free(to);
        prepared.release?.();
      }),
      { seed: 71, numRuns: 60 },
    );
  });

  test("released, it leaves nothing behind", () => {
    const params = kernel.params.parse(GIVEN[kernel.name] ?? {});
    const before = memory.used;
    for (let i = 0; i < 10; i++) {
      const prepared = implementation.prepare(params, shape(20, 30, 3));
      expect(memory.used).toBeGreaterThan(before);
      prepared.release?.();
      expect(memory.used).toBe(before);
    }
  });

  test("says which build runs", () => {
    expect(implementation.prepare(kernel.params.parse(GIVEN[kernel.name] ?? {}), shape(9, 9, 3)).build).toMatch(
      /^(simd128|relaxed)$/,
    );
  });
});

/** Kernels whose implementations agree to the last bit, and what to try. */
const EXACT: readonly [string, readonly object[]][] = [
  ["relu", [{}]],
  ["maxpool", [{}, { size: 3, stride: 2 }, { size: 3, stride: 1 }, { size: 2, stride: 3 }, { size: 1 }]],
  ["grayscale", [{}]],
  ["normalize", [{}, { mean: [0.1, 100, -3], scale: [0.3, -1, 1 / 255] }]],
  ["resize", [{ factor: 0.5 }, { factor: 1.3 }, { factor: 0.21 }, { to: [7, 40] }, { to: [1, 1] }]],
  ["identity", [{}]],
];

test.for(EXACT)("%s: the reference's bytes, NaN and -0 too", ([name, all]) => {
  const kernel = transforms.find((each) => each.name === name)!;
  for (const given of all) {
    const params = kernel.params.parse(given);
    fc.assert(
      fc.property(anyShape, anySeed, (of, seed) => {
        const input = { ...of, height: of.height + 2, width: 4 * of.width + 3, channels: 3 };
        const samples = odd(input, seed);
        const [reference, simd] = [kernel.implementations.reference, kernel.implementations.simd!];
        const expected = outputOf(reference, params, input, samples);
        sameBytes(kernel.name, input, outputOf(simd, params, input, samples), expected);
      }),
      { seed: 72, numRuns: 100 },
    );
  }
});

test("conv2d by rows gives the same bytes however they are cut", () => {
  fc.assert(
    fc.property(anyConv2d, fc.integer({ min: 1, max: 6 }), ({ params, input, seed }, step) => {
      const samples = reals(input, seed);
      for (const build of ["simd", "relaxed"]) {
        const implementation = conv2d.implementations[build]!;
        const whole = outputOf(implementation, params, input, samples);
        const rows = implementation.prepareRows!(params, input);
        const { output } = rows;
        const [from, to] = [memory.allocateFrame(input), memory.allocateFrame(output)];
        from.samples.set(samples);
        const [inPlane, outPlane] = [from.bytes / input.channels, to.bytes / output.channels];
        for (let y = 0; y < output.height; y += step) {
          rows.run(from.address, inPlane, to.address, outPlane, y, Math.min(output.height, y + step));
        }
        sameBytes("rows", output, to.samples, whole);
        memory.free(from);
        memory.free(to);
        rows.release();
      }
    }),
    { seed: 73, numRuns: 100 },
  );
});

test("memory is flat over 100,000 frames", () => {
  const input = shape(16, 24);
  const prepared = [
    conv2d.implementations.simd!.prepare(conv2d.params.parse({}), input),
    relu.implementations.simd!.prepare({}, input),
  ];
  const [a, b] = [memory.allocateFrame(input), memory.allocateFrame(input)];
  a.samples.set(reals(input, 1));
  const { size, used } = memory;
  const run = (frames: number) => {
    for (let i = 0; i < frames; i++) {
      prepared[0]!.run(a.samples, b.samples);
      prepared[1]!.run(b.samples, a.samples);
    }
  };
  run(10_000);
  const heap = process.memoryUsage().heapUsed;
  run(100_000);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(4 * 2 ** 20);
  expect([memory.size, memory.used]).toEqual([size, used]);
});
