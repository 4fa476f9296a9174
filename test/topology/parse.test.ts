import { describe, expect, test } from "vitest";
import { parseTopology } from "../../sim/topology/parse.ts";
import { TopologyError } from "../../sim/topology/problem.ts";
import { FAKE } from "./catalogue.ts";

const TEXT = `apiVersion: edgetwin/v1
name: example
hosts: { this: {} }
nodes:
  edge: { letter: E, host: this, speed: 0.4 }
  server: { letter: S, host: this, cpus: 0.5 }
links:
  - { between: [server, edge], bandwidth: 100 Mbit/s, delay: 2 ms }
stages:
  - { name: source, kernel: noise, nodes: [edge] }
  - { name: conv, kernel: blur, size: 3 }
workload:
  sizes: [128, 1280x720]
  frames: 125
  loads: [saturated, 12.5%, 90/min]
`;

async function problemsOf(text: string) {
  const error = await parseTopology(text, "x.yaml", FAKE).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TopologyError);
  return (error as TopologyError).problems;
}

test("what placement asks of nodes and stages becomes watts, money per hour and bytes", async () => {
  const priced = TEXT.replace(
    "speed: 0.4 }",
    "speed: 0.4, power: { idle: 900 mW, busy: 15 W }, price: 0.02/h, memory: 2 GiB }",
  );
  const { nodes, stages } = await parseTopology(
    priced.replace("size: 3 }", "size: 3, memory: 300 kB }"),
    "x.yaml",
    FAKE,
  );
  expect(nodes[0]).toMatchObject({ power: { idle: 0.9, busy: 15 }, price: 0.02, memory: 2 ** 31 });
  expect(nodes[1]).not.toHaveProperty("power");
  expect(stages[1]).toMatchObject({ memory: 300_000, params: { size: 3 } });
});

test("units become seconds and bytes per second, defaults are filled in", async () => {
  const topology = await parseTopology(TEXT, "x.yaml", FAKE);
  expect(topology).toEqual({
    apiVersion: "edgetwin/v1",
    name: "example",
    description: "",
    hosts: [{ name: "this", cores: null }],
    nodes: [
      { name: "edge", letter: "E", host: "this", speed: 0.4, arch: null },
      { name: "server", letter: "S", host: "this", speed: 1, arch: null, cpus: 0.5 },
    ],
    links: [{ between: ["server", "edge"], bandwidth: 12_500_000, delay: 0.002 }],
    stages: [
      {
        name: "source",
        kernel: "noise",
        params: { channels: 1, element: "uint8" },
        implementation: "simd",
        nodes: ["edge"],
      },
      { name: "conv", kernel: "blur", params: { size: 3 }, implementation: "simd", nodes: null },
    ],
    workload: {
      sizes: [
        { width: 128, height: 128 },
        { width: 1280, height: 720 },
      ],
      frames: 125,
      duration: 0,
      warmup: 12,
      loads: [{ kind: "saturated" }, { kind: "fraction", fraction: 0.125 }, { kind: "rate", rate: 1.5 }],
      window: 8,
      compression: ["none"],
      workers: [0],
      repeats: 1,
      seed: 1,
    },
    splits: null,
    groupings: [],
  });
});

test("a node without a limit has no key for one, nor had it before there were limits: what was kept then still fits", async () => {
  const { nodes } = await parseTopology(TEXT, "x.yaml", FAKE);
  expect(JSON.stringify(nodes[0])).toBe('{"name":"edge","letter":"E","host":"this","speed":0.4,"arch":null}');
});

test("the topology is frozen deeply", async () => {
  const topology = await parseTopology(TEXT, "x.yaml", FAKE);
  expect(Object.isFrozen(topology.stages[1]!.params)).toBe(true);
  expect(Object.isFrozen(topology.workload.sizes[0])).toBe(true);
});

test("a problem is data: place, path, value and what is allowed", async () => {
  expect(await problemsOf(TEXT.replace("size: 3", "size: 4"))).toEqual([
    {
      file: "x.yaml",
      line: 11,
      column: 39,
      path: "stages[1].size",
      value: 4,
      message: "4 is not allowed",
      allowed: "an odd number",
    },
  ]);
});

test("problems come in the order of their lines", async () => {
  const text = TEXT.replace("128,", "0,").replace("size: 3", "size: 4").replace("letter: E", "letter: e");
  expect((await problemsOf(text)).map(({ line }) => line)).toEqual([5, 11, 13]);
});

// Not files: formatters refuse to read them.
describe("text that is no YAML", () => {
  test.each([
    ["a list that is not closed", TEXT.replace("90/min]", "90/min"), 16, /^not valid YAML: .* end with a \]$/],
    ["a tab", TEXT.replace("  edge:", "\tedge:"), 5, /^not valid YAML: Tabs are not allowed as indentation$/],
    [
      "a tag that nobody knows",
      TEXT.replace("frames: 125", "frames: !big 125"),
      14,
      /^not valid YAML: Unresolved tag: !big$/,
    ],
  ])("%s", async (_, text, line, message) => {
    const problems = await problemsOf(text);
    expect(problems[0]).toMatchObject({ file: "x.yaml", line, message: expect.stringMatching(message), path: "" });
  });

  test("aliases that expand to a million values", async () => {
    const bomb = ["&a0 [1, 1, 1, 1, 1, 1, 1, 1]"];
    for (let i = 1; i < 7; i++)
      bomb.push(
        `&a${i} [${Array(8)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    const problems = await problemsOf(`bomb:\n${bomb.map((line) => `  - ${line}\n`).join("")}${TEXT}`);
    expect(problems[0]!.message).toBe("not valid YAML: Excessive alias count indicates a resource exhaustion attack");
  });
});
