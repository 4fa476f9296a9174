import { describe, expect, test } from "vitest";
import { disturbanceText } from "../../sim/disturbance.ts";
import { withOverrides } from "../../sim/topology/overrides.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import type { TopologyError } from "../../sim/topology/problem.ts";
import { FAKE } from "./catalogue.ts";

const TEXT = `apiVersion: edgetwin/v1
name: example
hosts: { this: {} }
nodes:
  edge: { letter: E, host: this, speed: 0.4 }
  edge-2: { letter: F, host: this }
  server: { letter: S, host: this }
links:
  - { between: [edge, edge-2], bandwidth: 100 Mbit/s }
  - { between: [edge-2, server], bandwidth: 100 Mbit/s }
stages:
  - { name: source, kernel: noise }
  - { name: conv, kernel: blur, size: 3 }
workload: { sizes: [128], frames: 100, loads: [50%] }
splits: [EF, FS]
`;
const topology = await parseTopology(TEXT, "x.yaml", FAKE);
const inFile = async (lines: string) =>
  (await parseTopology(`${TEXT}disturbances:\n${lines}`, "x.yaml", FAKE)).disturbances;
const asked = async (...whatIf: string[]) => (await withOverrides(topology, { whatIf }, FAKE)).disturbances;

describe("on one line as in the file", () => {
  test.each([
    ["link edge-edge-2 10 Mbit/s 2 s..5 s", "{ link: [edge, edge-2], bandwidth: 10 Mbit/s, from: 2 s, until: 5 s }"],
    ["link server-edge-2 0% 500 ms..1.5 s", "{ link: [server, edge-2], bandwidth: 0%, from: 500 ms, until: 1.5 s }"],
    [
      "link edge-2-server 1.25MB/s 2s .. 1min",
      "{ link: [edge-2, server], bandwidth: 1.25 MB/s, from: 2 s, until: 1 min }",
    ],
    ["node edge 0.2 2 s..4 s", "{ node: edge, speed: 0.2, from: 2 s, until: 4 s }"],
    ["node edge-2  50%  2 s..4 s", "{ node: edge-2, speed: 50%, from: 2 s, until: 4 s }"],
    ["pod conv restart 1.5 s at 3 s", "{ pod: conv, restart: 1.5 s, at: 3 s }"],
    ["node edge restart 1.5 s at 3 s", "{ node: edge, restart: 1.5 s, at: 3 s }"],
    ["burst 20 at 1 s", "{ burst: 20, at: 1 s }"],
  ])("%s", async (text, line) => {
    const [disturbance, ...others] = (await asked(text))!;
    expect(others).toEqual([]);
    expect(await inFile(`  - ${line}\n`)).toEqual([disturbance]);
    // What is printed can be asked for.
    expect(await asked(disturbanceText(disturbance!))).toEqual([disturbance]);
  });
});

test("units are seconds and bytes per second", async () => {
  expect(await asked("link edge-edge-2 10 Mbit/s 500 ms..5 s", "node edge 50% 2 s..4 s", "burst 3 at 1 min")).toEqual([
    { link: ["edge", "edge-2"], bandwidth: { amount: 1_250_000 }, from: 0.5, until: 5 },
    { node: "edge", speed: { share: 0.5 }, from: 2, until: 4 },
    { burst: 3, at: 60 },
  ]);
});

test("they come after the file's own", async () => {
  const own = await parseTopology(`${TEXT}disturbances: [{ burst: 2, at: 1 s }]\n`, "x.yaml", FAKE);
  const { disturbances } = await withOverrides(own, { whatIf: ["burst 3 at 2 s"] }, FAKE);
  expect(disturbances).toEqual([
    { burst: 2, at: 1 },
    { burst: 3, at: 2 },
  ]);
});

test("a file without has none, and no key for them", () => {
  expect(Object.hasOwn(topology, "disturbances")).toBe(false);
  expect(Object.hasOwn(topology.workload, "arrivals")).toBe(false);
});

test.each([
  ["constant", undefined],
  ["poisson", { kind: "poisson" }],
  ["batches of 20", { kind: "batches", size: 20 }],
  ["on 500 ms off 2 s", { kind: "on-off", on: 0.5, off: 2 }],
])("arrivals: %s", async (text, arrivals) => {
  const poisson = await parseTopology(TEXT.replace("[50%]", "[50%], arrivals: poisson"), "x.yaml", FAKE);
  for (const before of [topology, poisson])
    expect((await withOverrides(before, { arrivals: text }, FAKE)).workload.arrivals).toEqual(arrivals);
  const file = await parseTopology(TEXT.replace("[50%]", `[50%], arrivals: ${text}`), "x.yaml", FAKE);
  expect(file.workload.arrivals).toEqual(arrivals);
});

describe("refuses, naming the flag,", () => {
  const forms =
    'such as "link edge-server 10 Mbit/s 2 s..5 s", "node edge 50% 2 s..4 s", "pod conv restart 1.5 s at 3 s" or "burst 20 at 1 s"';

  test.each([
    ["link edge 2", `"link edge 2" is not allowed: ${forms}`],
    ["burst 20", `"burst 20" is not allowed: ${forms}`],
    ["", `"" is not allowed: ${forms}`],
    [
      "link edge-server 10% 2 s..5 s",
      "no link between edge and server: links that there are: edge-edge-2, edge-2-server",
    ],
    ["link server 10% 2 s..5 s", '["server"] is not allowed: two names of nodes: [edge, server]'],
    [
      "link edge-edge-2 10 Mbit 2 s..5 s",
      '"10 Mbit" is not allowed: what is left: a bandwidth such as 10 Mbit/s, or a share such as 10%; 0% is none',
    ],
    ["node edge 50% 4 s..2 s", "2 s is not after from, 4 s: a later time"],
    ["pod blur restart 1 s at 3 s", '"blur" is not a stage: one of source, conv'],
    ["burst 0 at 3 s", "0 is not allowed: an integer from 1 to 1000000"],
  ])("%s", async (text, message) => {
    await expect(asked(text)).rejects.toMatchObject({ name: "TopologyError", message: `--what-if: ${message}` });
  });

  test("all problems at once", async () => {
    const error = await asked("node egde 2 5 s..2 s", "burst", "pod conv restart 0 s at 1 s").catch((error) => error);
    expect((error as TopologyError).problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
      "--what-if 2 is not allowed",
      '--what-if "burst" is not allowed',
      '--what-if "0 s" is not allowed',
      '--what-if "egde" is not a node',
      "--what-if 2 s is not after from, 5 s",
    ]);
  });
});
