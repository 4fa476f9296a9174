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

test("what many have in common is there once", () => {
  const arena = new Arena();
  const [one, other] = [{}, {}];
  let asked = 0;
  const numbersOf = (owner: object, ...numbers: number[]) => {
    const { block, at } = arena.shared(owner, () => {
      asked++;
      return Float64Array.from(numbers);
    });
    return block.subarray(at, at + numbers.length);
  };
  const first = numbersOf(one, 1, 2, 3);
  expect([...numbersOf(other, 4, 5)]).toEqual([4, 5]);
  // Others have taken a block of their own since.
  arena.take(100_000);
  const again = numbersOf(one, 1, 2, 3);
  expect([...again]).toEqual([1, 2, 3]);
  expect([again.buffer, again.byteOffset]).toEqual([first.buffer, first.byteOffset]);
  expect(asked).toBe(2);
});

test("what is the same to the last bit is there once, whosever it is", () => {
  const arena = new Arena();
  const placeOf = (...numbers: number[]) => {
    const { block, at } = arena.shared({}, () => Float64Array.from(numbers));
    expect([...block.subarray(at, at + numbers.length)]).toEqual(numbers);
    return `${block.byteLength} ${at}`;
  };
  const first = placeOf(0, 1, 2);
  const others = [placeOf(-0, 1, 2), placeOf(0, 1), placeOf(0, 2, 1), placeOf(0, 1, 2, 0)];
  expect(new Set([first, ...others]).size).toBe(5);
  arena.take(100_000);
  expect(placeOf(0, 1, 2)).toBe(first);
});
