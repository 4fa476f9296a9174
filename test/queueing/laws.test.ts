import fc from "fast-check";
import { expect, test } from "vitest";
import { simulateLine } from "../../sim/queueing/simulate-line.ts";
import { type Drawn, drawn, exponential, lineOf } from "./lines.ts";

const run = (spec: Drawn) => simulateLine(lineOf(spec), { jobs: spec.services[0]!.length, seed: 1, warmup: 0 });

const stations = fc.array(
  fc.record({
    mean: fc.double({ min: 0.1, max: 2, noNaN: true }),
    servers: fc.integer({ min: 1, max: 3 }),
    buffer: fc.constantFrom(0, 1, 4, undefined),
  }),
  { minLength: 1, maxLength: 4 },
);
const lines = fc.record({
  stations,
  rate: fc.option(fc.double({ min: 0.2, max: 2, noNaN: true })),
  blocking: fc.constantFrom("after-service" as const, "before-service" as const),
  jobs: fc.integer({ min: 1, max: 3000 }),
  seed: fc.nat(),
});

test("several servers, any buffers: Little's law, and every second of a job is somewhere", () => {
  fc.assert(
    fc.property(lines, ({ stations, rate, blocking, jobs, seed }) => {
      const line = {
        arrivals: rate === null ? ({ kind: "saturated" } as const) : ({ kind: "poisson", rate } as const),
        stations: stations.map(({ mean, servers, buffer }, j) =>
          exponential(mean, { servers, ...(j > 0 && buffer !== undefined ? { buffer } : {}) }),
        ),
        blocking,
      };
      const result = simulateLine(line, { jobs, seed, warmup: 0, engine: "events" });
      // The run begins and ends empty, so both hold exactly.
      expect(result.present.value).toBeCloseTo(result.throughput.value * result.sojourn.value, 6);
      const parts = result.stations.flatMap(({ waiting, service, blocked }) => [waiting, service, blocked]);
      expect(parts.reduce((sum, { value }) => sum + value, 0) / result.sojourn.value).toBeCloseTo(1, 6);
      for (const { value } of parts) expect(value).toBeGreaterThanOrEqual(0);
      result.stations.forEach(({ utilisation, blockedShare }) => {
        expect(utilisation.value + blockedShare.value).toBeLessThanOrEqual(1 + 1e-9);
      });
    }),
    { seed: 31, numRuns: 150 },
  );
});

test("a job more of room, or a service that is no longer than before, makes no run longer and no wait at the end later", () => {
  fc.assert(
    fc.property(drawn, fc.double({ min: 0, max: 1, noNaN: true }), (spec, factor) => {
      const before = run(spec);
      const roomier = run({ ...spec, buffers: spec.buffers.map((buffer) => buffer + 1) });
      const faster = run({ ...spec, services: spec.services.map((times) => times.map((time) => time * factor)) });
      expect(roomier.duration).toBeLessThanOrEqual(before.duration * (1 + 1e-12));
      expect(faster.duration).toBeLessThanOrEqual(before.duration * (1 + 1e-12));
      if (spec.arrivals === null) return;
      // With given arrivals, each departure is a sojourn.
      expect(roomier.sojourn.value).toBeLessThanOrEqual(before.sojourn.value * (1 + 1e-12));
      expect(faster.sojourn.value).toBeLessThanOrEqual(before.sojourn.value * (1 + 1e-12));
    }),
    { seed: 32, numRuns: 150 },
  );
});

test("a line of many servers, by heap and by table, is the same line", () => {
  const line = {
    arrivals: { kind: "poisson", rate: 9 },
    stations: [exponential(1, { servers: 10 }), exponential(0.1)],
  } as const;
  // Eleven servers and the source are searched, one more is a heap: the thirteenth server comes with a station that takes no time.
  const few = simulateLine(line, { jobs: 20_000, seed: 5 });
  const nothing = { service: { kind: "deterministic", value: 0 } } as const;
  const many = simulateLine({ ...line, stations: [...line.stations, nothing] }, { jobs: 20_000, seed: 5 });
  expect(many.sojourn).toEqual(few.sojourn);
  expect(many.quantiles).toEqual(few.quantiles);
});

test("the same seed gives the same bytes, another seed others; warm-up of an empty start is found", () => {
  const line = { arrivals: { kind: "poisson", rate: 0.95 }, stations: [exponential(1), exponential(1)] } as const;
  const text = (seed: number) => JSON.stringify(simulateLine(line, { jobs: 5000, seed }));
  expect(text(3)).toBe(text(3));
  expect(text(3)).not.toBe(text(4));
  // A line that is slow at first: MSER leaves out all of that.
  const times = Float64Array.from({ length: 10_000 }, (_, n) => (n < 800 ? 50 : 1) * (1 + ((n * 7919) % 13) / 13));
  const slow = {
    arrivals: { kind: "renewal", gap: { kind: "deterministic", value: 200 } },
    stations: [{ service: { kind: "trace", times } }],
  } as const;
  const { warmup, sojourn, settled } = simulateLine(slow, { jobs: 10_000, seed: 1 });
  expect([warmup, settled]).toEqual([1000, true]);
  expect(sojourn.value).toBeLessThan(2);
  expect(simulateLine(slow, { jobs: 10_000, seed: 1, warmup: 0 }).sojourn.value).toBeGreaterThan(5);
});

test.each([
  [1, 0],
  [7, 6],
  [41, 39],
  [1000, 975],
])("of %i jobs the first %i may be left out", (jobs, warmup) => {
  const line = { arrivals: { kind: "poisson", rate: 0.5 }, stations: [exponential(1)] } as const;
  const result = simulateLine(line, { jobs, seed: 1, warmup });
  expect(result.warmup).toBe(warmup);
  expect(result.throughput.value).toBeGreaterThan(0);
});

test("errors carry the value", () => {
  const poisson = { kind: "poisson", rate: 1 } as const;
  const one = [exponential(1)];
  const go =
    (line: Parameters<typeof simulateLine>[0], more = {}) =>
    () =>
      simulateLine(line, { jobs: 10, seed: 1, ...more });
  expect(go({ arrivals: poisson, stations: [] })).toThrow("stations is empty");
  expect(go({ arrivals: { kind: "poisson", rate: 0 }, stations: one })).toThrow("arrivals.rate(=0)");
  expect(go({ arrivals: { kind: "trace", times: [0, 2, 1, 3, 4, 5, 6, 7, 8, 9] }, stations: one })).toThrow(
    "arrivals.times[2](=1)",
  );
  expect(go({ arrivals: { kind: "trace", times: [0] }, stations: one })).toThrow("arrivals.times has 1 of 10 jobs");
  expect(go({ arrivals: poisson, stations: [exponential(-1)] })).toThrow("stations[0].service.mean(=-1)");
  expect(go({ arrivals: poisson, stations: [{ service: { kind: "empirical", samples: [] } }] })).toThrow("samples");
  expect(go({ arrivals: poisson, stations: [{ service: { kind: "trace", times: [1] } }] })).toThrow("has 1 of 10 jobs");
  expect(go({ arrivals: poisson, stations: [{ service: { kind: "uniform", low: 2, high: 1 } }] })).toThrow("high(=1)");
  expect(go({ arrivals: poisson, stations: [{ service: { kind: "erlang", mean: 1, phases: 0 } }] })).toThrow(
    "phases(=0)",
  );
  expect(go({ arrivals: poisson, stations: [exponential(1, { servers: 0 })] })).toThrow("stations[0].servers(=0)");
  expect(go({ arrivals: poisson, stations: [exponential(1, { buffer: 1 })] })).toThrow("stations[0].buffer(=1)");
  expect(go({ arrivals: poisson, stations: [...one, exponential(1, { buffer: -1 })] })).toThrow(
    "stations[1].buffer(=-1)",
  );
  expect(go({ arrivals: poisson, stations: one }, { jobs: 0 })).toThrow("jobs(=0)");
  expect(go({ arrivals: poisson, stations: one }, { warmup: 10 })).toThrow("warmup(=10)");
  expect(go({ arrivals: poisson, stations: one }, { jobs: 1000, warmup: 976 })).toThrow(
    "warmup(=976) should be an integer in 0..975",
  );
  expect(go({ arrivals: poisson, stations: [exponential(1, { servers: 2 })] }, { engine: "max-plus" })).toThrow(
    "several servers",
  );
});

test("before service, a job is blocked from when the server that has been idle for longest could have begun with it", () => {
  const line = (times: readonly number[]) => ({ kind: "trace", times }) as const;
  // The first job is in service from 0 to 1, and at the second station until 10; the other server has been idle from the beginning.
  const { stations } = simulateLine(
    {
      arrivals: { kind: "trace", times: [0, 0.5] },
      stations: [
        { service: line([1, 1]), servers: 2 },
        { service: line([9, 9]), buffer: 0 },
      ],
      blocking: "before-service",
    },
    { jobs: 2, seed: 1, warmup: 0 },
  );
  expect(stations[0]!.waiting.value).toBe(0);
  expect(stations[0]!.blocked.value).toBeCloseTo(9.5 / 2, 12);
});
