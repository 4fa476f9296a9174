import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeComputed } from "../onnx/runtime.ts";
import { validated } from "./validated.ts";

describeComputed("validate: a network that is split between two nodes", () => {
  test("one pod, one a stage, one node or two, workers or none give the same bytes; traces obey the laws", async () => {
    const run = await validated(
      "topologies/onnx.yaml",
      "--splits EEESSS,SSSSSS --sizes 64 --loads saturated --frames 40 --warmup 8 --repeats 1 --duration 0s --workers 0,1",
    );
    const { plans } = run.comparison;
    expect(new Set(plans.map(({ split }) => split))).toEqual(new Set(["EEESSS", "SSSSSS", "monolith@S"]));
    for (const { measured, predicted } of plans)
      for (const { throughput } of [measured, predicted]) expect(throughput).toBeGreaterThan(0);
    for (const plan of run.plans) run.trace(plan);
    // A pod's log says what computes.
    const logs = readdirSync(join(run.folder, "logs"), { recursive: true, encoding: "utf8" });
    const texts = logs.filter((name) => name.endsWith("block.log")).map((name) => run.read("logs", name));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(/block \(reference, onnxruntime \d+\.\d+\.\d+\)/);
  }, 240_000);
});
