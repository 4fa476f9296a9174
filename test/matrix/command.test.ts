import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../live/matrix/main.ts", import.meta.url));

function validateMatrix(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("flags that make no sense end it with 2, and say what is allowed", () => {
  const unknown = validateMatrix("--only", "thesis-none,nowhere");
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('--only: "nowhere" is in the name of no cell; there are: deep-none-64x64,');
  const soon = validateMatrix("--budget", "soon");
  expect(soon.status).toBe(2);
  expect(soon.stderr).toContain("It should be a number and s, m or h, such as 20m.");
});

test("without a budget nothing is started, and there is nothing to tell", () => {
  const { status, stdout, stderr } = validateMatrix(
    "--budget",
    "0s",
    "--only",
    "deep-none-64x64",
    "--runs",
    "runs/none",
  );
  expect([status, stdout]).toEqual([0, ""]);
  expect(stderr).toContain("deep-none-64x64: left out, the budget is spent");
  expect(stderr).toContain("no cell is finished");
});
