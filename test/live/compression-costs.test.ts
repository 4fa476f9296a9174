import { describe, expect, test } from "vitest";
import { catalogue } from "../../kernels/catalogue.ts";
import { compressionCosts, messageBytes } from "../../live/measure/compression-costs.ts";
import { subjectOf } from "../../live/measure/subject.ts";
import type { CostKind } from "../../sim/calibration/reading.ts";
import { compileAll } from "../../sim/experiment.ts";
import { computeKey, contentKey } from "../../sim/plan.ts";
import { withOverrides } from "../../sim/topology/overrides.ts";
import { parseTopology } from "../../sim/topology/parse.ts";
import { emptyPodTrace, type Trace } from "../../sim/trace.ts";

const TEXT = `apiVersion: edgetwin/v1
name: example
hosts: { one: {}, two: {} }
nodes:
  edge: { letter: E, host: one }
  gateway: { letter: G, host: one }
  server: { letter: S, host: two }
links: [{ between: [edge, gateway] }, { between: [gateway, server], bandwidth: 20 Mbit/s }]
stages:
  - { name: source, kernel: images, folder: images }
  - { name: conv, kernel: conv2d }
  - { name: relu, kernel: relu }
workload: { sizes: [64, 32], frames: 10, compression: [none, zstd] }
splits: [EGS, GGS, SSS]
`;
const topology = await parseTopology(TEXT, "example.yaml", catalogue);
const subject = async (compression: string, folder = "topologies") => {
  const changed = await withOverrides(topology, { compression }, catalogue);
  const plans = compileAll(changed, catalogue).map(({ saturated }) => saturated);
  return { plans, ...subjectOf(changed, plans, folder) };
};

describe("what calibration measures", () => {
  test("without compression: no more than before", async () => {
    const { contents, links } = await subject("none");
    expect(contents).toEqual([]);
    expect(links.map(({ compressed }) => compressed)).toEqual([[], []]);
  });

  test("with it: what crosses a link, once for every host at its ends", async () => {
    const { contents, links, plans } = await subject("none,zstd");
    expect(contents).toEqual([
      { stages: [0], machines: [["edge", "gateway"]] },
      { stages: [0, 1], machines: [["gateway"], ["server"]] },
    ]);
    const zstd = plans.filter(({ id, split }) => split === "EGS" && id.endsWith("-zstd"));
    expect(links.map(({ compressed }) => compressed)).toEqual(
      [0, 1].map((hop) => zstd.map((plan) => contentKey(plan, hop))),
    );
    expect(links.map(({ bytes }) => bytes)).toEqual([
      [32 * 32, 64 * 64],
      [4 * 32 * 32, 4 * 64 * 64],
    ]);
  });

  test("where nothing goes as it is, links are not measured with that", async () => {
    const { links } = await subject("zstd");
    expect(links.map(({ bytes, compressed }) => [bytes.length, compressed.length])).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  test("other pictures are another subject, if they are compressed", async () => {
    const digests = async (compression: string) =>
      Promise.all(["topologies", "no-such-folder"].map(async (folder) => (await subject(compression, folder)).digest));
    const [plain, plainElsewhere] = await digests("none");
    expect(plainElsewhere).toBe(plain);
    const [zstd, zstdElsewhere] = await digests("zstd");
    expect(zstdElsewhere).not.toBe(zstd);
  });

  const digestOf = async (text: string, limited?: boolean) => {
    const parsed = await parseTopology(text, "example.yaml", catalogue);
    const plans = compileAll(parsed, catalogue).map(({ saturated }) => saturated);
    return subjectOf(parsed, plans, "topologies", limited).digest;
  };

  test.each<[string, string, boolean]>([
    ["letter: E", "letter: E, price: 0.02/h, power: { idle: 5 W, busy: 15 W }, memory: 2 GiB", true],
    ["hosts: { one: {}", "hosts: { one: { cores: 2 }", true],
    ["kernel: conv2d", "kernel: conv2d, nodes: [edge, gateway, server]", true],
    ["frames: 10", "frames: 20", true],
    ["kernel: conv2d", "kernel: conv2d, size: 7", false],
    ["20 Mbit/s", "10 Mbit/s", false],
    ["letter: E", "letter: E, speed: 0.5", false],
    ["sizes: [64, 32]", "sizes: [64]", false],
  ])("%s -> %s: the same subject: %s", async (from, to, same) => {
    expect(TEXT).toContain(from);
    expect((await digestOf(TEXT.replace(from, to))) === (await digestOf(TEXT))).toBe(same);
  });

  test("a limit of cores makes it another subject where pods are held to it", async () => {
    const limited = TEXT.replace("letter: E", "letter: E, cpus: 0.5");
    expect(await digestOf(limited)).toBe(await digestOf(TEXT));
    expect(await digestOf(limited, true)).not.toBe(await digestOf(TEXT, true));
  });
});

describe("costs of compression from traces", async () => {
  const { plans } = await subject("none,zstd");
  const stages = plans[0]!.pods.flatMap((pod) => pod.stages).slice(0, 2);
  const FRAMES = 20;
  const WARMUP = 4;
  /** Frame n: compressed in n ms and decompressed in n / 10 ms; any other message takes 1 ms to send and 2 ms to receive. */
  const trace = (): Trace => {
    const pods = [emptyPodTrace("sender", "edge", FRAMES), emptyPodTrace("receiver", "edge", FRAMES)];
    const [sender, receiver] = pods;
    for (let n = 0; n < FRAMES; n++) {
      sender!.sentBytes[n] = 100 + (n % 12);
      sender!.compressCpu[n] = n * 1e-3;
      sender!.sendCpu[n] = 1e-3 + Math.max(0, n - 1) * 1e-3;
      sender!.end[n] = n;
      sender!.sent[n] = n + 0.5e-3 + n * 1e-3;
      receiver!.decompressCpu[n] = n * 1e-4;
      receiver!.receiveCpu[n] = 2e-3 + n * 1e-4;
    }
    const scheduled = Float64Array.from({ length: FRAMES }, (_, n) => n);
    return { plan: "calibration", origin: "live", repeat: 0, frames: FRAMES, warmup: WARMUP, scheduled, pods };
  };
  const traces = { busy: trace(), idle: trace(), cold: trace() };
  const key = computeKey(stages);
  const { costs, payloads } = compressionCosts(key, { nodes: ["edge"], machine: ["edge", "gateway"] }, traces);
  const all = <T>(value: T) => Array(FRAMES - WARMUP).fill(value);
  const of = (kind: CostKind) => costs.filter(({ name }) => name.kind === kind);

  test("CPU times of frames after warm-up, payloads of the first ones in their order", () => {
    const expected = Array.from({ length: FRAMES - WARMUP }, (_, i) => i + WARMUP);
    expect(payloads).toEqual({ key, bytes: Array.from({ length: 12 }, (_, n) => 100 + n) });
    for (const [kind, seconds] of [
      ["compress", 1e-3],
      ["decompress", 1e-4],
    ] as const) {
      expect(of(kind).map(({ name }) => name)).toEqual(
        ["busy", "idle", "cold"].map((thread) => ({ kind, of: key, nodes: ["edge"], thread, at: 0 })),
      );
      for (const { samples } of of(kind)) expect(samples).toEqual(expected.map((n) => n * seconds));
    }
  });

  test("messages and handovers of that size, without it", () => {
    expect(messageBytes(payloads!.bytes)).toBe(106);
    const names = (kind: CostKind) => of(kind).map(({ name }) => [name.thread, name.at, name.of]);
    for (const { name } of of("send")) expect(name.nodes).toEqual(["edge", "gateway"]);
    const waited = ["idle", "cold"].map((thread) => [thread, 106, ""]);
    expect(names("send")).toEqual([["busy", 106, ""], ...waited]);
    expect(names("receive")).toEqual(waited);
    expect(names("handover")).toEqual(waited);
    for (const { samples } of of("send")) expect(samples).toEqual(all(expect.closeTo(1e-3, 9)));
    for (const { samples } of of("receive")) expect(samples).toEqual(all(expect.closeTo(2e-3, 9)));
    for (const { samples } of of("handover")) expect(samples).toEqual(all(expect.closeTo(0.5e-3, 9)));
  });
});
