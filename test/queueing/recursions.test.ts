import fc from "fast-check";
import { expect, test } from "vitest";
import { lindley } from "../../sim/analytic/lindley.ts";
import { tandemBeforeService, tandemRecursion } from "../../sim/analytic/tandem.ts";
import { EventEngine } from "../../sim/queueing/event-engine.ts";
import { isMaxPlus, runMaxPlus } from "../../sim/queueing/max-plus.ts";
import { Recorder } from "../../sim/queueing/recorder.ts";
import { simulateLine } from "../../sim/queueing/simulate-line.ts";
import { quantile } from "../../sim/statistics/quantile.ts";
import { LINES } from "../bench/sim/lines.ts";
import { type Drawn, drawn, lineOf } from "./lines.ts";

/** Both engines' departures and arrivals as the recorder gets them, job by job. */
function departures(spec: Drawn, engine: "events" | "heap" | "max-plus"): { arrival: number; time: number }[] {
  const line = lineOf(spec);
  const recorder = new Recorder(spec.services[0]!.length, line.stations.length);
  const seen: { arrival: number; time: number }[] = [];
  const departedAll = recorder.departedAll.bind(recorder);
  recorder.departedAll = (arrivals, times, from, to) => {
    for (let i = from; i < to; i++) seen.push({ arrival: arrivals[i]!, time: times[i]! });
    departedAll(arrivals, times, from, to);
  };
  if (engine === "max-plus") runMaxPlus(line, recorder, 1);
  else new EventEngine(line, recorder, 1, engine === "heap" ? 0 : undefined).run();
  return seen;
}

function exact({ arrivals, services, buffers, blocking }: Drawn) {
  const recursion = blocking === "before-service" ? tandemBeforeService : tandemRecursion;
  const jobs = services[0]!.length;
  const places = buffers.map((buffer) => buffer + 1);
  const stations = recursion(arrivals ?? new Float64Array(jobs), services, places);
  const came = arrivals ?? Array.from({ length: jobs }, (_, n) => (n === 0 ? 0 : stations[0]!.left[n - 1]!));
  return { stations, came };
}

const near = (actual: number, expected: number, what: string) => {
  if (!(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)))) {
    throw new Error(`${what} is ${actual}, exactly it is ${expected}`);
  }
};

test.each(["events", "heap", "max-plus"] as const)(
  "%s: every job leaves when the independent recursion says",
  (engine) => {
    fc.assert(
      fc.property(drawn, (spec) => {
        const { stations, came } = exact(spec);
        const { left } = stations.at(-1)!;
        const seen = departures(spec, engine);
        expect(seen.length).toBe(left.length);
        seen.forEach(({ arrival, time }, n) => {
          near(arrival, came[n]!, `arrival of job ${n}`);
          near(time, left[n]!, `departure of job ${n}`);
        });
      }),
      { seed: 21, numRuns: 400 },
    );
  },
);

test("one station is Lindley's recursion, wait by wait", () => {
  fc.assert(
    fc.property(drawn, (spec) => {
      const arrivals = spec.arrivals ?? spec.services[0]!.map((_, n) => n);
      const one = { ...spec, arrivals, services: spec.services.slice(0, 1), buffers: [] };
      const waits = lindley(arrivals, one.services[0]!);
      for (const engine of ["events", "max-plus"] as const) {
        departures(one, engine).forEach(({ arrival, time }, n) => {
          near(time - arrival - one.services[0]![n]!, waits[n]!, `wait of job ${n}`);
        });
      }
    }),
    { seed: 22 },
  );
});

test("all sums of both engines are those of the recursion's times: waits, services, blocking, quantiles, integral", () => {
  fc.assert(
    fc.property(drawn, (spec) => {
      const { stations, came } = exact(spec);
      const jobs = came.length;
      const { left } = stations.at(-1)!;
      const mean = (f: (n: number) => number) =>
        Array.from({ length: jobs }, (_, n) => f(n)).reduce((a, b) => a + b, 0) / jobs;
      const sojourns = Float64Array.from({ length: jobs }, (_, n) => left[n]! - came[n]!).sort();
      for (const engine of ["events", "max-plus"] as const) {
        const result = simulateLine(lineOf(spec), { jobs, seed: 1, warmup: 0, engine });
        expect([result.jobs, result.warmup]).toEqual([jobs, 0]);
        near(result.duration, left[jobs - 1]!, "duration");
        near(
          result.sojourn.value,
          mean((n) => left[n]! - came[n]!),
          "sojourn",
        );
        for (const { p, value } of result.quantiles) near(value, quantile(sojourns, p), `quantile ${p}`);
        stations.forEach(({ start, end, left }, j) => {
          const entry = (n: number) => (j === 0 ? came[n]! : stations[j - 1]!.left[n]!);
          const ready = (n: number) => Math.max(entry(n), n === 0 ? 0 : stations[j]!.left[n - 1]!);
          const begin = spec.blocking === "before-service" ? ready : (n: number) => start[n]!;
          const { waiting, service, blocked } = result.stations[j]!;
          near(
            waiting.value,
            mean((n) => begin(n) - entry(n)),
            `waiting at ${j}`,
          );
          near(
            service.value,
            mean((n) => spec.services[j]![n]!),
            `service at ${j}`,
          );
          near(
            blocked.value,
            mean((n) => start[n]! - begin(n) + left[n]! - end[n]!),
            `blocked at ${j}`,
          );
        });
        // Little's law holds exactly over the whole run, which begins and ends empty.
        if (result.duration > 0) {
          near(result.present.value, result.throughput.value * result.sojourn.value, "number present");
        }
      }
    }),
    { seed: 23, numRuns: 200 },
  );
});

test("long runs that are cut into segments: both engines give the same, to 1e-9", () => {
  const lines = fc.record({
    means: fc.array(fc.double({ min: 0.2, max: 1.2, noNaN: true }), { minLength: 1, maxLength: 9 }),
    // Fewer and more than jobs are worked on at a time, more than there are jobs, and without limit.
    buffers: fc.array(fc.constantFrom(0, 2, 20, 300, 1000, 1e9, undefined), { minLength: 8, maxLength: 8 }),
    rate: fc.option(fc.double({ min: 0.3, max: 0.9, noNaN: true })),
    blocking: fc.constantFrom("after-service" as const, "before-service" as const),
    jobs: fc.integer({ min: 1, max: 9000 }),
    warmup: fc.constantFrom(undefined, 0),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(lines, ({ means, buffers, rate, blocking, jobs, warmup, seed }) => {
      const line = {
        arrivals: rate === null ? ({ kind: "saturated" } as const) : ({ kind: "poisson", rate } as const),
        stations: means.map((mean, j) => ({
          service: { kind: "erlang", mean, phases: 2 } as const,
          ...(j > 0 && buffers[j - 1] !== undefined ? { buffer: buffers[j - 1]! } : {}),
        })),
        blocking,
      };
      const run = { jobs, seed, ...(warmup === undefined ? {} : { warmup }) };
      const numbers = (engine: "events" | "max-plus") => {
        const found: number[] = [];
        JSON.stringify(simulateLine(line, { ...run, engine }), (_, value) => {
          if (typeof value === "number") found.push(value);
          return value;
        });
        return found;
      };
      const events = numbers("events");
      numbers("max-plus").forEach((value, i) => {
        if (value !== events[i]) near(value, events[i]!, `number ${i}`);
      });
    }),
    { seed: 24, numRuns: 100 },
  );
});

test("the recursion is used by itself where every station has one server: the benchmark's lines are such", () => {
  expect([isMaxPlus(LINES.W1), isMaxPlus(LINES.W2)]).toEqual([true, true]);
  const two = { ...LINES.W1, stations: [...LINES.W1.stations, { ...LINES.W1.stations[0]!, servers: 2 }] };
  expect(isMaxPlus(two)).toBe(false);
});
