import fc from "fast-check";
import { expect, test } from "vitest";
import { cbrt, exp, expWithin700, log } from "../../sim/engine/elementary.ts";

/** Within a few units in the last place of the engine's own function. */
const near = (mine: number, theirs: number) => Math.abs(mine - theirs) <= 4 * Number.EPSILON * Math.abs(theirs);

test("log and exp agree with Math's", () => {
  const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
  fc.assert(
    fc.property(positive, (x) => near(log(x), Math.log(x))),
    { seed: 3, numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), (x) => near(log(x), Math.log(x))),
    { seed: 4, numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.double({ min: -700, max: 709.7, noNaN: true }), (x) => near(exp(x), Math.exp(x))),
    { seed: 5, numRuns: 5000 },
  );
  for (const most of [1, 700]) {
    fc.assert(
      fc.property(fc.double({ min: -most, max: most, noNaN: true }), (x) => near(expWithin700(x), Math.exp(x))),
      { seed: 7, numRuns: 5000 },
    );
  }
});

test("cbrt agrees with Math's, on both sides of 0", () => {
  const finite = fc.double({ min: -1e300, max: 1e300, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-300);
  fc.assert(
    fc.property(finite, (x) => near(cbrt(x), Math.cbrt(x))),
    { seed: 6, numRuns: 5000 },
  );
  expect([cbrt(27), cbrt(-8), cbrt(1), cbrt(0), cbrt(-0)]).toEqual([3, -2, 1, 0, -0]);
});

test("the ends of their ranges", () => {
  expect([log(0), log(1), log(Number.POSITIVE_INFINITY)]).toEqual([
    Number.NEGATIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
  ]);
  expect([log(-1), log(Number.NaN), exp(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([exp(0), exp(-746), exp(710)]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  expect([exp(-745), log(Number.MIN_VALUE)]).toEqual([Number.MIN_VALUE, Math.log(Number.MIN_VALUE)]);
});
