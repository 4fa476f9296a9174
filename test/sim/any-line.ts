import fc from "fast-check";
import type { LineSpec } from "./fixtures.ts";

const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
const samples = (max: number) => fc.array(seconds(max), { minLength: 1, maxLength: 5 });
const speed = fc.double({ min: 0.1, max: 1, noNaN: true });

/** Lines of 1..5 pods that go from edge to server at some pod (or do not), on one host or two, with costs of every kind. */
export const lines = fc
  .record({ pods: fc.integer({ min: 1, max: 5 }), moves: fc.integer({ min: 0, max: 5 }), shared: fc.boolean() })
  .chain(({ pods, moves, shared }): fc.Arbitrary<LineSpec> => {
    const hops = { minLength: pods - 1, maxLength: pods - 1 };
    return fc
      .record({
        stages: fc.array(fc.array(samples(2), { minLength: 1, maxLength: 3 }), { minLength: pods, maxLength: pods }),
        speeds: fc.tuple(speed, speed),
        cores: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
        windows: fc.array(fc.integer({ min: 1, max: 6 }), hops),
        bytes: fc.array(fc.integer({ min: 0, max: 5000 }), hops),
        bandwidth: fc.option(fc.double({ min: 100, max: 1e6, noNaN: true })),
        delay: seconds(1),
        residuals: fc.array(fc.double({ min: -0.2, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
        cpuPerByte: seconds(1e-4),
        rate: fc.option(fc.double({ min: 0.05, max: 5, noNaN: true }), { nil: undefined }),
        frames: fc.integer({ min: 1, max: 40 }),
        seed: fc.nat(),
        receive: samples(0.3),
        send: samples(0.3),
        loopback: samples(0.3),
        acknowledgement: samples(0.3),
        lateness: samples(0.3),
        workers: fc.option(
          fc.record({ count: fc.integer({ min: 0, max: 3 }), begin: samples(0.3), notice: samples(0.3) }),
          { nil: undefined },
        ),
        zstd: fc.option(
          fc.record({
            bytes: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 4 }),
            compress: samples(0.5),
            decompress: samples(0.5),
          }),
          { nil: undefined },
        ),
      })
      .map(({ stages, speeds, cores, bandwidth, delay, residuals, cpuPerByte, rate, workers, zstd, ...rest }) => ({
        ...rest,
        ...(rate === undefined ? {} : { rate }),
        ...(workers === undefined ? {} : { workers }),
        ...(zstd === undefined ? {} : { zstd }),
        pods: stages.map((cpu, i) => ({ stages: cpu, node: i < moves ? "edge" : "server" })),
        nodes: [
          { name: "edge", host: "small", speed: speeds[0] },
          { name: "server", host: shared ? "small" : "big", speed: speeds[1] },
        ],
        hosts: { small: cores[0], ...(shared ? {} : { big: cores[1] }) },
        links: [{ between: ["edge", "server"] as const, bandwidth, delay, residuals, cpuPerByte }],
      }));
  });
