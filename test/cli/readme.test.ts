import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { overridesOf } from "../../live/cli/options.ts";
import { openBench } from "../../live/workbench.ts";
import type { Overrides } from "../../sim/topology/overrides.ts";

/** Flags that change what a topology's plans are; a verb's own are its tests' to hold. */
const WORKLOAD = [
  "splits",
  "groupings",
  "sizes",
  "frames",
  "duration",
  "loads",
  "rate",
] as const satisfies (keyof Overrides)[];

const commands = [
  ...readFileSync("README.md", "utf8")
    .replaceAll(/\\\n\s*/g, "")
    .matchAll(/npx edgetwin (\w+) (topologies\/[\w-]+\.yaml)([^#`|\n]*)/g),
].filter(([, verb]) => verb !== "manifests" && verb !== "operate");

test("the README has commands", () => {
  expect(commands.length).toBeGreaterThan(10);
});

test.each(commands.map(([command, , file, flags]) => [command.trim(), file!, flags!]))(
  "README: %s has plans",
  async (_, file, flags) => {
    const given = WORKLOAD.flatMap((flag) => {
      const [, quoted, plain] = new RegExp(`--${flag} (?:"([^"]*)"|(\\S+))`).exec(flags) ?? [];
      const value = quoted ?? plain;
      return value === undefined ? [] : [[flag, value] as const];
    });
    const { experiments } = await openBench(file, overridesOf(Object.fromEntries(given)));
    expect(experiments.length).toBeGreaterThan(0);
  },
);
