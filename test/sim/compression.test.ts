import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costsOf, emulatedPace } from "../../sim/model/costs.ts";
import { ProfileError } from "../../sim/model/profile-error.ts";
import { predict } from "../../sim/predict.ts";
import { summarise } from "../../sim/summarise.ts";
import { apart, type LineSpec, line, makespan, run } from "./fixtures.ts";

const FRAMES = 60;

/** Edge and server with a link of 2000 bytes/s, frames of 1000 bytes, windows that never limit. */
const across = (more: Partial<LineSpec> = {}): LineSpec => ({
  ...apart({ bandwidth: 2000, delay: 0.25 }),
  pods: [{ cpu: 0.1 }, { cpu: 0.1, node: "server" }],
  bytes: 1000,
  windows: 16,
  frames: FRAMES,
  warmup: 20,
  ...more,
});
const throughput = (spec: LineSpec) => summarise(run(spec).trace).throughput;

describe("a link carries what compression leaves", () => {
  test("half of the bytes, twice the frames", () => {
    expect(throughput(across())).toBeCloseTo(2, 6);
    expect(throughput(across({ zstd: { bytes: 500 } }))).toBeCloseTo(4, 6);
  });

  test("a frame alone: computed, compressed, bytes / bandwidth + delay, decompressed, computed", () => {
    const zstd = { bytes: 500, compress: 0.3, decompress: 0.2 };
    const { trace } = run(across({ zstd, rate: 0.2 }));
    const [source, sink] = trace.pods;
    for (let n = 0; n < FRAMES; n++) {
      expect(source!.sent[n]! - source!.end[n]!).toBeCloseTo(0.3, 9);
      expect(sink!.arrived[n]! - source!.sent[n]!).toBeCloseTo(500 / 2000 + 0.25, 9);
      expect(sink!.decoded[n]! - sink!.arrived[n]!).toBeCloseTo(0.2, 9);
      expect(sink!.end[n]! - trace.scheduled[n]!).toBeCloseTo(0.1 + 0.3 + 0.5 + 0.2 + 0.1, 9);
    }
  });

  test("frames have the payloads that their contents have, in their order", () => {
    const { trace } = run(across({ zstd: { bytes: [200, 800, 400] }, rate: 0.2 }));
    const [source, sink] = trace.pods;
    expect([...source!.sentBytes.subarray(0, 5)]).toEqual([200, 800, 400, 200, 800]);
    for (let n = 0; n < FRAMES; n++) {
      expect(sink!.arrived[n]! - source!.sent[n]!).toBeCloseTo([0.1, 0.4, 0.2][n % 3]! + 0.25, 9);
    }
    expect(throughput(across({ zstd: { bytes: [200, 800, 400] }, frames: 61, warmup: 0 }))).toBeCloseTo(30 / 7, 0);
  });

  test("the relay of an emulated link handles fewer bytes, too", () => {
    const used = (more: Partial<LineSpec>) => {
      const { resources } = run(across({ ...apart({ cpuPerByte: 0.001 }), ...more }));
      const share = (name: string) => resources.find((one) => one.name === name)!.value;
      return share("small") / share("big");
    };
    // Of one core's second a frame: 0.1 of compute at either end, and 1 or a quarter of it for the relay.
    expect(used({})).toBeCloseTo(11, 1);
    expect(used({ zstd: { bytes: 250 } })).toBeCloseTo(3.5, 1);
  });
});

describe("its CPU time is the pods'", () => {
  test.each([
    ["the sender's", [{ cpu: 1 }, { cpu: 0.1, node: "server" }], { bytes: 10, compress: 0.5 }],
    ["the receiver's", [{ cpu: 0.1 }, { cpu: 1, node: "server" }], { bytes: 10, decompress: 0.5 }],
  ])("%s adds to the cycle", (_, pods, zstd) => {
    // What is read and decompressed ahead of its turn is paid for by then all the same.
    expect(makespan(run(across({ pods, zstd }))) / (FRAMES * 1.5)).toBeCloseTo(1, 1);
  });

  test("it is in the trace, as part of sending and of receiving; NaN where nothing is compressed", () => {
    const zstd = { bytes: 500, compress: 0.3, decompress: 0.2 };
    const pods = [{ cpu: 0.1 }, { cpu: 0.1 }, { cpu: 0.1, node: "server" }];
    const [source, middle, sink] = run(across({ pods, zstd, send: 0.01, receive: 0.02, rate: 0.2 })).trace.pods;
    expect([source!.compressCpu[5], source!.decompressCpu[5], source!.sentBytes[5]]).toEqual([NaN, NaN, 1000]);
    expect([middle!.compressCpu[5], middle!.decompressCpu[5], middle!.sentBytes[5]]).toEqual([0.3, NaN, 500]);
    expect([sink!.compressCpu[5], sink!.decompressCpu[5], sink!.sentBytes[5]]).toEqual([NaN, 0.2, NaN]);
    expect(middle!.sendCpu[5]).toBeCloseTo(0.31, 9);
    expect(sink!.receiveCpu[5]).toBeCloseTo(0.22, 9);
  });

  test("an emulated node takes 1/speed the time for it, before the frame leaves and before it is computed", () => {
    const zstd = { bytes: 500, compress: 0.3, decompress: 0.2 };
    const nodes = [
      { name: "edge", host: "small", speed: 0.5 },
      { name: "server", host: "big", speed: 0.25 },
    ];
    const spec = across({ nodes, zstd, rate: 0.1 });
    const [source, sink] = run(spec).trace.pods;
    for (let n = 0; n < FRAMES; n++) {
      expect(source!.sent[n]! - source!.end[n]!).toBeCloseTo(0.3 / 0.5, 9);
      expect(sink!.start[n]! - sink!.arrived[n]!).toBeCloseTo(0.2 / 0.25, 9);
    }
    const { plan, profile } = line(spec);
    expect(emulatedPace(plan, 0, profile)).toEqual({ receive: 0, compute: 0.2, compress: 0.6, send: 0 });
    expect(emulatedPace(plan, 1, profile)).toEqual({ receive: 0.8, compute: 0.4, compress: 0, send: 0 });
  });

  test("what was not measured is an error that names it", () => {
    const { plan, profile } = line(across({ zstd: { bytes: 500 } }));
    const without = profile.compressions.filter(({ node }) => node !== "server");
    const costs = () => costsOf(plan, { ...profile, compressions: without }, null);
    expect(costs).toThrow(ProfileError);
    expect(costs).toThrow(/fixture: zstd of what stage-0-0 give .* was not measured on node server/);
  });
});

describe("it pays where the slowest step becomes faster by it", () => {
  const seconds = fc.double({ min: 0.05, max: 1, noNaN: true });
  const cases = fc.record({
    cpus: fc.tuple(seconds, seconds),
    compress: seconds,
    decompress: seconds,
    bandwidth: fc.double({ min: 500, max: 20_000, noNaN: true }),
    left: fc.integer({ min: 50, max: 1000 }),
  });

  test("throughput is that of the slowest of sender, link and receiver, with and without", () => {
    fc.assert(
      fc.property(cases, ({ cpus: [a, b], compress, decompress, bandwidth, left }) => {
        const pods = [{ cpu: a }, { cpu: b, node: "server" }];
        // Long runs: the receiver may be ahead with decompressing by a window.
        const spec = across({ ...apart({ bandwidth }), pods, windows: 4, frames: 400 });
        const plain = Math.max(a, 1000 / bandwidth, b);
        const coded = Math.max(a + compress, left / bandwidth, b + decompress);
        expect(throughput(spec) * plain).toBeCloseTo(1, 6);
        expect(throughput({ ...spec, zstd: { bytes: left, compress, decompress } }) * coded).toBeCloseTo(1, 1);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("never on noise: as many bytes and more work is never faster", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1000, max: 1100 }), ({ cpus: [a, b], bandwidth, ...costs }, bytes) => {
        const spec = across({ ...apart({ bandwidth }), pods: [{ cpu: a }, { cpu: b, node: "server" }] });
        const { compress, decompress } = costs;
        const summary = (more: Partial<LineSpec>) => summarise(run({ ...spec, ...more }).trace);
        const zstd = { bytes, compress, decompress };
        expect(summary({ zstd }).throughput).toBeLessThanOrEqual(summary({}).throughput * (1 + 1e-9));
        const [plain, coded] = [summary({ rate: 0.1 }), summary({ zstd, rate: 0.1 })];
        expect(coded.latency.p50).toBeGreaterThanOrEqual(plain.latency.p50 + compress + decompress - 1e-9);
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  test.each([
    ["pictures over a slow link", 500, { bytes: [400, 600] }, "sooner"],
    ["noise over a slow link", 500, { bytes: [1000, 1010] }, "later"],
    ["pictures over a fast link", 50_000, { bytes: [400, 600] }, "later"],
  ] as const)("as predicted with all that scatters: %s", (_, bandwidth, bytes, answer) => {
    const zstd = { ...bytes, compress: [0.1, 0.12, 0.15], decompress: [0.05, 0.06] };
    const spec = across({ ...apart({ bandwidth, delay: 0.1 }), send: [0.01, 0.02], receive: [0.01, 0.03], rate: 0.3 });
    const latency = ({ plan, profile }: ReturnType<typeof line>) => predict(plan, profile, 8).latency.p50;
    const [plain, coded] = [latency(line(spec)), latency(line({ ...spec, zstd }))];
    if (answer === "sooner") expect(coded).toBeLessThan(plain * 0.8);
    else expect(coded).toBeGreaterThan(plain * 1.02);
  });
});
