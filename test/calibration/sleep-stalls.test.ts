import { describe, expect, test } from "vitest";
import { measureStalls } from "../../live/measure/sleep-stalls.ts";

describe("measuring sleeps that end late", () => {
  test("counts sleeps, and what was late by far", async () => {
    let [time, sleeps] = [0, 0];
    const late: Record<number, number> = { 7: 2e-3, 30: 0.2e-3, 41: 5e-3 };
    const clock = {
      now: () => time,
      sleepUntil: (until: number) => {
        time = until + (late[++sleeps] ?? 10e-6);
      },
    };
    const found = await measureStalls(undefined, 60, clock);
    expect(found).toEqual({ sleeps: 60, seconds: [expect.closeTo(2e-3, 9), expect.closeTo(5e-3, 9)] });
    expect(sleeps).toBe(60);
  });

  test("sleeps for real", async () => {
    const begin = performance.now();
    expect((await measureStalls(undefined, 60)).sleeps).toBe(60);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(60);
  });

  test("ends at once when it is told to", async () => {
    await expect(measureStalls(AbortSignal.abort(), 1e9)).rejects.toThrow();
  });
});
