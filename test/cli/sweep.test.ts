import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { edgetwin, started } from "./edgetwin.ts";
import { sweepFiles } from "./sweep-files.ts";

// Each test runs the command several times, with workers of its own.
vi.setConfig({ testTimeout: 180_000 });

let files: Awaited<ReturnType<typeof sweepFiles>>;
beforeAll(async () => {
  files = await sweepFiles();
});

const SETS = ["--set", "link.bandwidth=2..200Mbit/s:log:4", "--frames", "60", "--replications", "6"];
const sweep = (name: string, ...flags: readonly string[]) => [
  ...["sweep", files.topology, "--profile", files.profile, "--runs", files.runs, "--name", name],
  ...(flags.includes("--set") ? [] : SETS),
  ...flags,
];
const read = (name: string, file: string) => readFileSync(join(files.runs, name, file), "utf8");

describe("edgetwin sweep", () => {
  test("says the best split at every point and where it changes, within 80 columns, and leaves files", async () => {
    const { code, stdout, stderr } = await edgetwin(sweep("whole"));
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/2 Mbit\/s +64x64 +EE /);
    expect(stdout).toMatch(/200 Mbit\/s +96x96 +~?ES /);
    expect(stdout).toMatch(/size 64x64\n[\d.]+ Mbit\/s .*EE -> ES/);
    expect(read("whole", "results.csv").split("\r\n")[0]).toMatch(/^link\.bandwidth,size,split,grouping,/);
    expect(read("whole", "results.csv").trimEnd().split("\r\n")).toHaveLength(1 + 8 * 5);
    expect(read("whole", "sweep.html")).toContain("<svg");
    expect(readdirSync(join(files.runs, "whole")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("killed in the middle it goes on where it stopped: the same bytes as of one that was not", async () => {
    const { child, ended } = started(sweep("killed"));
    const path = join(files.runs, "killed", "results.jsonl");
    while (child.exitCode === null && !(existsSync(path) && statSync(path).size > 500)) await wait(5);
    child.kill("SIGKILL");
    await ended;
    const before = readFileSync(path, "utf8").trimEnd().split("\n").length;
    expect(before).toBeLessThan(40);
    const { code, stderr } = await edgetwin(sweep("killed"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/\d+ of 40 predictions are in .*killed already/);
    for (const file of ["results.jsonl", "results.csv", "sweep.json"]) {
      expect(read("killed", file)).toBe(read("whole", file));
    }
  });

  test("results of other inputs are not mixed in: it says which differ", async () => {
    const { code, stderr } = await edgetwin(sweep("whole", "--seed", "5"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/manifest\.json: holds results of other inputs \(another seed\): choose another --name/);
    expect((await edgetwin(sweep("whole", "--set", "window=1,2"))).stderr).toMatch(/\(another parameters\)/);
  });

  test("shards merged are the whole, byte for byte; a missing one is missed", async () => {
    for (const k of [1, 2, 3]) {
      const { code, stdout } = await edgetwin(sweep(`shard-${k}`, "--shard", `${k}/3`, "--output", "json"));
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split("\n");
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({ shard: `${k}/3`, lines: lines.length - 1 });
    }
    const folders = [3, 1, 2].map((k) => join(files.runs, `shard-${k}`));
    const merged = await edgetwin(["merge", ...folders, "--runs", files.runs, "--name", "merged", "--output", "json"]);
    expect(merged.code).toBe(0);
    for (const file of ["results.jsonl", "results.csv", "sweep.json", "manifest.json"]) {
      expect(read("merged", file)).toBe(read("whole", file));
    }
    expect(JSON.parse(merged.stdout)).toEqual(JSON.parse(read("whole", "sweep.json")));
    const two = await edgetwin(["merge", ...folders.slice(1), "--runs", files.runs, "--name", "two"]);
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/1[34] of 40 predictions are missing/)]);
  });

  test("ctrl-C ends it with 130, whole lines on the disk, and no process left", async () => {
    const { child, ended } = started(sweep("interrupted", "--replications", "100"));
    const path = join(files.runs, "interrupted", "results.jsonl");
    while (child.exitCode === null && !existsSync(path)) await wait(5);
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    expect(readFileSync(path, "utf8").endsWith("\n")).toBe(true);
  });
});

test.each(["sweep", "merge", "capacity"])("%s --help fits 80 columns", async (verb) => {
  const { code, stdout } = await edgetwin([verb, "--help"]);
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

describe("a wrong command line ends with 2", () => {
  test("every problem of every --set and of the other flags at once", async () => {
    const flags = ["--set", "link.bandwith=1Mbit/s", "--set", "window=0", "--loads", "fast"];
    const { code, stderr } = await edgetwin(["sweep", files.topology, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--loads: "fast" is not allowed/);
    expect(stderr).toMatch(/--set link\.bandwith: .*did you mean "link\.bandwidth"\?/);
    expect(stderr).toMatch(/--set window: "0" is not allowed: an integer from 1/);
  });

  test.each([
    [["sweep", "topologies/local.yaml", "--shard", "9/8"], /--shard.*3\/8/s],
    [["merge", "no-such-folder"], /no-such-folder.*no such file/],
    [["capacity", "topologies/local.yaml"], /a bound is missing: one of --p95, --p99, --median/],
    [["capacity", "topologies/local.yaml", "--p95", "50"], /--p95.*50 ms/s],
    [["capacity", "topologies/local.yaml", "--p95", "5ms", "--rate", "5"], /--rate: capacity finds the rate itself/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await edgetwin(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

test("edgetwin capacity: the highest rate of every split, and never", async () => {
  const flags = ["--profile", files.profile, "--p99", "6ms", "--frames", "200", "--replications", "5"];
  const { code, stdout } = await edgetwin(["capacity", files.topology, ...flags]);
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/^64x64: highest rate with p99 under 6\.00 ms$/m);
  expect(stdout).toMatch(/^EE +never .*compute in/m);
});
