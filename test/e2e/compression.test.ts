import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTrace } from "../../live/artefacts.ts";
import type { Comparison } from "../../sim/comparison.ts";
import type { Profile } from "../../sim/profile.ts";
import { edgetwin } from "../cli/edgetwin.ts";
import { causality, conservation, order } from "../laws/traces.ts";

test("slow-link.yaml: measured, predicted and run with frames as they are and compressed, down to the finding", async () => {
  const runs = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
  const small = ["--sizes", "64", "--frames", "16", "--warmup", "4", "--repeats", "1", "--loads", "saturated"];
  const args = [
    "validate",
    "topologies/slow-link.yaml",
    ...small,
    "--runs",
    runs,
    "--name",
    "zstd",
    "--output",
    "json",
  ];
  const { code, stdout, stderr } = await edgetwin(args);
  expect(stderr).toContain("report: ");
  expect(code).toBe(0);
  const { plans } = JSON.parse(stdout) as Comparison;
  expect(plans.map(({ plan }) => plan)).toEqual([
    "CGG-64x64-saturated",
    "CGG-64x64-saturated-zstd",
    "CGS-64x64-saturated",
    "CGS-64x64-saturated-zstd",
  ]);

  const folder = join(runs, "zstd");
  const { compressions } = JSON.parse(readFileSync(join(folder, "profile.json"), "utf8")) as Profile;
  expect(compressions.map(({ stages, node }) => `${stages.at(-1)} ${node}`).sort()).toEqual(
    ["conv gateway", "conv server", "source camera", "source gateway"].sort(),
  );
  const bytesOf = (plan: string) => {
    const path = join(folder, "traces", `${plan}.live-0.jsonl`);
    const trace = parseTrace(readFileSync(path, "utf8"), path);
    order(trace);
    conservation(trace);
    causality(trace);
    return trace.pods.map(({ sentBytes }) => [...sentBytes.subarray(0, 12)]);
  };
  const frame = 64 * 64;
  expect(bytesOf("CGS-64x64-saturated").slice(0, 2)).toEqual([Array(12).fill(frame), Array(12).fill(4 * frame)]);
  // The run sends just what calibration found the frames to become.
  const [camera, gateway] = bytesOf("CGS-64x64-saturated-zstd");
  expect(camera).toEqual(compressions.find(({ stages }) => stages.length === 1)!.bytes);
  expect(gateway).toEqual(compressions.find(({ stages }) => stages.length === 2)!.bytes);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("zstd@CGS-saturated");
}, 240_000);
