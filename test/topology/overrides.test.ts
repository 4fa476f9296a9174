import { describe, expect, test } from "vitest";
import { compileAll } from "../../sim/experiment.ts";
import { type Overrides, withOverrides } from "../../sim/topology/overrides.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import type { TopologyError } from "../../sim/topology/problem.ts";
import { FAKE } from "./catalogue.ts";

const topology = await parseTopology(
  `apiVersion: edgetwin/v1
name: example
hosts: { this: {} }
nodes:
  camera: { letter: C, host: this }
  edge: { letter: E, host: this }
  server: { letter: S, host: this }
links: [{ between: [camera, edge] }, { between: [edge, server] }]
stages:
  - { name: source, kernel: noise }
  - { name: conv, kernel: blur, size: 5 }
  - { name: relu, kernel: relu }
workload: { sizes: [128], frames: 100, warmup: 20, loads: [50%] }
splits: [CEE, CES, SSS]
groupings: [[1, 2]]
`,
  "x.yaml",
  FAKE,
);

const override = (overrides: Overrides) => withOverrides(topology, overrides, FAKE);

test("values of flags replace the file's", async () => {
  const changed = await override({
    splits: "CES, EEE",
    sizes: "64,1280x720",
    frames: "50",
    warmup: 0,
    loads: "saturated,75%",
    window: "2",
    compression: "none, zstd",
    workers: "0, 2",
    repeats: 5,
    seed: "42",
  });
  expect(changed).toEqual({
    ...topology,
    splits: ["CES", "EEE"],
    workload: {
      sizes: [
        { width: 64, height: 64 },
        { width: 1280, height: 720 },
      ],
      frames: 50,
      duration: 0,
      warmup: 0,
      loads: [{ kind: "saturated" }, { kind: "fraction", fraction: 0.75 }],
      window: 2,
      compression: ["none", "zstd"],
      workers: [0, 2],
      repeats: 5,
      seed: 42,
    },
  });
  expect(Object.isFrozen(changed.workload.loads)).toBe(true);
});

test("a rate becomes the only load", async () => {
  expect((await override({ rate: "30/s" })).workload.loads).toEqual([{ kind: "rate", rate: 30 }]);
});

test("groupings are all there is, for every split that they fit", async () => {
  const changed = await override({ groupings: "2+1, 1+1+1" });
  expect(changed).toMatchObject({
    groupings: [],
    onlyGroupings: [
      [2, 1],
      [1, 1, 1],
    ],
  });
  const experiments = compileAll(changed, FAKE).map(({ saturated }) => saturated);
  const made = experiments.map(({ split, pods }) => `${split} ${pods.map(({ stages }) => stages.length).join("+")}`);
  // Of CEE, CES and SSS only the last has its first two stages on one node.
  expect(made).toEqual(["CEE 1+1+1", "CES 1+1+1", "SSS 2+1", "SSS 1+1+1"]);
});

test("the file's groupings, which are of a split on one node, are of nothing where only others are asked for", async () => {
  expect(topology.groupings).not.toEqual([]);
  expect((await override({ splits: "CES" })).groupings).toEqual([]);
  expect((await override({ splits: "CES,SSS" })).groupings).toEqual(topology.groupings);
});

test("nothing given, nothing changed", async () => {
  expect(await override({ frames: undefined })).toBe(topology);
});

describe("refuses, naming the flag,", () => {
  test.each<[Overrides, string]>([
    [{ frames: "many" }, '--frames: "many" is not allowed: an integer >= 1'],
    [{ frames: "0" }, "--frames: 0 is not allowed: an integer >= 1"],
    [{ frames: 10 }, "--frames: a warm-up of 20 frames is not allowed: fewer than frames, 10"],
    [{ warmup: 100 }, "--warmup: a warm-up of 100 frames is not allowed: fewer than frames, 100"],
    [{ frames: 10, warmup: 10 }, "--warmup: a warm-up of 10 frames is not allowed: fewer than frames, 10"],
    [
      { sizes: "128,,64" },
      '--sizes: "" is not allowed: an edge length such as 512 (512 x 512 pixels) or width x height such as 1280x720',
    ],
    [{ sizes: "128,128x128" }, "--sizes: 128x128 is already in the list: each once"],
    [
      { sizes: "4" },
      "--sizes: stage conv does not work at size 4x4: blur of size 5 needs frames of at least 5x5, got 4x4",
    ],
    [{ splits: "SSS,CSX" }, "--splits: CSX has the letter X: letters of nodes: C, E, S"],
    [
      { splits: "SSS,CSS" },
      "--splits: no link between camera and server: split CSS sends frames from camera to server",
    ],
    [{ rate: "50%" }, '--rate: "50%" is not allowed: a rate above 0 such as 30/s or 90/min'],
    [{ rate: "0/s" }, '--rate: "0/s" is not allowed: a rate above 0 such as 30/s or 90/min'],
    [{ rate: "30/s", loads: "50%" }, "--rate: can't be given together with --loads: --loads 50%,30/s"],
    [{ compression: "gzip" }, '--compression: "gzip" is not allowed: none or zstd'],
    [{ compression: "zstd,zstd" }, "--compression: zstd is already in the list: each once"],
    [{ workers: "one" }, '--workers: "one" is not allowed: an integer from 0 to 64'],
    [{ workers: "" }, '--workers: "" is not allowed: an integer from 0 to 64'],
    [{ workers: "0,-1" }, "--workers: -1 is not allowed: an integer from 0 to 64"],
    [{ workers: "1.5" }, "--workers: 1.5 is not allowed: an integer from 0 to 64"],
    [{ workers: "65" }, "--workers: 65 is not allowed: an integer from 0 to 64"],
    [{ workers: "1,01" }, "--workers: 1 is already in the list: each once"],
    [{ groupings: "1+1" }, "--groupings: 1+1 sums to 2: the number of stages, 3"],
    [{ groupings: "x" }, '--groupings: "x" is not allowed: an integer >= 1'],
    [{ groupings: "1+2,1+2", splits: "SSS" }, "--groupings: 1+2 is already in the list: each once"],
    [
      { groupings: "2+1", splits: "CEE" },
      "--groupings: 2+1 has a pod on two nodes in every split: pods whose stages are on one node",
    ],
    [{ seed: "1.5" }, "--seed: 1.5 is not allowed: an integer >= 0"],
    [{ arrivals: "often" }, '--arrivals: "often" is not allowed: constant, poisson, batches of 20, or on 2 s off 1 s'],
    [
      { arrivals: "poisson", loads: "saturated" },
      "--arrivals: has no effect: a load that is a rate or a share: in a saturated run a frame is always due",
    ],
  ])("%j", async (overrides, message) => {
    await expect(override(overrides)).rejects.toMatchObject({ name: "TopologyError", message });
  });

  test("all problems at once", async () => {
    const error = await override({ splits: "CSS", frames: 0, window: "wide" }).catch((error: unknown) => error);
    expect((error as TopologyError).problems.map(({ file, line, path }) => ({ file, line, path }))).toEqual([
      { file: null, line: null, path: "--frames" },
      { file: null, line: null, path: "--window" },
      { file: null, line: null, path: "--splits" },
    ]);
  });
});

describe("overflow", () => {
  const drops = override({ overflow: "drop-oldest", buffer: "4" });

  test("and its buffer are the workload's, and those of every plan", async () => {
    const changed = await drops;
    expect(changed.workload).toMatchObject({ overflow: "drop-oldest", buffer: 4 });
    for (const { saturated } of compileAll(changed, FAKE)) expect(saturated.workload.buffer).toBe(4);
  });

  test("block takes the buffer with it", async () => {
    const { workload } = await withOverrides(await drops, { overflow: "block" }, FAKE);
    expect(workload).not.toHaveProperty("overflow");
    expect(workload).not.toHaveProperty("buffer");
  });

  test.each<[Overrides, string]>([
    [{ overflow: "drop-oldest", loads: "saturated" }, "--overflow: has no effect"],
    [{ buffer: 3 }, "--buffer: has no effect: overflow: drop-oldest beside it"],
    [{ overflow: "drop-newest" }, "block or drop-oldest"],
    [{ overflow: "drop-oldest", buffer: "many" }, "an integer from 0 to 16384"],
  ])("%o is refused", async (overrides, message) => {
    await expect(override(overrides)).rejects.toThrow(message);
  });
});
