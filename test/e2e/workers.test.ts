import { expect, test } from "vitest";
import { validated } from "./validated.ts";

test("overlap.yaml: measured, predicted and run with and without workers, down to the finding", async () => {
  const run = await validated(
    "topologies/overlap.yaml",
    "--sizes 96 --frames 24 --warmup 4 --duration 0s --repeats 1 --loads saturated,50% --splits EE,ES --workers 0,1,2",
  );
  const ids = run.comparison.plans.map(({ plan }) => plan);
  for (const load of ["saturated", "50pct"]) {
    for (const split of ["EE", "ES", "monolith-E"]) {
      for (const variant of ["", "-w1", "-w2"]) expect(ids).toContain(`${split}-96x96-${load}${variant}`);
    }
  }
  for (const plan of run.plans) {
    for (const pod of run.trace(plan).pods) {
      expect(pod.workers).toBe(plan.workers);
      expect(pod.noticed.some(Number.isFinite)).toBe(plan.workers > 0);
    }
  }
  const { wakeUps } = run.profile;
  expect(new Set(wakeUps.map(({ node, woken, thread }) => `${node} ${woken} ${thread}`)).size).toBe(8);
  expect(wakeUps.every(({ seconds }) => seconds.length > 0 && seconds.every((time) => time > 0))).toBe(true);
  const report = run.read("report.html");
  for (const id of ["w1@EE-saturated", "w2@EE-saturated", "w1@ES-50%"]) expect(report).toContain(id);
}, 240_000);
