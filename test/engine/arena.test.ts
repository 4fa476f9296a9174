import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "../../sim/engine/arena.ts";

test("everybody's numbers are zeros at first, and nobody else's", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 100 }),
      (large, small) => {
        const arena = new Arena();
        const taken = [...small, ...large, ...small].map((length, i) => {
          const at = arena.take(length);
          const numbers = arena.block.subarray(at, at + length);
          expect(numbers).toHaveLength(length);
          expect(numbers.every((number) => number === 0)).toBe(true);
          return numbers.fill(i + 1);
        });
        taken.forEach((numbers, i) => {
          expect(numbers.every((number) => number === i + 1)).toBe(true);
        });
      },
    ),
    { seed: 3, numRuns: 20 },
  );
});

test("small things share a block", () => {
  const arena = new Arena();
  arena.take(10);
  const { block } = arena;
  arena.take(10);
  expect(arena.block).toBe(block);
});
