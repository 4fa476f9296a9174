import { describe, expect, test } from "vitest";
import { measureStalls } from "../../live/measure/sleep-stalls.ts";

describe("measuring sleeps that end late", () => {
  test("counts sleeps, and what was late by far", async () => {
    const { sleeps, seconds } = await measureStalls(undefined, 60);
    expect(sleeps).toBe(60);
    expect(seconds.length).toBeLessThanOrEqual(60);
    for (const late of seconds) expect(late).toBeGreaterThan(0.3e-3);
  });

  test("ends at once when it is told to", async () => {
    await expect(measureStalls(AbortSignal.abort(), 1e9)).rejects.toThrow();
  });
});
