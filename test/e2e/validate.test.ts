import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { engine } from "../../kernels/simd/engine.ts";
import { summarise } from "../../sim/summarise.ts";
import { typed as edgetwin } from "../cli/edgetwin.ts";
import { validated } from "./validated.ts";

const SMALL = "--splits SSSS,EESS,EEEE --sizes 64 --frames 40 --warmup 8 --repeats 2";

describe("validate: the whole loop", async () => {
  const run = await validated("topologies/local.yaml", SMALL);
  const { folder } = run;
  const runs = dirname(folder);

  test("prints the comparison, which its JSON Schema describes", () => {
    const { comparison } = run;
    expect(comparison).toEqual(JSON.parse(run.read("comparison.json")));
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
    const html = run.read("report.html");
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(html).toContain("EESS");
    expect(html).toContain(`vector kernels: simd128, and ${engine("relaxed").build} where a stage asks for relaxed`);
  });

  test("live traces obey the laws that simulated ones obey", () => {
    for (const plan of run.plans)
      for (const repeat of [0, 1]) expect(summarise(run.trace(plan, repeat)).throughput).toBeGreaterThan(0);
  });

  test("a second time the kept profile is used; an existing run is not overwritten unasked", async () => {
    const again = ["predict", "topologies/local.yaml", ...SMALL.split(" "), "--runs", runs];
    const { code, stderr, stdout } = await edgetwin(again);
    expect(stderr).toMatch(/profile: .*measured \d+ min ago/);
    expect(stdout).toContain("EEEE");
    expect(code).toBe(0);
    const refused = await edgetwin([
      "run",
      "topologies/local.yaml",
      ...SMALL.split(" "),
      "--runs",
      runs,
      "--name",
      "run",
    ]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/run exists already/);
  });

  test("the notebook's cells run on it, one after the other", () => {
    const notebook = JSON.parse(readFileSync("notebooks/read-a-run.ipynb", "utf8")) as {
      cells: { cell_type: string; source: string[] }[];
    };
    const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source.join(""));
    const script = join("notebooks", `.cells-${process.pid}.ts`);
    writeFileSync(script, code.join("\n").replace('"../runs"', JSON.stringify(runs)));
    try {
      const printed = execFileSync(process.execPath, [script], { encoding: "utf8" });
      expect(printed).toContain("best split at 64x64");
      expect(printed).toMatch(/EESS +saturated/);
    } finally {
      rmSync(script);
    }
  });

  test("compare and report work on the folder; beyond the tolerance compare ends with 1", async () => {
    const compared = await edgetwin(["compare", "run", "--runs", runs, "--tolerance", "0.001%"]);
    expect(compared.code).toBe(1);
    for (const line of compared.stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect((await edgetwin(["report", folder])).stdout.trim()).toBe(join(folder, "report.html"));
  });
});
