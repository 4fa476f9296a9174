import { describe, expect, test } from "vitest";
import { asksForMore, untilPart } from "../../live/obtain-profile.ts";
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

describe("a kept profile is measured further", () => {
  const kept = (calibration: Partial<Profile["calibration"]>, halfWidth = 0.05) => {
    const costs = [{ halfWidth, weight: 0.1 }] as unknown as Profile["calibration"]["costs"];
    return { calibration: { precision: 0.01, budget: 60, seconds: 59.6, costs, ...calibration } } as Profile;
  };
  const usual = { share: 1, precision: 0.01 };

  test.each([
    ["no: nothing else is asked for", {}, usual, false],
    ["no: it had that budget, but for a visit that did not fit any more", {}, { ...usual, budget: 60 }, false],
    ["no: it had more", { budget: 20, seconds: 40 }, { ...usual, budget: 30 }, false],
    ["more time for a cost that is not known, small as it is", {}, { ...usual, budget: 90 }, true],
    ["a better precision than it was to have", { precision: 0.2 }, usual, true],
    ["no: a worse one", {}, { ...usual, precision: 0.2 }, false],
    ["the rest of its time", { share: 0.5 }, usual, true],
    [
      "no: only the part that it has",
      { share: 0.5, budget: 30, seconds: 30 },
      { ...usual, share: 0.5, budget: 60 },
      false,
    ],
    ["a part of more time", { share: 0.5, budget: 30, seconds: 30 }, { ...usual, share: 0.5, budget: 90 }, true],
  ])("%s", (_what, calibration, asked, expected) => {
    expect(asksForMore(kept(calibration), { budget: undefined, ...asked } as never)).toBe(expected);
  });

  test("never if all is known as well as asked for", () => {
    expect(asksForMore(kept({ precision: 0.2 }, 0.009), { ...usual, budget: 1000 })).toBe(false);
  });
});
