import { describe, expect, test } from "vitest";
import { driftOf } from "../../sim/calibration/drift.ts";
import type { Reading } from "../../sim/calibration/reading.ts";
import { mean, sd } from "../../sim/statistics/moments.ts";
import { type Truth, visit } from "./synthetic.ts";

const CASES = Array.from({ length: 12 }, (_, i) => `case ${i}`);
const truthOf = (name: string, between = 0.02): Truth => {
  return { mean: 1e-3 * (1 + CASES.indexOf(name)), between, within: 0.05 };
};

/** Rounds in which the host takes so many times as long; which cases are in a round may differ. */
function measured(
  host: readonly number[],
  seed = 1,
  isIn: (name: string, round: number) => boolean = () => true,
  cases = CASES.length,
) {
  return host.flatMap((factor, i): Reading[] =>
    CASES.slice(0, cases)
      .filter((name) => isIn(name, i + 1))
      .map((name) => visit(name, i + 1, truthOf(name), seed, factor)),
  );
}
const factors = (readings: readonly Reading[]) => driftOf(readings, 0.05).rounds.map(({ factor }) => factor);

describe("drift", () => {
  test("the common factor of each round is found, whichever cases are in it", () => {
    const host = [1.3, 1, 0.9, 1.1, 1];
    const relative = (all: readonly number[]) => all.map((value) => value / all[1]!);
    const some = measured(host, 1, (name, round) => round <= 2 || (CASES.indexOf(name) + round) % 3 === 0);
    for (const readings of [measured(host), some])
      for (const [i, value] of relative(factors(readings)).entries())
        expect(Math.abs(value / relative(host)[i]! - 1)).toBeLessThan(0.04);
  });

  test("its standard error is what its scatter over seeds is", () => {
    const errors: number[] = [];
    const found: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const { rounds } = driftOf(measured([1, 1, 1, 1, 1, 1], seed), 0.05);
      found.push(Math.log(rounds[2]!.factor));
      errors.push(rounds[2]!.error);
    }
    expect(mean(errors) / sd(found)).toBeGreaterThan(0.7);
    expect(mean(errors) / sd(found)).toBeLessThan(1.5);
  });

  test("a level that shifts is told, with the round and the size", () => {
    const { shift, range } = driftOf(measured([1, 1, 1, 1, 1.4, 1.4, 1.4]), 0.05);
    expect(shift!.from).toBe(5);
    expect(shift!.by).toBeGreaterThan(0.35);
    expect(shift!.by).toBeLessThan(0.45);
    expect(range).toBeGreaterThan(0.35);
  });

  test("a host that gets slower from round to round has a trend; one that gets faster, the other", () => {
    const slower = [1, 1.05, 1.1, 1.15, 1.2, 1.25];
    expect(driftOf(measured(slower), 0.05).trend).toBe(1);
    expect(driftOf(measured(slower.toReversed()), 0.05).trend).toBe(-1);
  });

  test("a steady host has neither in 95 % of cases", () => {
    let alarms = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { trend, shift } = driftOf(measured([1, 1, 1, 1, 1, 1], seed), 0.05);
      if (trend !== null || shift !== null) alarms++;
    }
    expect(alarms / 200).toBeLessThan(0.1);
  });

  test.each([
    [1, 2],
    [2, 2],
    [3, 2],
    [1, 3],
    [2, 3],
    [1, 4],
  ])("%i cases in %i rounds: nor do few of them give false alarms", (cases, rounds) => {
    let alarms = 0;
    for (let seed = 0; seed < 200; seed++)
      if (
        driftOf(
          measured(Array(rounds).fill(1), seed, () => true, cases),
          0.05,
        ).shift !== null
      )
        alarms++;
    expect(alarms / 200).toBeLessThan(0.1);
  });

  test("stable: the last three rounds are close together", () => {
    expect(driftOf(measured([2, 1.5, 1, 1, 1]), 0.05).stable).toBe(true);
    expect(driftOf(measured([1, 1, 1, 1.5, 1]), 0.05).stable).toBe(false);
    expect(driftOf(measured([1, 1]), 0.05).stable).toBeNull();
  });

  test("what a link's pace or a timer takes is not the host's", () => {
    const readings = measured([1.4, 1, 0.8]).map((reading): Reading => {
      const [cost] = reading.costs;
      const name = { ...cost!.name, kind: "link" as const };
      return { ...reading, costs: [cost!, { name, samples: [reading.round ** 3] }] };
    });
    expect(driftOf(readings, 0.05)).toEqual(driftOf(measured([1.4, 1, 0.8]), 0.05));
  });

  test("nothing measured: no rounds, no drift", () => {
    expect(driftOf([], 0.05)).toEqual({ rounds: [], range: 0, trend: null, shift: null, stable: null });
  });
});
