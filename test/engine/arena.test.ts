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

test("what is the same to the last bit is there once", () => {
  const arena = new Arena();
  const blocks: Float64Array[] = [];
  const placeOf = (...numbers: number[]) => {
    const { block, at } = arena.shared(numbers);
    expect([...block.subarray(at, at + numbers.length)]).toEqual(numbers);
    if (!blocks.includes(block)) blocks.push(block);
    return `${blocks.indexOf(block)} ${at}`;
  };
  const first = placeOf(0, 1, 2);
  const others = [placeOf(-0, 1, 2), placeOf(0, 1), placeOf(0, 2, 1), placeOf(0, 1, 2, 0)];
  expect(new Set([first, ...others]).size).toBe(5);
  // Others have taken a block of their own since.
  arena.take(100_000);
  expect(placeOf(0, 1, 2)).toBe(first);
  expect(placeOf(3)).not.toBe(first);
});
