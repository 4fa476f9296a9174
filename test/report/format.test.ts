import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatBottleneck,
  formatRate,
  formatRatio,
  formatSeconds,
  formatShare,
  formatSigned,
} from "../../sim/report/format.ts";

describe("format", () => {
  it.each([
    [formatSeconds(0.0123), "12.3 ms"],
    [formatSeconds(0), "0 ms"],
    [formatSeconds(0.9996), "1.00 s"],
    [formatSeconds(0.00099951), "1.00 ms"],
    [formatSeconds(45.6e-6), "45.6 µs"],
    [formatSeconds(1234.4), "1230 s"],
    [formatSeconds(0.0015, { sign: true }), "+1.50 ms"],
    [formatSeconds(-0.0015, { sign: true }), "-1.50 ms"],
    [formatRate(45.12), "45.1 /s"],
    [formatRate(0.5), "0.50 /s"],
    [formatRate(1234), "1234 /s"],
    [formatSigned(0.032), "+3.2 %"],
    [formatSigned(-0.0321), "-3.2 %"],
    [formatSigned(-0.00001), "0.0 %"],
    [formatSigned(0.00001), "0.0 %"],
    [formatSigned(1.0394), "+104 %"],
    [formatShare(0.97), "97.0 %"],
    [formatRatio(0.8), "0.80"],
    [formatRatio(1), "1.00"],
    [formatRatio(0), "0"],
    [formatRate(Number.NaN), "-"],
    [formatBottleneck({ kind: "pod", name: "conv", utilisation: 1 }), "pod conv"],
    [formatBottleneck({ kind: "window", name: "window", utilisation: 1 }), "window"],
  ])("writes %s", (text, expected) => {
    expect(text).toBe(expected);
  });

  it("takes at most 10 characters up to 1e99", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e99, max: 1e99 }), (value) => {
        for (const format of [formatSeconds, formatRate, formatRatio, formatShare, formatSigned]) {
          expect(format(value).length, `${format.name}(${value}) = ${format(value)}`).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});
