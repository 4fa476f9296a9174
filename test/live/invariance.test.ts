import { expect, test } from "vitest";
import { checkInvariance } from "../../live/testbed.ts";
import { plan } from "../compare/fixture.ts";

const of = (split: string) => plan({ split, size: [8, 8], load: { kind: "saturated", label: "saturated" } });

test("longer runs, and frames that were dropped in some, are no different output", () => {
  const output = new Map();
  checkInvariance(output, of("SSSS"), ["a", "", "c"]);
  checkInvariance(output, of("ESSS"), ["a", "b", "", "d", "e"]);
  checkInvariance(output, of("EESS"), ["", "b", "c", "d"]);
});

test("a frame that differs from where it was first seen is told of, with that split", () => {
  const output = new Map();
  checkInvariance(output, of("SSSS"), ["a", ""]);
  checkInvariance(output, of("ESSS"), ["a", "b", "c"]);
  expect(() => checkInvariance(output, of("EESS"), ["a", "x"])).toThrow(/the output differs from that of ESSS at 8x8/);
});
