import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BANDWIDTH,
  DURATION,
  loadUnits,
  MEMORY,
  POWER,
  PRICE,
  parsePercent,
  type Quantity,
  RATE,
} from "../../sim/topology/units.ts";

const units = await loadUnits();

describe("convert", () => {
  test.each([
    ["20 ms", DURATION, 0.02],
    ["5 us", DURATION, 5e-6],
    ["2 s", DURATION, 2],
    ["1.5min", DURATION, 90],
    ["0 s", DURATION, 0],
    ["100 Mbit/s", BANDWIDTH, 12.5e6],
    ["1 Gbit/s", BANDWIDTH, 125e6],
    ["12.5 MB/s", BANDWIDTH, 12.5e6],
    ["8 bit/s", BANDWIDTH, 1],
    ["1 MiB/s", BANDWIDTH, 1_048_576],
    ["30/s", RATE, 30],
    ["90 / min", RATE, 1.5],
    ["15 W", POWER, 15],
    ["900 mW", POWER, 0.9],
    ["1.2kW", POWER, 1200],
    ["2 GiB", MEMORY, 2 ** 31],
    ["300 MB", MEMORY, 3e8],
    ["0.35/h", PRICE, 0.35],
  ])("%s", (text, quantity, expected) => {
    expect(units.convert(text, quantity)).toBe(expected);
  });

  // The factors of the SI brochure, independent of mathjs.
  const factors: readonly (readonly [Quantity, Readonly<Record<string, number>>])[] = [
    [DURATION, { us: 1e-6, ms: 1e-3, s: 1, min: 60 }],
    [
      BANDWIDTH,
      {
        "bit/s": 1 / 8,
        "kbit/s": 125,
        "Mbit/s": 125e3,
        "Gbit/s": 125e6,
        "B/s": 1,
        "kB/s": 1e3,
        "MB/s": 1e6,
        "GB/s": 1e9,
        "KiB/s": 2 ** 10,
        "MiB/s": 2 ** 20,
        "GiB/s": 2 ** 30,
      },
    ],
    [RATE, { "/s": 1, "/min": 1 / 60 }],
  ];
  test.each(factors)("round trip %#", (quantity, byUnit) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(byUnit)),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom("", " "),
        (unit, digits, decimals, space) => {
          const amount = (digits / 10 ** decimals).toFixed(decimals);
          const back = units.convert(amount + space + unit, quantity) / byUnit[unit]!;
          expect(Math.abs(back - Number(amount))).toBeLessThanOrEqual(1e-13 * Number(amount));
        },
      ),
    );
  });

  test.each([
    ["100 mbit/s", BANDWIDTH],
    ["100 Mb/s", BANDWIDTH],
    ["100 Mbit", BANDWIDTH],
    ["-2 ms", DURATION],
    ["2 m", DURATION],
    ["2e3 ms", DURATION],
    ["ms", DURATION],
    ["20", DURATION],
    ["30 Hz", RATE],
    ["", RATE],
  ])("refuses %j and says what is allowed", (text, quantity) => {
    expect(() => units.convert(text, quantity)).toThrow(
      new RangeError(`${JSON.stringify(text)} is not allowed: ${quantity.allowed}`),
    );
  });
});

test.each([
  ["50%", 0.5],
  ["7 %", 0.07],
  ["12.5%", 0.125],
  ["120%", 1.2],
])("percentage %s", (text, expected) => {
  expect(parsePercent(text)).toBe(expected);
});

test("a percentage needs its sign", () => {
  expect(() => parsePercent("50")).toThrow('"50" is not allowed: a percentage such as 50%');
});
