import { expect, test } from "vitest";
import { validated } from "./validated.ts";

test("slow-link.yaml: measured, predicted and run with frames as they are and compressed, down to the finding", async () => {
  const run = await validated(
    "topologies/slow-link.yaml",
    "--sizes 64 --frames 16 --warmup 4 --repeats 1 --loads saturated",
  );
  expect(run.comparison.plans.map(({ plan }) => plan)).toEqual([
    "CGG-64x64-saturated",
    "CGG-64x64-saturated-zstd",
    "CGS-64x64-saturated",
    "CGS-64x64-saturated-zstd",
  ]);

  const { compressions } = run.profile;
  expect(compressions.map(({ stages, node }) => `${stages.at(-1)} ${node}`).sort()).toEqual(
    ["conv gateway", "conv server", "source camera", "source gateway"].sort(),
  );
  const bytesOf = (id: string) => {
    const { pods } = run.trace(run.plans.find((plan) => plan.id === id)!);
    return pods.map(({ sentBytes }) => [...sentBytes.subarray(0, 12)]);
  };
  const frame = 64 * 64;
  expect(bytesOf("CGS-64x64-saturated").slice(0, 2)).toEqual([Array(12).fill(frame), Array(12).fill(4 * frame)]);
  // The run sends just what calibration found the frames to become.
  const [camera, gateway] = bytesOf("CGS-64x64-saturated-zstd");
  expect(camera).toEqual(compressions.find(({ stages }) => stages.length === 1)!.bytes);
  expect(gateway).toEqual(compressions.find(({ stages }) => stages.length === 2)!.bytes);
  expect(run.read("report.html")).toContain("zstd@CGS-saturated");
}, 240_000);
