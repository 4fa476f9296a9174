import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { lock } from "../../live/measure/lock.ts";

const file = () => join(mkdtempSync(join(tmpdir(), "edgetwin-test-")), "deeper", "x.pid");

test("it is there as long as it is held", () => {
  const path = file();
  const release = lock(path, "works");
  expect(readFileSync(path, "utf8")).toBe(String(process.pid));
  release();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test("what a living process holds is refused, with its number; what one that died left is taken", async () => {
  const path = file();
  lock(path, "works")();
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  try {
    writeFileSync(path, String(other.pid));
    expect(() => lock(path, "calibrates the same")).toThrow(`${path}: process ${other.pid} calibrates the same: wait`);
  } finally {
    other.kill("SIGKILL");
    await once(other, "exit");
  }
  lock(path, "works")();
  writeFileSync(path, "");
  lock(path, "works")();
  expect(existsSync(path)).toBe(false);
});
