import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../live/cli/validate-matrix.ts", import.meta.url));

function validateMatrix(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("flags that make no sense end it with 2, and say what is allowed", () => {
  const { status, stdout, stderr } = validateMatrix("--only", "thesis-none,nowhere");
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: --only: "nowhere" is not allowed: a part of the name of a cell: deep-none-64x64,/);
  expect(validateMatrix("--budget", "soon", "--seed", "-1")).toEqual({
    status: 2,
    stdout: "",
    stderr:
      'error: --budget: "soon" is not allowed: a time above 0 such as 50ms or 5min (units: us, ms, s, min, h)\n' +
      '--seed: "-1" is not allowed: an integer from 0 to 9007199254740991\n',
  });
});

test("without a budget nothing is started, and there is nothing to tell", () => {
  const { status, stdout, stderr } = validateMatrix(
    "--budget",
    "1us",
    "--only",
    "deep-none-64x64",
    "--runs",
    "runs/none",
  );
  expect([status, stdout]).toEqual([0, ""]);
  expect(stderr).toContain("deep-none-64x64: left out, the budget is spent");
  expect(stderr).toContain("no cell is finished");
});
