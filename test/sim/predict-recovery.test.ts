import { expect, test } from "vitest";
import { medianRecovery } from "../../sim/predict-recovery.ts";

const recoveries = (...times: readonly number[]) =>
  medianRecovery(times.map((seconds) => ({ seconds, delayed: 3, backlog: 2, usual: 1 })));

test("the middle of two runs is between them, of three the second; never is longer than anything", () => {
  expect(recoveries(1, 2).seconds).toBe(1.5);
  expect(recoveries(3, 1, 2).seconds).toBe(2);
  expect(recoveries(1, 2, Number.POSITIVE_INFINITY).seconds).toBe(2);
  expect(recoveries(1, Number.POSITIVE_INFINITY).seconds).toBeNull();
});

test("forty runs have their shortest and longest in the interval of 95 %", () => {
  const times = Array.from({ length: 40 }, (_, i) => i + 1);
  expect(recoveries(...times).interval).toEqual([1, 40]);
  expect(recoveries(...times.slice(0, 39), Number.POSITIVE_INFINITY).interval).toEqual([1, null]);
});

test("of the runs in which it happened, those that came back", () => {
  expect(recoveries(1, Number.NaN, Number.POSITIVE_INFINITY)).toMatchObject({ recovered: 0.5, reached: true });
  const none = { seconds: null, interval: [null, null], recovered: 0, reached: false };
  expect(recoveries(Number.NaN, Number.NaN)).toMatchObject(none);
});
