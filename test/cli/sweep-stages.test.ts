import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { fingerprint, ownSurroundings } from "../../live/measure/fingerprint.ts";
import { subjectOf } from "../../live/measure/subject.ts";
import { openSweep } from "../../live/sweep/open.ts";
import { saturatedPlans, usedNodes } from "../../live/workbench.ts";
import { compileAll } from "../../sim/experiment.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import { pipelinesOf } from "../../sim/sweep/sweep.ts";
import { edgetwin } from "./edgetwin.ts";
import { sweepFiles } from "./sweep-files.ts";

// Each test runs the command, with workers of its own.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let files: Awaited<ReturnType<typeof sweepFiles>>;
beforeAll(async () => {
  files = await sweepFiles();
});
const read = (name: string, file: string) => readFileSync(join(files.runs, name, file), "utf8");

describe("a stage's parameter", () => {
  const set = ["--set", "stages.source.channels=1,3", "--sizes", "64", "--frames", "60", "--replications", "2"];
  const flags = (name: string) => ["--runs", files.runs, "--name", name, ...set];

  test("is priced by formulas, uncalibrated", async () => {
    const { code, stdout, stderr } = await edgetwin(["sweep", files.topology, "--uncalibrated", ...flags("formulas")]);
    expect(stderr).toMatch(/^profile: none, --uncalibrated: /);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^channels best /);
    expect(read("formulas", "results.csv")).toMatch(/^stages\.source\.channels,split,.*\r\n1,SS,/);
  });

  test("that a profile does not price is told, with the command that measures it", async () => {
    const { code, stderr } = await edgetwin(["sweep", files.topology, "--profile", files.profile, ...flags("lacking")]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `error: --profile ${files.profile}: 6 costs were not measured that this needs:`,
      ...["source", "relu"].map((pod) => `  ${pod} on server at 64x64, stages.source.channels 3`),
      ...["source", "relu"].map((pod) => `  ${pod} on edge at 64x64, stages.source.channels 3`),
      ...["server", "edge"].map((node) => `  source relu on ${node} at 64x64, stages.source.channels 3`),
      `to measure them: npx edgetwin sweep ${files.topology} --runs ${files.runs} --name lacking ${set.join(" ")}`,
      "(with --uncalibrated formulas price them)",
    ]);
  });

  test("is measured for each of its values: profiles that are kept are used again", async () => {
    const { bench, axes } = await openSweep(files.topology, { sizes: "64" }, ["stages.source.channels=1,3"]);
    for (const topology of pipelinesOf(bench.topology, axes)) {
      const pipeline = { ...bench, topology, experiments: compileAll(topology, bench.kernels) };
      const plans = saturatedPlans(pipeline);
      const { digest } = subjectOf(topology, plans, bench.baseDirectory);
      const print = fingerprint(digest, ownSurroundings(usedNodes(pipeline)));
      const profile = { ...nominalProfile(topology, plans, { cores: 2 }), fingerprint: print };
      mkdirSync(join(files.runs, "profiles"), { recursive: true });
      const kept = join(files.runs, "profiles", `small-${digest}.json`);
      writeFileSync(kept, JSON.stringify({ ...profile, created: new Date().toISOString() }));
    }
    const { code, stderr } = await edgetwin(["sweep", files.topology, ...flags("kept")]);
    expect(stderr).toContain("profile: 2 of them, one for each combination of stages' parameters");
    expect(stderr.match(/small-\w+\.json, measured 0 min ago/g)).toHaveLength(2);
    expect(code).toBe(0);
    // Formulas price them here, too: one profile of both pipelines, or one of each.
    const results = (name: string) => read(name, "results.jsonl");
    expect(results("kept")).toBe(results("formulas"));
  });
});

test("--uncalibrated has no profile", async () => {
  const { code, stderr } = await edgetwin(["predict", files.topology, "--uncalibrated", "--fresh", "--budget", "5s"]);
  expect([code, stderr]).toEqual([
    2,
    "error: --fresh: can't be given together with --uncalibrated, which has no profile\n" +
      "--budget: can't be given together with --uncalibrated, which has no profile\n",
  ]);
});

test("a profile that is given is not measured", async () => {
  const { code, stderr } = await edgetwin([
    "predict",
    files.topology,
    "--profile",
    "p.json",
    "--fresh",
    "--budget",
    "5s",
  ]);
  expect([code, stderr]).toEqual([
    2,
    "error: --fresh: can't be given together with --profile, which is not measured\n" +
      "--budget: can't be given together with --profile, which is not measured\n",
  ]);
});
