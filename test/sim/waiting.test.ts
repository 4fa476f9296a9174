import { describe, expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { COLD, IDLE, Waiting } from "../../sim/model/thread.ts";

const GAPS = { idle: 1e-3, cold: 20e-3, cooling: 8e-3 };

describe("a thread that has waited", () => {
  test("as long as was measured, is what was measured", () => {
    const waiting = new Waiting(GAPS, new RandomStream(1));
    for (let i = 0; i < 100; i++) {
      expect(waiting.after(1e-3)).toBe(IDLE);
      expect(waiting.after(1e-6)).toBe(IDLE);
      expect(waiting.after(20e-3)).toBe(COLD);
      expect(waiting.after(1)).toBe(COLD);
    }
  });

  test.each([1.5e-3, 4e-3, 10e-3, 18e-3])("for %f s is cold so often that it costs what cools exponentially", (gap) => {
    const waiting = new Waiting(GAPS, new RandomStream(2, gap));
    let cold = 0;
    for (let i = 0; i < 20_000; i++) if (waiting.after(gap) === COLD) cold++;
    const share = (1 - Math.exp(-(gap - 1e-3) / 8e-3)) / (1 - Math.exp(-19e-3 / 8e-3));
    expect(cold / 20_000).toBeCloseTo(share, 2);
  });
});
