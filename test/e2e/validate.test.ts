import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { engine } from "../../kernels/simd/engine.ts";
import { parseTrace } from "../../live/artefacts.ts";
import type { Comparison } from "../../sim/comparison.ts";
import type { Plan } from "../../sim/plan.ts";
import { summarise } from "../../sim/summarise.ts";
import { edgetwin } from "../cli/edgetwin.ts";
import { everyLaw } from "../laws/traces.ts";

const RUNS = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
const SMALL = ["--splits", "SSSS,EESS,EEEE", "--sizes", "64", "--frames", "40", "--warmup", "8", "--repeats", "2"];

describe("validate: the whole loop", async () => {
  const { code, stdout, stderr } = await edgetwin([
    "validate",
    "topologies/local.yaml",
    ...SMALL,
    "--runs",
    RUNS,
    "--name",
    "loop",
    "--output",
    "json",
  ]);
  const folder = join(RUNS, "loop");
  const read = <T>(name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as T;

  test("ends well and prints the comparison, which its JSON Schema describes", () => {
    expect(stderr).toContain("report: ");
    expect(code).toBe(0);
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison).toEqual(read("comparison.json"));
    const check = new Ajv().compile(JSON.parse(readFileSync("sim/comparison.schema.json", "utf8")));
    expect(check(comparison), JSON.stringify(check.errors)).toBe(true);
    expect(new Set(comparison.plans.map(({ split }) => split))).toEqual(
      new Set(["SSSS", "EESS", "EEEE", "monolith@S", "monolith@E"]),
    );
  });

  test("leaves topology, plans, profile, predictions, traces, logs and a self-contained report", () => {
    const names = readdirSync(folder);
    for (const name of [
      "topology.yaml",
      "plan.json",
      "profile.json",
      "predictions.json",
      "comparison.json",
      "report.html",
      "traces",
      "logs",
    ]) {
      expect(names).toContain(name);
    }
    const html = readFileSync(join(folder, "report.html"), "utf8");
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(html).toContain("EESS");
    expect(html).toContain(`vector kernels: simd128, and ${engine("relaxed").build} where a stage asks for relaxed`);
  });

  test("live traces obey the laws that simulated ones obey", () => {
    const plans = read<Plan[]>("plan.json");
    for (const plan of plans) {
      for (const repeat of [0, 1]) {
        const path = join(folder, "traces", `${plan.id}.live-${repeat}.jsonl`);
        const trace = parseTrace(readFileSync(path, "utf8"), path);
        everyLaw(
          trace,
          plan.hops.map(({ window }) => window),
        );
        expect(summarise(trace).throughput).toBeGreaterThan(0);
      }
    }
  });

  test("a second time the kept profile is used; an existing run is not overwritten unasked", async () => {
    const again = ["predict", "topologies/local.yaml", ...SMALL, "--runs", RUNS];
    const { code, stderr, stdout } = await edgetwin(again);
    expect(stderr).toMatch(/profile: .*measured \d+ min ago/);
    expect(stdout).toContain("EEEE");
    expect(code).toBe(0);
    const refused = await edgetwin(["run", "topologies/local.yaml", ...SMALL, "--runs", RUNS, "--name", "loop"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/loop exists already/);
  });

  test("the notebook's cells run on it, one after the other", () => {
    const notebook = JSON.parse(readFileSync("notebooks/read-a-run.ipynb", "utf8")) as {
      cells: { cell_type: string; source: string[] }[];
    };
    const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source.join(""));
    const script = join("notebooks", `.cells-${process.pid}.ts`);
    writeFileSync(script, code.join("\n").replace('"../runs"', JSON.stringify(RUNS)));
    try {
      const printed = execFileSync(process.execPath, [script], { encoding: "utf8" });
      expect(printed).toContain("best split at 64x64");
      expect(printed).toMatch(/EESS +saturated/);
    } finally {
      rmSync(script);
    }
  });

  test("compare and report work on the folder; beyond the tolerance compare ends with 1", async () => {
    const compared = await edgetwin(["compare", "loop", "--runs", RUNS, "--tolerance", "0.001%"]);
    expect(compared.code).toBe(1);
    for (const line of compared.stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect((await edgetwin(["report", folder])).stdout.trim()).toBe(join(folder, "report.html"));
  });
});
