import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identity } from "../../kernels/identity.ts";
import { relu } from "../../kernels/relu.ts";
import { agreement, at, idempotence, monotonicity, outputOf } from "../laws/kernels.ts";
import { anySeed, anyShape, implementationsOf, integers, reals, shape } from "./cases.ts";

describe.for(implementationsOf(relu))("relu, %s", ([, implementation]) => {
  test("is max(0, x), idempotent and monotone", () => {
    fc.assert(
      fc.property(anyShape, anySeed, (input, seed) => {
        const samples = reals(input, seed);
        agreement(implementation, {}, input, samples, (c, y, x) => Math.max(0, samples[at(input, c, y, x)]!));
        idempotence(implementation, {}, input, samples);
        const higher = samples.map((sample: number, i: number) => Math.min(255, sample + (i % 3)));
        monotonicity(implementation, {}, input, samples, higher);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  test("leaves uint8 frames as they are", () => {
    fc.assert(
      fc.property(anyShape, anySeed, (of, seed) => {
        const input = { ...of, element: "uint8" as const };
        const samples = integers(input, seed);
        expect(outputOf(implementation, {}, input, samples)).toEqual(samples);
      }),
      { seed: 42, numRuns: 30 },
    );
  });

  test("has no negative zero, and the smallest and largest numbers stay", () => {
    const samples = Float32Array.of(-0, 0, 2 ** -149, -(2 ** -149), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    const got = outputOf(implementation, {}, shape(1, 6), samples);
    expect([...got]).toEqual([0, 0, 2 ** -149, 0, Number.POSITIVE_INFINITY, 0]);
  });
});

test.for(implementationsOf(identity))("identity, %s: the same bytes", ([, implementation]) => {
  fc.assert(
    fc.property(anyShape, anySeed, (input, seed) => {
      const samples = reals(input, seed);
      expect(outputOf(implementation, {}, input, samples)).toEqual(samples);
    }),
    { seed: 43, numRuns: 30 },
  );
});
