import fc from "fast-check";
import { expect, test } from "vitest";
import { PERIOD, QuotaProcessor } from "../../sim/engine/quota.ts";
import { Scheduler } from "./scheduler.ts";

interface Job {
  readonly at: number;
  readonly work: number;
  /** Group, by its place in the list of limits; -1: none. */
  readonly group: number;
}

/** When each job ends on a processor whose groups of jobs have a limit each. */
function run(cores: number, limits: readonly number[], jobs: readonly Job[]) {
  const scheduler = new Scheduler(32);
  const ends = jobs.map(() => Number.NaN);
  let processor!: QuotaProcessor;
  let finishes = -1;
  // Two sources, of which the first is settled with the second.
  scheduler.share(
    () => {
      ends[processor.finish()] = scheduler.now;
    },
    (source) => {
      finishes = source;
      return { settle: () => {} };
    },
  );
  scheduler.share(
    () => processor.tick(),
    (quotas) => {
      processor = new QuotaProcessor(scheduler.agenda, { finishes, quotas }, cores);
      return processor;
    },
  );
  limits.forEach((cpus, group) => {
    processor.limit(
      [...jobs.keys()].filter((job) => jobs[job]!.group === group),
      cpus,
    );
  });
  jobs.forEach(({ at, work }, job) => {
    scheduler.at(at, () => processor.submit(work, job));
  });
  scheduler.run();
  return { ends, delivered: processor.delivered };
}

const close = (actual: readonly number[], expected: readonly number[]) => {
  actual.forEach((time, job) => {
    expect(time).toBeCloseTo(expected[job]!, 9);
  });
};

test("half a core: 50 ms of every 100, solved by hand", () => {
  // 0..50 ms, 100..150 ms, 200..220 ms
  close(run(4, [0.5], [{ at: 0, work: 0.12, group: 0 }]).ends, [0.22]);
  // Begun at 80 ms it runs 20 ms into the first period, then 50 and 30 ms: what was left of the first 50 is lost.
  close(run(4, [0.5], [{ at: 0.08, work: 0.1, group: 0 }]).ends, [0.23]);
});

test("while a group stands still the others have the cores, solved by hand", () => {
  // Each has half of the core: 30 ms are used up at 60 ms. The other then runs alone until 100 ms and has 30 ms left; together
  // again, the limited one ends at 140 ms, the other 10 ms later.
  const jobs = [
    { at: 0, work: 0.05, group: 0 },
    { at: 0, work: 0.1, group: -1 },
  ];
  close(run(1, [0.3], jobs).ends, [0.14, 0.15]);
});

test("tasks of a group use its quota up together, solved by hand", () => {
  const two = [0, 1].map(() => ({ at: 0, work: 0.08, group: 0 }));
  // 2 x 50 ms are the quota of one core; each has 30 ms left at 100 ms.
  close(run(2, [1], two).ends, [0.13, 0.13]);
  // Two groups with the same limit do not disturb each other.
  close(
    run(
      2,
      [1, 1],
      two.map((job, group) => ({ ...job, group })),
    ).ends,
    [0.08, 0.08],
  );
});

test("a task that ends just when the quota is used up has ended", () => {
  for (const cpus of [0.1, 0.3, 0.7, 0.9]) {
    const work = cpus * PERIOD;
    close(run(1, [cpus], [{ at: 0, work, group: 0 }]).ends, [work]);
    close(run(1, [cpus], [{ at: 0, work: 3 * work, group: 0 }]).ends, [2 * PERIOD + work]);
  }
});

test("a task alone takes whole periods for its quotas, and the rest of its work", () => {
  const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });
  fc.assert(
    fc.property(share, fc.double({ min: 0.001, max: 1, noNaN: true }), fc.nat(20), (cpus, work, periods) => {
      const quota = cpus * PERIOD;
      const before = Math.ceil(work / quota - 1e-9) - 1;
      const { ends, delivered } = run(1, [cpus], [{ at: periods * PERIOD, work, group: 0 }]);
      close(ends, [(periods + before) * PERIOD + work - before * quota]);
      expect(delivered).toBeCloseTo(work, 9);
    }),
    { seed: 31, numRuns: 200 },
  );
});

test("all work is done, of a group no more than its quota in a period; a limit that never limits is none", () => {
  const job = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    work: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
    group: fc.integer({ min: -1, max: 1 }),
  });
  const limits = [0.5, 0.25];
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 12 }), fc.constantFrom(1, 2, 4), (jobs, cores) => {
      const sum = (of: readonly Job[]) => of.reduce((total, { work }) => total + work, 0);
      const { ends, delivered } = run(cores, limits, jobs);
      expect(delivered).toBeCloseTo(sum(jobs), 9);
      limits.forEach((cpus, group) => {
        const those = [...jobs.keys()].filter((n) => jobs[n]!.group === group);
        if (those.length === 0) return;
        const first = Math.floor(Math.min(...those.map((n) => jobs[n]!.at)) / PERIOD);
        const periods = Math.ceil(sum(those.map((n) => jobs[n]!)) / (cpus * PERIOD) - 1e-9);
        expect(Math.max(...those.map((n) => ends[n]!))).toBeGreaterThan((first + periods - 1) * PERIOD);
      });
      close(run(cores, [64, 64], jobs).ends, run(cores, [], jobs).ends);
    }),
    { seed: 32, numRuns: 200 },
  );
});

test("errors carry the value", () => {
  expect(() => run(1, [0], [{ at: 0, work: 1, group: 0 }])).toThrow("cpus(=0)");
});
