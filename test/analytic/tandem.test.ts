import fc from "fast-check";
import { expect, test } from "vitest";
import { closedLineBounds } from "../../sim/analytic/bounds.ts";
import { lindley } from "../../sim/analytic/lindley.ts";
import { tandemRecursion, windowRecursion } from "../../sim/analytic/tandem.ts";
import { Fifo } from "../../sim/engine/queue.ts";
import { Scheduler } from "../engine/scheduler.ts";

/** A blocking line on the engine: when each job has left the last station. */
function simulate(arrivals: readonly number[], services: readonly number[][], places: readonly number[]): number[] {
  const scheduler = new Scheduler();
  const stations = services.map(() => ({ queue: new Fifo<number>(), job: -1, finished: false }));
  const left = arrivals.map(() => Number.NaN);
  // Places of a station that are taken: waiting jobs and the one in service.
  const taken = (j: number) => stations[j]!.queue.length + (stations[j]!.job >= 0 ? 1 : 0);
  const work = (j: number) => {
    const station = stations[j]!;
    if (station.job >= 0 || station.queue.length === 0) return;
    station.job = station.queue.shift()!;
    scheduler.after(services[j]![station.job]!, () => {
      station.finished = true;
      pass(j);
    });
  };
  const pass = (j: number) => {
    const station = stations[j];
    if (station === undefined || !station.finished) return;
    if (j + 1 < stations.length && taken(j + 1) >= places[j]!) return;
    if (j + 1 < stations.length) stations[j + 1]!.queue.push(station.job);
    else left[station.job] = scheduler.now;
    station.job = -1;
    station.finished = false;
    work(j + 1 < stations.length ? j + 1 : j);
    // The place that became free unblocks the station before, which may free one in turn.
    pass(j - 1);
    work(j);
  };
  arrivals.forEach((time, job) => {
    scheduler.at(time, () => {
      stations[0]!.queue.push(job);
      work(0);
    });
  });
  scheduler.run();
  return left;
}

const time = fc.integer({ min: 0, max: 12 });
const line = fc.integer({ min: 1, max: 4 }).chain((stations) =>
  fc.record({
    jobs: fc.array(fc.record({ gap: time, services: fc.array(time, { minLength: stations, maxLength: stations }) }), {
      minLength: 1,
      maxLength: 40,
    }),
    places: fc.array(fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY), {
      minLength: stations - 1,
      maxLength: stations - 1,
    }),
  }),
);

function times(jobs: readonly { gap: number; services: readonly number[] }[]) {
  let now = 0;
  const arrivals = jobs.map(({ gap }) => {
    now += gap;
    return now;
  });
  return { arrivals, services: jobs[0]!.services.map((_, j) => jobs.map(({ services }) => services[j]!)) };
}

test("a blocking line by hand", () => {
  const services = [
    [1, 1, 1],
    [4, 1, 1],
  ];
  const [first, second] = tandemRecursion([0, 0, 0], services, [1]);
  // Station 2 has one place: job 1 is finished at 2, but blocked until job 0 leaves at 5.
  expect([...first!.end]).toEqual([1, 2, 6]);
  expect([...first!.left]).toEqual([1, 5, 6]);
  expect([...second!.left]).toEqual([5, 6, 7]);
  expect([...tandemRecursion([0, 0, 0], services, [2])[0]!.left]).toEqual([1, 2, 5]);
});

test("the engine's blocking line is the max-plus recursion", () => {
  fc.assert(
    fc.property(line, ({ jobs, places }) => {
      const { arrivals, services } = times(jobs);
      const last = tandemRecursion(arrivals, services, places).at(-1)!;
      expect(simulate(arrivals, services, places)).toEqual([...last.left]);
    }),
    { seed: 14, numRuns: 300 },
  );
});

test("without limits it is one Lindley recursion after the other", () => {
  fc.assert(
    fc.property(line, ({ jobs, places }) => {
      const { arrivals, services } = times(jobs);
      let input = arrivals;
      const stations = tandemRecursion(
        arrivals,
        services,
        places.map(() => Number.POSITIVE_INFINITY),
      );
      stations.forEach((station, j) => {
        const waits = lindley(input, services[j]!);
        input = input.map((arrival, n) => arrival + waits[n]! + services[j]![n]!);
        expect([...station.left]).toEqual(input);
      });
    }),
    { seed: 15 },
  );
});

test("more room never makes a job later, and a window never beats as many places", () => {
  fc.assert(
    fc.property(line, ({ jobs, places }) => {
      const { arrivals, services } = times(jobs);
      const left = tandemRecursion(arrivals, services, places).at(-1)!.left;
      const more = tandemRecursion(
        arrivals,
        services,
        places.map((n) => n + 1),
      ).at(-1)!.left;
      // A place is free again when the next station passes the job on, a window only when the line's end delivers it.
      const windows = windowRecursion(arrivals, services, places).at(-1)!.left;
      left.forEach((time, n) => {
        expect(more[n]).toBeLessThanOrEqual(time);
        expect(windows[n]).toBeGreaterThanOrEqual(time);
      });
    }),
    { seed: 16 },
  );
});

test("a window of one serves a saturated line one job at a time, round trip included", () => {
  const zeros = [0, 0, 0, 0];
  const services = [zeros, [2, 2, 2, 2], [3, 3, 3, 3]];
  const stations = windowRecursion(zeros, services, [1, 1], [0.5, 0.25]);
  // 0.5 there, 2, 0.25 there, 3, 0.75 back
  expect([...stations[0]!.left]).toEqual([0, 6.5, 13, 19.5]);
  expect([...stations[2]!.end]).toEqual([5.75, 12.25, 18.75, 25.25]);
});

test("a saturated line keeps to the bounds of a closed line", () => {
  const n = 400;
  const source = new Array<number>(n).fill(0);
  const services = [2, 5, 3];
  for (const window of [1, 2, 3, 8]) {
    const columns = [source, ...services.map((service) => new Array<number>(n).fill(service))];
    // Only the first hop's window limits how many are under way.
    const stations = windowRecursion(source, columns, [window, n, n]);
    const delivered = stations.at(-1)!.end;
    const rate = (n - 101) / (delivered[n - 1]! - delivered[100]!);
    const { throughput } = closedLineBounds(services, window);
    expect(rate).toBeLessThanOrEqual(throughput[1] * (1 + 1e-9));
    expect(rate).toBeGreaterThanOrEqual(throughput[0] * (1 - 1e-9));
    // Constant times in a line reach the upper bound.
    expect(rate).toBeCloseTo(throughput[1], 6);
  }
});

test("errors carry the value", () => {
  expect(() => tandemRecursion([0], [[1], [1]], [])).toThrow("1 hops, but 0 limits");
  expect(() => tandemRecursion([0], [[1], [1, 2]], [1])).toThrow("1 arrivals, but 2 services at station 1");
  expect(() => tandemRecursion([0], [[1], [1]], [0])).toThrow("limit 0(=0)");
  expect(() => windowRecursion([0], [[1], [1]], [1], [-1])).toThrow("delay 0(=-1)");
  expect(() => tandemRecursion([0], [], [])).toThrow("no stations");
});
