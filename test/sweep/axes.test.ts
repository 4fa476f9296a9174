import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAxes } from "../../sim/sweep/axes.ts";
import { numbers, spaced } from "../../sim/sweep/values.ts";
import { TopologyError } from "../../sim/topology/problem.ts";
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

describe("parseAxes", () => {
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

  test("says which size a kernel can't take", async () => {
    const error = await parseAxes(EXAMPLE, ["size=64,1"], FAKE).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(/^--set size: /);
  });
});
