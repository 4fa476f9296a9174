import { expect, test } from "vitest";
import { compare } from "../../sim/compare/compare.ts";
import type { Disturbance } from "../../sim/disturbance.ts";
import { predict } from "../../sim/predict.ts";
import type { PredictedRecovery } from "../../sim/prediction.ts";
import { reportHtml } from "../../sim/report/html.ts";
import { comparedRecoveryTable, recoveryTable } from "../../sim/report/recovery-table.ts";
import { comparisonTable } from "../../sim/report/table.ts";
import { disturbedPlan } from "../sim/disturbed.ts";
import { apart, type LineSpec, line } from "../sim/fixtures.ts";

const spec: LineSpec = {
  ...apart({ bandwidth: 2000 }),
  pods: [{ cpu: 0.1 }, { cpu: 0.1, node: "server" }],
  frames: 30,
  warmup: 2,
  windows: 8,
  rate: 1,
};
const slow: Disturbance = { link: ["edge", "server"], bandwidth: { share: 0.5 }, from: 2, until: 5 };
const pairOf = (disturbances: readonly Disturbance[]) => {
  const plan = disturbedPlan(spec, disturbances);
  return { plan, prediction: predict(plan, line(spec).profile, 3) };
};
const rowOf = (recovery: Partial<PredictedRecovery>) => {
  const { plan, prediction } = pairOf([slow]);
  const changed = { ...prediction, recovery: { ...prediction.recovery!, ...recovery } };
  return recoveryTable([{ plan, prediction: changed }]).split("\n")[2];
};

test("what happens, and what it does to each plan", () => {
  expect(recoveryTable([pairOf([slow])])).toMatchInlineSnapshot(`
    "1x1: what happens: link edge-server 50% 2 s..5 s
    split        load       recovery      95 % interval delayed backlog  usual
    AB           1/s          700 ms    700 ms - 700 ms       3       2      1
    recovery: from the end of the last until frames take at most 10 % longer than
      without it; never: not within the run, which --duration makes longer.
    delayed: frames that take longer than that; backlog: frames that are due and not
      delivered, at most, and usually.

    "
  `);
});

test("within 80 columns, whatever happens", () => {
  const many: Disturbance[] = Array.from({ length: 8 }, (_, i) => ({ ...slow, from: 2 + 10 * i, until: 5 + 10 * i }));
  const text = recoveryTable([pairOf(many)]);
  for (const row of text.split("\n")) expect([...row].length, row).toBeLessThanOrEqual(80);
});

test("never, sometimes, and not yet", () => {
  expect(rowOf({ seconds: null, interval: [null, null], recovered: 0 })).toMatch(/ never +never +3 +2 +1$/);
  expect(rowOf({ seconds: null, interval: [1.5, null], recovered: 0.4 })).toMatch(/ never +1\.50 s - never +3 /);
  expect(rowOf({ seconds: null, interval: [null, null], recovered: 0, reached: false })).toMatch(/ not yet +3 +2 +1$/);
});

test("nothing where nothing happens", () => {
  expect(recoveryTable([pairOf([])])).toBe("");
});

test("measured and predicted side by side", () => {
  const { plan, prediction } = pairOf([slow]);
  const measured = { seconds: 0.82, delayed: 4, backlog: 3, usual: 1 };
  const happened = [{ what: "link edge-server 50% 2 s..5 s", from: 2.001, until: 5.002 }];
  const comparison = compare({
    name: "run",
    created: "",
    pairs: [{ plan, measured: [prediction], disturbed: [{ recovery: measured, happened }], prediction }],
    tolerance: { throughput: 0.1, p50: 0.1 },
    emulated: [],
  });
  expect(comparison.plans[0]!.measured.happened).toEqual([happened]);
  expect(comparedRecoveryTable(comparison)).toMatchInlineSnapshot(`
    "1x1: what happens: link edge-server 50% 2 s..5 s
    split        load       recovery  predict. delayed predict. backlog predict.
    AB           1/s          820 ms    700 ms       4        3       3        2
    recovery: from the end of the last until frames take at most 10 % longer than
      without it; never: not within the run, which --duration makes longer.
    delayed: frames that take longer than that; backlog: frames that are due and not
      delivered, at most; predict.: what the twin says of each.

    "
  `);
  expect(comparisonTable(comparison)).toContain(comparedRecoveryTable(comparison));
  const html = reportHtml({ comparison, findings: [], run: { machine: [], commands: [], version: "" }, pictures: [] });
  expect(html).toContain('<section id="recovery">');
  expect(html).toContain("link edge-server 50% 2 s..5 s: 2.00 s to 5.00 s");
});
