import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAxes } from "../../sim/sweep/axes.ts";
import { numbers, spaced } from "../../sim/sweep/values.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import { TopologyError } from "../../sim/topology/problem.ts";
import type { Topology } from "../../sim/topology/topology.ts";
import { loadUnits } from "../../sim/topology/units.ts";
import { EXAMPLE } from "../plan/topology.ts";
import { FAKE, TWO } from "./fixture.ts";

const units = await loadUnits();

function parsed(kind: Parameters<typeof numbers>[0], text: string) {
  const refusals: Parameters<typeof numbers>[3] = [];
  const { values, scale } = numbers(kind, text, units, refusals);
  return { values, scale, refusals };
}

describe("ranges", () => {
  test("have both ends exactly, equal ratios or differences between them, and as many values as asked for", () => {
    const end = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.integer({ min: 2, max: 40 }), fc.constantFrom("lin", "log"), (a, b, count, scale) => {
        fc.pre(Math.abs(a - b) > 1e-3 * Math.max(a, b));
        const values = spaced(a, b, scale, count, false);
        expect(values).toHaveLength(count);
        expect([values[0], values.at(-1)]).toEqual([a, b]);
        for (let i = 2; i < count; i++) {
          const [x, y, z] = [values[i - 2]!, values[i - 1]!, values[i]!];
          if (scale === "log") expect(z / y).toBeCloseTo(y / x, 6);
          else expect(Math.abs(z - y - (y - x))).toBeLessThan(1e-9 * Math.max(a, b));
        }
      }),
    );
  });

  test("of counts are whole, ascending and each once", () => {
    expect(parsed("window", "1..8:log:10").values).toEqual([1, 2, 3, 4, 5, 6, 8]);
    expect(parsed("cores", "4..1:lin:4").values).toEqual([4, 3, 2, 1]);
  });

  test("take their unit from the last end, or have one each", () => {
    expect(parsed("bandwidth", "10..1000Mbit/s:log:3").values).toEqual([1.25e6, 1.25e7, 1.25e8]);
    expect(parsed("bandwidth", "10 Mbit/s..1 Gbit/s:log:3").values).toEqual([1.25e6, 1.25e7, 1.25e8]);
    expect(parsed("delay", "0..10ms:lin:3").values).toEqual([0, 5e-3, 10e-3]);
    expect(parsed("rate", "10..30:lin:3").values).toEqual([10, 20, 30]);
  });

  test.each([
    ["bandwidth", "10..10Mbit/s:log:5"],
    ["bandwidth", "10..100Mbit/s"],
    ["bandwidth", "10..100Mbit/s:log:1"],
    ["bandwidth", "10..100Mbit/s:exp:5"],
    ["bandwidth", "10..100:log:5"],
    ["delay", "0..10ms:log:5"],
    ["cores", "0..4:lin:5"],
    ["speed", "-1..1:lin:5"],
  ] as const)("%s=%s is refused", (kind, text) => {
    expect(parsed(kind, text).refusals).not.toEqual([]);
  });
});

test("lists keep their order; a wide one is logarithmic between its values", () => {
  expect(parsed("speed", "1, 0.5,0.25")).toMatchObject({ values: [1, 0.5, 0.25], scale: "lin" });
  expect(parsed("delay", "1,2,50 ms")).toMatchObject({ values: [1e-3, 2e-3, 50e-3], scale: "log" });
});

describe("parseAxes", async () => {
  test("adds the topology's own sizes and loads, where there are several and they are not swept", async () => {
    const axes = await parseAxes(EXAMPLE, ["links.edge-server.bandwidth=1,2Mbit/s"], FAKE);
    expect(axes.map(({ key, values }) => [key, values.length])).toEqual([
      ["links.server-edge.bandwidth", 2],
      ["size", 2],
      ["load", 3],
    ]);
    const swept = await parseAxes(EXAMPLE, ["size=64..128:lin:3", "rate=10,20"], FAKE);
    expect(swept.map(({ key }) => key)).toEqual(["size", "rate"]);
    expect(swept[0]!.values).toEqual([64, 96, 128].map((edge) => ({ height: edge, width: edge })));
  });

  test("lists every problem of every --set at once", async () => {
    const sets = [
      "link.bandwith=1Mbit/s",
      "window=0,x",
      "nodes.edge.speed=0",
      "sizes",
      "load=fast",
      "rate=5",
      "compression=gzip",
      "link.delay=1ms",
      "links.edge-server.delay=2ms",
      "workers=1,1",
    ];
    const error = await parseAxes(TWO, sets, FAKE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TopologyError);
    expect((error as TopologyError).message.split("\n")).toEqual([
      expect.stringMatching(
        /^--set link\.bandwith: "link\.bandwith" is not a parameter: did you mean "link\.bandwidth"\?/,
      ),
      '--set window: "0" is not allowed: an integer from 1 to 1000000',
      '--set window: "x" is not allowed: an integer from 1 to 1000000',
      '--set nodes.edge.speed: "0" is not allowed: a number above 0',
      '--set sizes: "sizes" is not allowed: PARAMETER=VALUES, such as size=128,256',
      expect.stringMatching(/^--set load: "fast" is not allowed: saturated, a share/),
      "--set rate: can't be given together with load: one of them",
      '--set compression: "gzip" is not allowed: none or zstd',
      "--set links.edge-server.delay: can't be given together with link.delay: one of them",
      "--set workers: 1 is already in the list: each once",
    ]);
  });

  const THREE = await parseTopology(
    `apiVersion: edgetwin/v1
name: three
hosts: { this: { cores: 4 } }
nodes: { edge: { letter: E, host: this } }
stages:
  - { name: source, kernel: noise }
  - { name: pool, kernel: pool }
  - { name: blur, kernel: blur, size: 3 }
workload: { sizes: [100, 200], loads: [50%], frames: 60 }
disturbances:
  - { node: edge, speed: 50%, from: 1 s, until: 2 s }
  - { burst: 5, at: 3 s }
`,
    "three.yaml",
    FAKE,
  );
  const values = async (set: string, topology = THREE) => (await parseAxes(topology, [set], FAKE))[0]!.values;

  test("takes any parameter of a stage, checked by its kernel", async () => {
    expect(await values("stages.blur.size=1,3,9")).toEqual([1, 3, 9]);
    expect(await values("stages.pool.size=1..10:log:4")).toEqual([1, 2, 5, 10]);
    // Left out in the file.
    expect(await values("stages.blur.channels=1..3:lin:3")).toEqual([1, 2, 3]);
    expect(await values("stages.source.element=uint8,float32")).toEqual(["uint8", "float32"]);
    expect(await values("stages.blur.implementation=reference,simd")).toEqual(["reference", "simd"]);
  });

  test("takes limits of nodes, how frames come and what is done with them, and what happens", async () => {
    expect(await values("nodes.edge.cpus=0.25..1:lin:4")).toEqual([0.25, 0.5, 0.75, 1]);
    expect(await values("nodes.edge.quota=0.5,2")).toEqual([0.5, 2]);
    expect(await values("frames=100,1000")).toEqual([100, 1000]);
    expect(await values("arrivals=constant,poisson,batches of 4,on 2 s off 1 s")).toEqual([
      { kind: "constant" },
      { kind: "poisson" },
      { kind: "batches", size: 4 },
      { kind: "on-off", on: 2, off: 1 },
    ]);
    expect(await values("overflow=block,drop-oldest")).toEqual(["block", "drop-oldest"]);
    expect(await values("disturbances.0.until=1500ms,4 s")).toEqual([1.5, 4]);
    expect(await values("disturbances.0.speed=10..50%:lin:2")).toEqual([0.1, 0.5]);
    expect(await values("disturbances.1.burst=5,50")).toEqual([5, 50]);
  });

  test.each([
    [
      ["stages.blur.siz=3"],
      /"stages\.blur\.siz" is not a parameter: did you mean "stages\.blur\.size"\? \(one of size,/,
    ],
    [
      ["stages.blur.size=4,x"],
      /^--set stages\.blur\.size: 4 is not allowed: an odd number\n--set stages\.blur\.size: "x" is/,
    ],
    [["stages.blur.implementation=fast"], /"fast" is not allowed: reference, simd or relaxed$/],
    [["stages.pool.size=2..x:lin:3"], /numbers at both ends of a range$/],
    [
      ["stages.pool.size=2,150"],
      /^--set stages\.pool\.size: stage pool does not work at size 100x100: pool of size 150/,
    ],
    [
      ["stages.pool.size=40", "stages.blur.size=1,3"],
      /^--set stages\.blur\.size: stage blur does not work at size 100x100: blur of size 3/,
    ],
    [
      ["nodes.edge.cpus=0", "nodes.edge.quota=5000"],
      /^--set nodes\.edge\.cpus: "0".*\n--set nodes\.edge\.quota: can't be given together with nodes\.edge\.cpus/,
    ],
    [
      ["arrivals=often"],
      /^--set arrivals: "often" is not allowed: constant, poisson, batches of 20, or on 2 s off 1 s$/,
    ],
    [["overflow=drop"], /block or drop-oldest$/],
    [["buffer=1,2"], /^--set buffer: has no effect: overflow: drop-oldest beside it/],
    [
      ["buffer=1,2", "overflow=block,drop-oldest"],
      /^--set buffer: has no effect where overflow is block: overflow=drop-oldest alone$/,
    ],
    [
      ["load=saturated", "arrivals=poisson"],
      /^--set load: a burst has no effect.*\n--set arrivals: has no effect: a load that is a rate or a share[^\n]*$/,
    ],
    [["warmup=10,60"], /^--set warmup: a warm-up of 60 frames is not allowed: fewer than frames, 60$/],
    [["warmup=10,60", "frames=20,200"], /^--set warmup: a warm-up of 60 frames is not allowed: fewer than frames, 20$/],
    [["disturbances.0.until=0.5s,3s"], /^--set disturbances\.0\.until: 0\.5 s is not after from, 1 s: a later time$/],
    [
      ["disturbances.0.from=1s,6s", "disturbances.0.until=5s,12s"],
      /^--set disturbances\.0\.from, disturbances\.0\.until: 5 s is not after from, 6 s: a later time$/,
    ],
    [["stages.pool.size=0..9:log:4"], /"0" is not allowed: above 0 where steps are of equal ratios$/],
    [["disturbances.0.at=1s"], /"disturbances\.0\.at" is not a parameter/],
    [["disturbances.0.speed=0%"], /the share that is left, above 0% and at most 100%$/],
  ])("%j is refused", async (sets, message) => {
    const error = await parseAxes(THREE, sets, FAKE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TopologyError);
    expect((error as Error).message).toMatch(message);
  });

  test("a buffer goes with a source that drops, said by another axis too", async () => {
    expect(await parseAxes(THREE, ["buffer=1,2", "overflow=drop-oldest"], FAKE)).toHaveLength(3);
    expect(await parseAxes(TWO, ["arrivals=poisson,constant", "rate=5"], FAKE)).toHaveLength(2);
  });

  test("what happens may begin and end later, both", async () => {
    const sets = ["disturbances.0.from=3s,4s", "disturbances.0.until=5s,6s"];
    const axes = await parseAxes(THREE, sets, FAKE);
    expect(axes.filter(({ key }) => key.startsWith("disturbances")).map((axis) => axis.values)).toEqual([
      [3, 4],
      [5, 6],
    ]);
  });

  test("a node may have less than what a disturbance leaves of it: that leaves all", async () => {
    const [slow] = THREE.disturbances!;
    const fixed = { ...THREE, disturbances: [{ ...slow, speed: { amount: 0.5 } }] } as Topology;
    expect(await values("nodes.edge.speed=0.2,1", fixed)).toEqual([0.2, 1]);
  });

  test("says which size a kernel can't take", async () => {
    const error = await parseAxes(EXAMPLE, ["size=64,1"], FAKE).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(/^--set size: /);
  });
});
