import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgetwin, started, typed } from "./edgetwin.ts";

const LOCAL = "topologies/local.yaml";
const VERBS = [
  "check",
  "layers",
  "plan",
  "profile",
  "predict",
  "place",
  "run",
  "operate",
  "migrate",
  "compare",
  "report",
  "validate",
  "cluster",
  "doctor",
];

describe("help", () => {
  test("lists every verb and where to start, within 80 columns", async () => {
    const { code, stdout } = await edgetwin(["--help"]);
    expect(code).toBe(0);
    for (const verb of VERBS) expect(stdout).toContain(`  ${verb} `);
    expect(stdout).toContain("edgetwin validate topologies/local.yaml");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each(VERBS)("%s --help fits 80 columns", async (verb) => {
    const { code, stdout } = await edgetwin([verb, "--help"]);
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("a wrong command line ends with 2 and one clear message", () => {
  test.each([
    [["validat", LOCAL], /unknown command 'validat'\n\(Did you mean validate\?\)/],
    [["check"], /missing required argument 'topology'/],
    [["check", "missing.yaml"], /missing\.yaml: no such file/],
    [["check", LOCAL, "--frame", "10"], /unknown option '--frame'\n\(Did you mean --frames\?\)/],
    [["check", LOCAL, "--splits", "EEXS,SE"], /--splits/],
    [["check", LOCAL, "--sizes", "0"], /--sizes/],
    [["check", LOCAL, "--compression", "gzip"], /--compression: "gzip" is not allowed: none or zstd/],
    [["check", LOCAL, "--workers", "x"], /--workers: "x" is not allowed: an integer from 0 to 64/],
    [["check", LOCAL, "--workers", "65"], /--workers: 65 is not allowed: an integer from 0 to 64/],
    [["plan", LOCAL, "--workers", "1,1"], /--workers: 1 is already in the list: each once/],
    [["check", LOCAL, "--rate", "5", "--loads", "saturated"], /--rate: .*--loads/],
    [["operate", LOCAL, "--dwell", "1 s", "--aim", "p95"], /--aim: .*give --autopilot or --dry-run, too\n--dwell: /],
    [["operate", LOCAL, "--autopilot", "--aim", "mean"], /--aim: "mean" is not allowed: one of throughput, p50, p95/],
    [["operate", LOCAL, "--splits", "ESSS,EESS"], /--splits: "ESSS,EESS" is not allowed: one of them/],
    [["operate", LOCAL, "--splits", "EEX"], /--splits/],
    [["operate", LOCAL, "--dry-run", "--autopilot"], /--dry-run: moves nothing: not together with --autopilot/],
    [["migrate", "no-such-run", "--to", "EESS"], /no-such-run: no run there/],
    [
      ["migrate", "run", "--to", "eess", "--grouping", "1+0"],
      /--to: "eess" is not allowed: .*\n--grouping: "1\+0" is not/,
    ],
    [["migrate", "run"], /required option '--to <split>' not specified/],
    [["plan", LOCAL, "--output", "xml"], /--output: "xml" is not allowed: one of table, json/],
    [["validate", LOCAL, "--tolerance", "300%"], /--tolerance: "300%" is not allowed: a share such as 10% or 0\.1/],
    [["run", LOCAL, "--name", "../x"], /--name: "\.\.\/x" is not allowed: letters, digits/],
    [
      ["profile", LOCAL, "--budget", "60"],
      /--budget: "60" is not allowed: a time above 0 such as 50ms or 5min \(units: us, ms, s, min, h\)/,
    ],
    [["predict", LOCAL, "--budget", "0s"], /--budget: "0s" is not allowed: a time above 0/],
    [["profile", LOCAL, "--precision", "0%"], /--precision: "0%" is not allowed: a share .*above 0/],
    [["compare", "no-such-run"], /no-such-run: no run there/],
    [["report", "no-such-run"], /no-such-run: no run there/],
    [["predict", LOCAL, "--profile", "missing.json"], /missing\.json: no such file/],
    [["predict", LOCAL, "--what-if", "link edge-server"], /--what-if: "link edge-server" is not allowed: such as/],
    [
      ["predict", LOCAL, "--what-if", "burst 2 at 1 s", "--what-if", "pod x restart 1 s at 1 s"],
      /--what-if: "x" is not/,
    ],
    [
      ["run", LOCAL, "--what-if", "burst 2 at 1 s"],
      /processes can't do: .*\n {2}disturbances: burst 2 at 1 s \(a source keeps to its rate\)/,
    ],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await edgetwin(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("as a process of its own does", async () => {
    const { code, stdout, stderr } = await typed(["check", "missing.yaml"]);
    expect([code, stdout, stderr]).toEqual([2, "", "error: missing.yaml: no such file\n"]);
  });

  test("a broken topology: all problems at once, with file and line", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "edgetwin-")), "broken.yaml");
    writeFileSync(
      file,
      "apiVersion: edgetwin/v1\nname: Broken Name\nhosts: { a: {} }\nnodes: { e: { letter: e, host: b } }\nstages: []\nworkload: { sizes: [0], frames: 1 }\n",
    );
    const { code, stderr } = await edgetwin(["check", file]);
    expect(code).toBe(2);
    for (const line of [2, 4, 5, 6]) expect(stderr).toContain(`broken.yaml:${line}:`);
  });
});

describe("what the testbed can't have happen", () => {
  const file = join(mkdtempSync(join(tmpdir(), "edgetwin-")), "disturbed.yaml");
  const happens = "disturbances:\n  - { burst: 20, at: 1 s }\n  - { pod: conv, restart: 1.5 s, at: 3 s }\n";
  const local = readFileSync(LOCAL, "utf8").replace(/^workload:$/m, "workload:\n  arrivals: poisson");
  writeFileSync(file, `${local}\n${happens}`);

  test.each(["run", "validate"])("%s refuses it, all of it, before anything is measured", async (verb) => {
    const { code, stdout, stderr } = await edgetwin([verb, file, "--runs", join(file, "..", "runs")]);
    expect(stderr).toBe(
      "error: local has what processes can't do: edgetwin predict says what it would do; take it out to run for real\n" +
        "  disturbances: burst 20 at 1 s (a source keeps to its rate)\n  workload.arrivals: poisson\n",
    );
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("check shows it", async () => {
    const { code, stdout } = await edgetwin(["check", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("happens: pod conv restart 1.5 s at 3 s");
    expect(stdout).toMatch(/arrivals\s+poisson;/);
  });
});

describe("check and plan", () => {
  test("describe every example, within 80 columns", async () => {
    for (const name of ["local", "thesis", "two-edges", "deep", "slow-link", "onnx"]) {
      for (const verb of ["check", "plan"]) {
        const { code, stdout, stderr } = await edgetwin([verb, `topologies/${name}.yaml`]);
        expect(stderr).toBe("");
        expect(code).toBe(0);
        for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  test("--output json is JSON", async () => {
    const { stdout } = await edgetwin(["plan", LOCAL, "--sizes", "64", "--loads", "saturated", "--output", "json"]);
    const plans = JSON.parse(stdout) as { id: string }[];
    expect(plans.map(({ id }) => id)).toContain("EESS-64x64-saturated");
  });

  test("--compression none,zstd: splits that cross a link twice, the others once", async () => {
    const flags = ["--sizes", "64", "--loads", "saturated", "--splits", "SSSS,EESS", "--compression", "none,zstd"];
    const { code, stdout } = await edgetwin(["plan", LOCAL, ...flags, "--output", "json"]);
    expect(code).toBe(0);
    const plans = JSON.parse(stdout) as { id: string }[];
    expect(plans.map(({ id }) => id).filter((id) => id.includes("zstd"))).toEqual(["EESS-64x64-saturated-zstd"]);
    expect(plans.filter(({ id }) => id.startsWith("SSSS-64x64"))).toHaveLength(1);
    expect((await edgetwin(["check", LOCAL, ...flags])).stdout).toContain("compression none, zstd;");
  });

  test("--workers 0,1: every plan twice", async () => {
    const flags = ["--sizes", "64", "--loads", "saturated", "--splits", "SSSS,EESS", "--workers", "0,1"];
    const { code, stdout } = await edgetwin(["plan", LOCAL, ...flags, "--output", "json"]);
    expect(code).toBe(0);
    const ids = (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
    const plain = ids.filter((id) => !id.endsWith("-w1"));
    expect(plain).toContain("EESS-64x64-saturated");
    expect(ids.toSorted()).toEqual(plain.flatMap((id) => [id, `${id}-w1`]).toSorted());
    expect((await edgetwin(["check", LOCAL, ...flags])).stdout).toContain("workers 0, 1;");
  });
});

test("a reader that has enough of the output ends nothing", async () => {
  const { child, ended } = started(["manifests", "topologies/local.yaml", "--splits", "EESS"]);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(0);
});
