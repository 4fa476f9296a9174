import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { coveringBench } from "../../live/placement.ts";
import { openBench, saturatedPlans } from "../../live/workbench.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import type { PlaceResult } from "../../sim/place/result.ts";
import { profileOf } from "../place/fixture.ts";
import { edgetwin } from "./edgetwin.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "edgetwin-"));
const TOPOLOGY = join(FOLDER, "priced.yaml");
const PROFILE = join(FOLDER, "profile.json");

writeFileSync(
  TOPOLOGY,
  `apiVersion: edgetwin/v1
name: priced
hosts: { small: { cores: 2 }, big: { cores: 8 } }
nodes:
  edge: { letter: E, host: small, speed: 0.5, power: { idle: 5 W, busy: 15 W }, price: 0.02/h, memory: 1 GiB }
  server: { letter: S, host: big, power: { idle: 60 W, busy: 200 W }, price: 0.4/h }
links: [{ between: [edge, server], bandwidth: 100 Mbit/s, delay: 2 ms }]
stages:
  - { name: source, kernel: synthetic, channels: 1, element: uint8, nodes: [edge] }
  - { name: conv, kernel: conv2d, size: 3, weights: blur, memory: 100 MiB }
  - { name: relu, kernel: relu }
  - { name: maxpool, kernel: maxpool, size: 2 }
workload: { sizes: [64, 96], frames: 60, loads: [saturated] }
`,
);
const bench = await openBench(TOPOLOGY, {});
const random = new RandomStream(1, "profile");
const some = (mean: number) => Array.from({ length: 9 }, () => mean * (0.7 + 0.6 * random.uniform()));
const profiles = bench.topology.workload.sizes.map(({ height }) => {
  const plan = saturatedPlans(bench).find(({ size }) => size.height === height)!;
  return profileOf(bench.topology, plan, { some, random, measured: 0.5, alike: false });
});
const [first, second] = profiles as [(typeof profiles)[0], (typeof profiles)[0]];
const both = <K extends "computes" | "messages" | "handovers" | "loopbacks">(key: K) => [...first[key], ...second[key]];
writeFileSync(
  PROFILE,
  JSON.stringify({
    ...first,
    computes: both("computes"),
    messages: both("messages"),
    handovers: both("handovers"),
    loopbacks: both("loopbacks"),
  }),
);

const place = (...flags: string[]) => edgetwin(["place", TOPOLOGY, "--profile", PROFILE, "--top", "3", ...flags]);

describe("place", () => {
  test.each([
    [[], /most throughput, saturated; 20 placements/],
    [["--objective", "latency", "--pareto"], /Pareto front: /],
    [["--objective", "energy", "--rate", "5"], /least energy per frame, at 5\.00 \/s; 20 placements/],
    [["--objective", "cost", "--latency-bound", "2 s"], /least cost per frame, saturated, p95 at most 2\.00 s/],
  ])("%j ranks placements of each size within 80 columns", async (flags, expected) => {
    const { code, stdout, stderr } = await place(...flags);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
    for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    for (const size of ["64x64", "96x96"]) {
      expect(stdout).toContain(`${size}: `);
      expect(stderr).toContain(`next: edgetwin run ${TOPOLOGY} --sizes ${size} --splits E`);
    }
    expect(stdout.match(/ best$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/best: source \(edge\)|best: source conv/);
    expect(stdout).toContain("with 95 % confidence none of the");
  });

  test("what it says to run next is that placement, and nothing else", async () => {
    const { stdout, stderr } = await place("--sizes", "64", "--output", "json");
    const [result] = JSON.parse(stdout) as [PlaceResult];
    const command = /next: edgetwin run (.*)/.exec(stderr)![1]!.split(" ");
    const plans = await edgetwin(["plan", ...command, "--output", "json"]);
    expect(plans.code).toBe(0);
    const ids = (JSON.parse(plans.stdout) as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual([result.ranked[0]!.plan]);
  });

  test.each([
    [["--pin", "conv=server"], /^ESSS$/, /./],
    [["--pin", "relu=E", "--pin", "maxpool=S"], /^EEES$/, /./],
    [["--splits", "EESS,EEES", "--groupings", "1+1+2,2+2"], /^EESS$/, /^(1\+1\+2|2\+2)$/],
  ])("%j narrow the search", async (flags, split, grouping) => {
    const { stdout } = await place("--sizes", "64", "--output", "json", ...flags);
    const { ranked } = (JSON.parse(stdout) as [PlaceResult])[0];
    expect(ranked.length).toBeGreaterThan(0);
    for (const one of ranked) {
      expect(one.split).toMatch(split);
      expect(one.grouping).toMatch(grouping);
    }
  });

  test("ends with 1 where nothing does what is wished", async () => {
    const { code, stdout, stderr } = await place("--rate", "1000000");
    expect(code).toBe(1);
    expect(stdout).toContain("no placement does that");
    expect(stderr).not.toContain("next:");
  });

  test.each([
    [["--objective", "speed"], /--objective.*throughput, latency, energy, cost/],
    [["--latency-bound", "50"], /--latency-bound: "50" is not allowed: a time such as 20 ms/],
    [["--latency-bound", "0 ms"], /--latency-bound: "0 ms" is not allowed: a time above 0/],
    [["--pin", "conv"], /--pin: "conv" is not allowed: a stage and a node: conv=server/],
    [["--pin", "cnv=server"], /--pin: cnv is not a stage: source, conv, relu, maxpool/],
    [["--pin", "conv=X"], /--pin: X is not a node: edge, server/],
    [["--pin", "source=server"], /--pin: stage source may not be on server: edge/],
    [["--overflow", "drop-oldest"], /--overflow: has no effect: a load that is a rate or a share/],
    [["--rate", "5", "--buffer", "3"], /--buffer: has no effect: overflow: drop-oldest beside it/],
    [["--groupings", "2+1"], /--groupings: 2\+1 sums to 3: the number of stages, 4/],
    [["--top", "0"], /--top: "0" is not allowed: an integer from 1/],
  ])("%j is refused", async (flags, message) => {
    const { code, stdout, stderr } = await place(...flags);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("all that is wrong with flags that do not fit the topology is said at once", async () => {
    const flags = ["--latency-bound", "50", "--pin", "cnv=server", "--pin", "relu=X", "--pin", "source=server"];
    const { code, stderr } = await place(...flags, "--what-if", "node edge 50% 2 s..4 s");
    expect(code).toBe(2);
    for (const said of [
      '--latency-bound: "50" is not allowed',
      "--pin: cnv is not a stage",
      "--pin: X is not a node",
      "--pin: stage source may not be on server",
      '--what-if: "node edge 50% 2 s..4 s" has no effect',
    ])
      expect(stderr).toContain(said);
  });

  test("frames arrive as the topology or the flag says, and what may run next is a prediction then", async () => {
    const at = ["--sizes", "64", "--objective", "latency", "--rate", "20", "--output", "json"];
    const constant = await place(...at);
    const poisson = await place(...at, "--arrivals", "poisson");
    const latency = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as [PlaceResult])[0].ranked[0]!.latency;
    expect(latency(poisson).p95.mean).toBeGreaterThan(1.2 * latency(constant).p95.mean);
    expect(constant.stderr).toContain("next: edgetwin run");
    expect(poisson.stderr).toMatch(/next: edgetwin predict .* --rate 20 .*--arrivals "poisson"/);
  });

  test("what a source drops at a rate is simulated, and is of what may run next", async () => {
    const at = ["--sizes", "64", "--objective", "energy", "--splits", "EEES", "--groupings", "3+1", "--rate", "2"];
    const drops = ["--overflow", "drop-oldest", "--buffer", "1"];
    const { code, stdout, stderr } = await place(...at, ...drops);
    expect(code).toBe(0);
    expect(stdout.replace(/\n +/g, " ")).toMatch(/; its source drops 0\.0 % of the frames/);
    expect(stderr).toMatch(/next: edgetwin run .* --overflow drop-oldest --buffer 1 --rate 2/);
    const burst = await place(...at, ...drops, "--arrivals", "batches of 60");
    expect([burst.code, burst.stdout]).toEqual([1, expect.stringContaining("no placement does that")]);
  });

  test("nothing needs to be measured for a look around", async () => {
    const { code, stdout, stderr } = await edgetwin([
      "place",
      TOPOLOGY,
      "--uncalibrated",
      "--sizes",
      "64",
      "--top",
      "3",
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^profile: none, --uncalibrated: /);
    expect(stdout).toMatch(/20 placements, /);
  });

  test("energy needs the power of every node", async () => {
    const { code, stderr } = await edgetwin(["place", "topologies/thesis.yaml", "--objective", "energy"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--objective energy: these nodes have no power in the topology: edge, server");
  });
});

test("calibration is asked for every segment of few stages, on each node that may hold it", () => {
  const plans = saturatedPlans(coveringBench(bench));
  const pods = new Set(
    plans.flatMap((plan) =>
      plan.pods.map(({ node, stages }) => `${node}: ${stages.map(({ name }) => name).join(" ")}`),
    ),
  );
  // The source is at the edge only.
  expect(pods.size).toBe(10 + 6);
  expect(pods).toContain("edge: source conv relu maxpool");
  expect(pods).toContain("server: conv relu maxpool");
});
