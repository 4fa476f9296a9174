import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../notebooks/examples/", import.meta.url));
const examples = readdirSync(folder).filter((file) => file.endsWith(".ts"));

test("there are examples, each of at most 20 lines that import nothing but the library", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
  for (const file of examples) {
    const text = readFileSync(folder + file, "utf8");
    expect(text.trimEnd().split("\n").length, file).toBeLessThanOrEqual(20);
    expect(Array.from(text.matchAll(/ from "([^"]+)"/g), (match) => match[1])).toEqual(["../../sim/index.ts"]);
  }
});

test.each(examples)("%s prints what stands beside it", async (file) => {
  const { stdout } = await promisify(execFile)(process.execPath, [folder + file]);
  expect(stdout).toBe(readFileSync(folder + file.replace(/ts$/, "txt"), "utf8"));
});
