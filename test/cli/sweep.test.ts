import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, edgetwin, started } from "./edgetwin.ts";
import { sweepFiles } from "./sweep-files.ts";

// Each test runs the command several times, with workers of its own.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let files: Awaited<ReturnType<typeof sweepFiles>>;
/** The sweep that all others are held against. */
let whole: Ended;
beforeAll(async () => {
  files = await sweepFiles();
  whole = await edgetwin(sweep("whole"));
});

const SETS = ["--set", "link.bandwidth=2..200Mbit/s:log:4", "--frames", "60", "--replications", "6"];
const sweep = (name: string, ...flags: readonly string[]) => [
  ...["sweep", files.topology, "--profile", files.profile, "--runs", files.runs, "--name", name],
  ...(flags.includes("--set") ? [] : SETS),
  ...flags,
];
const read = (name: string, file: string) => readFileSync(join(files.runs, name, file), "utf8");

function expectSame(folder: string, as: string): void {
  const files = ["manifest.json", "results.jsonl", "results.csv", "sweep.json"];
  for (const file of files) expect(read(folder, file), file).toBe(read(as, file));
}

describe("edgetwin sweep", () => {
  test("says the best split at every point and where it changes, within 80 columns, and leaves files", () => {
    const { code, stdout, stderr } = whole;
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

  test("killed in the middle of a line it goes on where it stopped: the same bytes as of one that was not", async () => {
    const left = join(files.runs, "killed");
    mkdirSync(left);
    for (const file of ["manifest.json", "inputs.json.gz"])
      copyFileSync(join(files.runs, "whole", file), join(left, file));
    const lines = read("whole", "results.jsonl").split("\n");
    writeFileSync(join(left, "results.jsonl"), lines.slice(0, 8).join("\n").slice(0, -20));
    const { code, stderr } = await edgetwin(sweep("killed"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/sweep: 7 of 40 predictions are in .*killed already/);
    expectSame("killed", "whole");
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
    expectSame("merged", "whole");
    expect(JSON.parse(merged.stdout)).toEqual(JSON.parse(read("whole", "sweep.json")));
    const two = await edgetwin(["merge", ...folders.slice(1), "--runs", files.runs, "--name", "two"]);
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/1[34] of 40 predictions are missing/)]);
    const over = await edgetwin(["merge", ...folders, "--runs", files.folder, "--name", "runs"]);
    expect([over.code, over.stderr]).toEqual([2, expect.stringMatching(/runs: is not empty and holds no sweep/)]);
  });

  test("merge says all that is wrong with its folders", async () => {
    await edgetwin(sweep("other-seed", "--seed", "5", "--shard", "2/3"));
    const old = join(files.runs, "older");
    mkdirSync(old);
    copyFileSync(join(files.runs, "whole", "inputs.json.gz"), join(old, "inputs.json.gz"));
    copyFileSync(join(files.runs, "whole", "results.jsonl"), join(old, "results.jsonl"));
    const manifest = JSON.parse(read("whole", "manifest.json")) as { parts: object };
    writeFileSync(
      join(old, "manifest.json"),
      JSON.stringify({ ...manifest, parts: { ...manifest.parts, version: "0" } }),
    );
    const other = join(files.runs, "other-seed");
    const { code, stderr } = await edgetwin(["merge", old, other, "nowhere", "--runs", files.runs]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toEqual([
      "error: nowhere/manifest.json: no such file",
      `${old}/manifest.json: is not of the inputs beside it, as this edgetwin predicts from them (another version)`,
      `${other}/manifest.json: is not of the sweep in ${old} (another seed)`,
    ]);
  });

  test("where it can't write, the work failed: exit code 1", async () => {
    const { code, stderr } = await edgetwin(sweep("x", "--runs", files.profile));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*profile\.json\/x: can't be written: .*\n$/)]);
  });

  test("ctrl-C ends it with 130 and whole lines on the disk; the same command goes on from there", async () => {
    const long = [
      "--sizes",
      "64",
      "--set",
      "link.bandwidth=2..200Mbit/s:log:4",
      "--frames",
      "600",
      "--replications",
      "20",
    ];
    const { child, ended } = started(sweep("interrupted", ...long));
    const path = join(files.runs, "interrupted", "results.jsonl");
    while (child.exitCode === null && !existsSync(path)) await wait(2);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^sweep: \d+ of 20 predictions are in .*interrupted; the same command goes on from there$/m);
    const before = readFileSync(path, "utf8");
    expect(before.endsWith("\n")).toBe(true);
    expect((await edgetwin(sweep("interrupted", ...long))).code).toBe(0);
    expect(read("interrupted", "results.jsonl").startsWith(before)).toBe(true);
    await edgetwin(sweep("not-interrupted", ...long));
    expectSame("interrupted", "not-interrupted");
  });
});

test("what happens at rates only may happen where rates are swept, whatever the file's loads", async () => {
  const flags = ["--sizes", "64", "--set", "rate=20,40", "--arrivals", "poisson", "--what-if", "burst 5 at 0.1 s"];
  const { code, stdout } = await edgetwin([...sweep("rates", ...flags), "--frames", "60", "--replications", "2"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^40\/s /m);
});

test.each(["sweep", "merge", "capacity"])("%s --help fits 80 columns", async (verb) => {
  const { code, stdout } = await edgetwin([verb, "--help"]);
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

describe("a wrong command line ends with 2, and says all that is wrong with it", () => {
  const local = "topologies/local.yaml";
  const counts = "an integer from 1 to 999999";
  const times = "a time above 0 such as 50ms or 5min (units: us, ms, s, min, h)";

  test("every problem of every --set and of the other flags at once", async () => {
    const flags = ["--set", "link.bandwith=1Mbit/s", "--set", "window=0", "--loads", "fast", "--replications", "many"];
    const { code, stdout, stderr } = await edgetwin(["sweep", files.topology, ...flags, "--dry-run", "--shard", "9/8"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `error: --replications: "many" is not allowed: ${counts}`,
      '--shard: "9/8" is not allowed: K/N with K from 1 to N, such as 3/8',
      "--dry-run: only together with --on",
      expect.stringMatching(/^--loads: "fast" is not allowed: saturated, a share/),
      expect.stringMatching(/^--set link\.bandwith: .*did you mean "link\.bandwidth"\?/),
      expect.stringMatching(/^--set window: "0" is not allowed: an integer from 1/),
    ]);
  });

  test.each([
    [
      ["sweep", local, "--on", "kubernets", "--image", "x"],
      ['--on: "kubernets" is not allowed: did you mean "kubernetes"?'],
    ],
    [
      ["sweep", local, "--on", "kubernetes", "--shard", "1/2", "--shards", "0"],
      [`--shards: "0" is not allowed: ${counts}`, "--shard: can't be given together with --on: --shards says how many"],
    ],
    [
      ["sweep", "inputs.json.gz", "--sizes", "64", "--set", "window=1", "--name", "a/b"],
      [
        "--name: \"a/b\" is not allowed: letters, digits, '.', '_' and '-', beginning with a letter or digit",
        "--sizes: can't be given together with inputs.json.gz, which holds all that a sweep is of",
        "--set: can't be given together with inputs.json.gz, which holds all that a sweep is of",
      ],
    ],
    [
      ["sweep", local, "--objective", "p59", "--output", "xml"],
      [
        '--objective: "p59" is not allowed: did you mean "p50"? (one of throughput, mean, p50, p95, p99)',
        '--output: "xml" is not allowed: one of table, json',
      ],
    ],
    [["sweep", "no-such.json.gz"], ["no-such.json.gz: no such file"]],
    [
      ["sweep", local, "--shard", "1/2", "--objective", "p95", "--repeats", "3"],
      [
        "--objective: can't be given together with --shard: edgetwin merge decides",
        "--repeats: only runs on the testbed are repeated; predictions have --replications",
      ],
    ],
    [
      ["merge", "no-such-folder", "--objective", "speed", "--name", ""],
      [
        '--objective: "speed" is not allowed: one of throughput, mean, p50, p95, p99',
        "--name: \"\" is not allowed: letters, digits, '.', '_' and '-', beginning with a letter or digit",
      ],
    ],
    [["capacity", local], ["a bound is missing: one of --p95, --p99, --median, such as --p95 50ms"]],
    [
      ["capacity", local, "--p95", "50", "--rate", "5", "--sizes", "0", "--duration", "2 s"],
      [
        `--p95: "50" is not allowed: ${times}`,
        "--rate: capacity finds the rate itself",
        "--duration: a prediction is of --frames, and as many --replications",
        '--sizes: "0" is not allowed: an edge length such as 512 (512 x 512 pixels) or width x height such as 1280x720',
      ],
    ],
    [
      ["capacity", local, "--p95", "5ms", "--p99", "0 s", "--budget", "1 week"],
      [
        `--p99: "0 s" is not allowed: ${times}`,
        `--budget: "1 week" is not allowed: ${times}`,
        "a bound is enough: one of --p95, --p99, --median, such as --p95 50ms",
      ],
    ],
    [
      ["predict", local, "--precision", "2", "--arrivals", "often", "--what-if", "burst 0 at 1 s"],
      [
        '--precision: "2" is not allowed: a share such as 10% or 0.1, above 0 and at most 1',
        '--arrivals: "often" is not allowed: constant, poisson, batches of 20, or on 2 s off 1 s',
        "--what-if: 0 is not allowed: an integer from 1 to 1000000",
      ],
    ],
  ])("%j", async (args, lines) => {
    const { code, stdout, stderr } = await edgetwin(args);
    expect(stderr).toBe(`error: ${lines.join("\n")}\n`);
    expect([code, stdout]).toEqual([2, ""]);
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

test("edgetwin capacity: of frames that come unevenly, and while something happens, as a share of what is carried otherwise", async () => {
  const flags = [
    "--profile",
    files.profile,
    "--sizes",
    "64",
    "--frames",
    "200",
    "--replications",
    "3",
    "--output",
    "json",
  ];
  const found = async (...more: string[]) => {
    const { code, stdout, stderr } = await edgetwin(["capacity", files.topology, ...flags, "--p95", "30ms", ...more]);
    expect([code, stderr]).toEqual([0, ""]);
    const { capacities } = JSON.parse(stdout) as { capacities: { rate: number | null; carried: number }[] };
    return capacities[0]!;
  };
  const even = await found();
  const killed = await found("--what-if", "pod relu restart 200 ms at 100 ms");
  const batches = await found("--arrivals", "batches of 100");
  expect([killed.carried, batches.carried]).toEqual([even.carried, even.carried]);
  expect(killed.rate!).toBeLessThan(even.rate!);
  expect(batches.rate).toBeNull();
});
