import { describe, expect, test } from "vitest";
import { untilPart } from "../../live/obtain-profile.ts";
import type { Profile } from "../../sim/profile.ts";

const profile = (budget: number, seconds: number, share?: number) =>
  ({ calibration: { budget, seconds, ...(share !== undefined && { share }) } }) as Profile;

describe("parts of a calibration after the first", () => {
  test("are as long as that was", () => {
    expect(untilPart(profile(30, 30, 0.5), 2, 2)).toEqual({ budget: 60 });
    const second = untilPart(profile(20, 20, 1 / 3), 2, 3)!;
    expect([second.budget, second.share]).toEqual([expect.closeTo(60, 9), expect.closeTo(2 / 3, 9)]);
    expect(untilPart(profile(20, 20, 1 / 3), 3, 3)).toEqual({ budget: expect.closeTo(60, 9) });
  });

  test("or half as long, if the first took longer than it should", () => {
    expect(untilPart(profile(10, 40, 0.5), 2, 2)).toEqual({ budget: 60 });
    const second = untilPart(profile(7, 40, 1 / 3), 2, 3)!;
    expect([second.budget, second.share]).toEqual([80, 0.75]);
    expect(untilPart(profile(7, 40, 1 / 3), 3, 3)).toEqual({ budget: 80 });
  });

  test("are what is left of the whole, where two of three are there", () => {
    expect(untilPart(profile(40, 40, 2 / 3), 2, 2)).toEqual({ budget: expect.closeTo(60, 9) });
  });

  test("are none of a profile that is whole", () => {
    expect(untilPart(profile(60, 60), 2, 2)).toBeNull();
  });
});
