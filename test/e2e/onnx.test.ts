import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTrace } from "../../live/artefacts.ts";
import type { Comparison } from "../../sim/comparison.ts";
import type { Plan } from "../../sim/plan.ts";
import { edgetwin } from "../cli/edgetwin.ts";
import { everyLaw } from "../laws/traces.ts";
import { describeComputed } from "../onnx/runtime.ts";

const SMALL = "--splits EEESSS,SSSSSS --sizes 64 --loads saturated --frames 40 --warmup 8 --repeats 1 --duration".split(
  " ",
);

describeComputed("validate: a network that is split between two nodes", () => {
  const runs = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
  const folder = join(runs, "net");

  test("is measured, predicted and run; one pod, one a stage and one node or two give the same bytes", async () => {
    const args = [
      "validate",
      "topologies/onnx.yaml",
      ...SMALL,
      "0 s",
      "--runs",
      runs,
      "--name",
      "net",
      "--output",
      "json",
    ];
    // A run fails where the bytes of two splits differ.
    const { code, stdout, stderr } = await edgetwin(args);
    expect(stderr).toContain("report: ");
    expect(code).toBe(0);
    const { plans } = JSON.parse(stdout) as Comparison;
    expect(new Set(plans.map(({ split }) => split))).toEqual(new Set(["EEESSS", "SSSSSS", "monolith@S"]));
    for (const { measured, predicted } of plans)
      for (const { throughput } of [measured, predicted]) expect(throughput).toBeGreaterThan(0);
  });

  test("its traces obey the laws", () => {
    const plans = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8")) as Plan[];
    for (const plan of plans) {
      const path = join(folder, "traces", `${plan.id}.live-0.jsonl`);
      const trace = parseTrace(readFileSync(path, "utf8"), path);
      everyLaw(
        trace,
        plan.hops.map(({ window }) => window),
      );
    }
  });

  test("a pod's log says what computes", () => {
    const logs = join(folder, "logs");
    const texts = readdirSync(logs, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("block.log"))
      .map((name) => readFileSync(join(logs, name), "utf8"));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(/block \(reference, onnxruntime \d+\.\d+\.\d+\)/);
  });
});
