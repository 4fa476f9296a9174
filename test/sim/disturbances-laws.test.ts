import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Disturbance } from "../../sim/disturbance.ts";
import { capacity, causality, conservation, littlesLaw, order } from "../laws/traces.ts";
import { deliveries, happenings, length, runDisturbed, share, time } from "./disturbed.ts";
import { apart, type LineSpec, line } from "./fixtures.ts";
import { lines } from "./lines.ts";

const disturbed = lines.chain((spec) => happenings(spec).map((disturbances) => ({ spec, disturbances })));

test("whatever happens, every frame is delivered once and in order, and nothing comes before what causes it", () => {
  fc.assert(
    fc.property(disturbed, ({ spec, disturbances }) => {
      const { trace, resources } = runDisturbed(spec, disturbances);
      for (const law of [order, conservation, causality, littlesLaw]) law(trace);
      // A pod that was started again does not know what was acknowledged to the one before.
      if (!disturbances.some((one) => "restart" in one))
        capacity(
          trace,
          line(spec).plan.hops.map(({ window }) => window),
        );
      for (const { value } of resources) expect(value).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { seed: 21, numRuns: 400 },
  );
});

test("the same seed, the same bytes", () => {
  fc.assert(
    fc.property(disturbed, ({ spec, disturbances }) => {
      expect(runDisturbed(spec, disturbances)).toEqual(runDisturbed(spec, disturbances));
    }),
    { seed: 22, numRuns: 30 },
  );
});

describe("a longer or harsher disturbance never lets a deterministic line deliver a frame earlier", () => {
  const cpu = fc.double({ min: 0.01, max: 1, noNaN: true });
  const specs = fc
    .record({
      pods: fc.array(fc.record({ cpu }), { minLength: 2, maxLength: 4 }),
      moves: fc.integer({ min: 1, max: 3 }),
      speed: fc.constantFrom(1, 0.5),
      // A thread that computes hears of a delivery when it is done, so that later news may have it wait for less: where windows limit,
      // only pods with workers keep this law.
      limits: fc.oneof(
        fc.integer({ min: 1, max: 4 }).map((windows) => ({ windows, workers: { count: 1 } })),
        fc.constant({ windows: 64 }),
      ),
      delay: fc.double({ min: 0, max: 0.5, noNaN: true }),
      rate: fc.option(fc.double({ min: 0.2, max: 3, noNaN: true }), { nil: undefined }),
    })
    .map(({ pods, moves, speed, delay, rate, limits }): LineSpec => {
      const { hosts, links } = apart({ bandwidth: 2000, delay });
      return {
        hosts: hosts!,
        links: links!,
        nodes: [
          { name: "edge", host: "small", speed },
          { name: "server", host: "big" },
        ],
        pods: pods.map((pod, i) => ({ ...pod, node: i < Math.min(moves, pods.length - 1) ? "edge" : "server" })),
        ...limits,
        ...(rate === undefined ? {} : { rate }),
        frames: 30,
      };
    });
  const spans = fc.record({ from: time, length, more: length, share, harsher: share });
  const same = fc.constantFrom("longer", "harsher");
  const never = (spec: LineSpec, mild: Disturbance, harsh: Disturbance) => {
    const [calm, before, after] = [[], [mild], [harsh]].map((what) => deliveries(spec, what));
    before!.forEach((end, n) => {
      expect(end).toBeGreaterThanOrEqual(calm![n]! - 1e-9);
      expect(after![n]!).toBeGreaterThanOrEqual(end - 1e-9);
    });
  };

  test.each(["link", "node"])("a slow %s", (what) => {
    fc.assert(
      fc.property(specs, spans, same, (spec, { from, length, more, share, harsher }, way) => {
        const make = (until: number, left: number): Disturbance =>
          what === "link"
            ? { link: ["edge", "server"], bandwidth: { share: left }, from, until }
            : { node: "edge", speed: { share: left }, from, until };
        const mild = make(from + length, share);
        never(spec, mild, way === "longer" ? make(from + length + more, share) : make(from + length, share * harsher));
      }),
      { seed: 23, numRuns: 150 },
    );
  });

  test("a restart", () => {
    fc.assert(
      fc.property(specs, spans, fc.nat(), (spec, { from, length, more }, pod) => {
        const make = (restart: number) => ({ pod: `stage-${pod % spec.pods.length}-0`, restart, at: from });
        never(spec, make(length), make(length + more));
      }),
      { seed: 24, numRuns: 150 },
    );
  });
});
