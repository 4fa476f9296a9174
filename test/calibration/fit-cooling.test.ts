import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitCooling } from "../../sim/calibration/fit-cooling.ts";

const GAPS = [1e-3, 3e-3, 10e-3, 33e-3];
const curve = (constant: number, gaps = GAPS) =>
  gaps.map((gap) => ({ gap, cpu: 1e-4 + 4e-4 * (1 - Math.exp(-gap / constant)) }));

describe("the time constant of a thread that goes cold", () => {
  test("is found to within the steps in which it is looked for, where it can be told", () => {
    fc.assert(
      fc.property(fc.double({ min: Math.log(1e-3), max: Math.log(50e-3), noNaN: true }), (exponent) => {
        const constant = Math.exp(exponent);
        expect(fitCooling(curve(constant))! / constant).toBeCloseTo(1, 1);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is that of what was measured over all, errors of single points apart", () => {
    const noisy = [0.9, 1.1, 1.05, 0.95].flatMap((factor, i) =>
      curve(8e-3).map(({ gap, cpu }, j) => ({ gap, cpu: (i + j) % 2 === 0 ? cpu * factor : cpu / factor })),
    );
    expect(fitCooling(noisy)! / 8e-3).toBeGreaterThan(0.6);
    expect(fitCooling(noisy)! / 8e-3).toBeLessThan(1.6);
  });

  test("can't be told of two gaps, nor where waiting makes no difference, or makes things faster", () => {
    expect(fitCooling([...curve(5e-3, [1e-3, 33e-3]), ...curve(5e-3, [1e-3, 33e-3])])).toBeNull();
    expect(fitCooling(GAPS.map((gap) => ({ gap, cpu: 1e-4 })))).toBeNull();
    expect(fitCooling(GAPS.map((gap) => ({ gap, cpu: 1e-3 - gap / 100 })))).toBeNull();
    expect(fitCooling([])).toBeNull();
  });
});
