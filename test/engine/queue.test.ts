import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "../../sim/engine/queue.ts";

test("pushes and shifts agree with an array", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
      const fifo = new Fifo<number>();
      const array: number[] = [];
      pushes.forEach((push, n) => {
        if (push) {
          fifo.push(n);
          array.push(n);
        } else {
          expect(fifo.shift()).toBe(array.shift());
        }
        expect(fifo.length).toBe(array.length);
        expect(fifo.peek()).toBe(array[0]);
      });
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("a shift takes constant time", () => {
  const fifo = new Fifo<number>();
  const n = 1_000_000;
  for (let i = 0; i < n; i++) fifo.push(i);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += fifo.shift()!;
  expect(sum).toBe((n * (n - 1)) / 2);
});
