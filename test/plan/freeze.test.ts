import { expect, test } from "vitest";
import { deepFreeze } from "../../sim/freeze.ts";

test("freezes what is inside, also inside of something frozen", () => {
  const value = deepFreeze(Object.freeze({ list: [{ a: 1 }] }));
  expect([value.list, value.list[0]].every(Object.isFrozen)).toBe(true);
});

test("leaves typed arrays and primitives alone", () => {
  const samples = new Float32Array(2);
  expect(deepFreeze({ samples, nothing: null, text: "x" }).samples).toBe(samples);
});
