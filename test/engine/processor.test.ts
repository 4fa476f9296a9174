import fc from "fast-check";
import { expect, test } from "vitest";
import { Processor, Scheduler } from "./scheduler.ts";
import { share } from "./station.ts";

/** Fluid processor sharing, step by step over the times at which the number of tasks changes: sojourns. */
function fluid(arrivals: readonly number[], works: readonly number[], cores: number): number[] {
  const left = [...works];
  const sojourns = works.map(() => 0);
  const active = new Set<number>();
  let now = 0;
  let next = 0;
  while (next < arrivals.length || active.size > 0) {
    const rate = Math.min(1, cores / active.size);
    const first = Math.min(...[...active].map((task) => left[task]!));
    const end = Math.min(now + first / rate, arrivals[next] ?? Number.POSITIVE_INFINITY);
    for (const task of active) {
      left[task]! -= rate * (end - now);
      if (left[task]! > 1e-12 * works[task]! + 1e-12) continue;
      active.delete(task);
      sojourns[task] = end - arrivals[task]!;
    }
    now = end;
    while (arrivals[next] === now) active.add(next++);
  }
  return sojourns;
}

test("one core, two tasks, solved by hand", () => {
  // From 1 s on each has half the core: the second, 1 s of work, ends at 3 s, the first then has 1 s left to itself.
  expect([...share([0, 1], [3, 1], 1)]).toEqual([4, 2]);
});

test("two cores: none helps a lone task, three tasks have 2/3 each", () => {
  expect([...share([0], [2], 2)]).toEqual([2]);
  expect([...share([0, 0], [2, 3], 2)]).toEqual([2, 3]);
  const [first, second, third] = share([0, 0, 0], [2, 2, 4], 2);
  expect([first, second, third]).toEqual([3, 3, 5]);
});

test("half a core takes twice as long", () => {
  expect([...share([0, 4], [1, 1], 0.5)]).toEqual([2, 2]);
});

test("active and delivered are up to date at any time", () => {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, 2);
  const seen: [number, number][] = [];
  for (const work of [2, 2, 4]) processor.submit(work, () => seen.push([processor.active, processor.delivered]));
  scheduler.run(1.5);
  expect([processor.active, processor.delivered]).toEqual([3, 3]);
  scheduler.run(4);
  expect([processor.active, processor.delivered]).toEqual([1, 7]);
  scheduler.run(10);
  expect([processor.active, processor.delivered]).toEqual([0, 8]);
  expect(seen.map(([active]) => active)).toEqual([2, 1, 0]);
});

test("no work is done by an event at the present time, after what is scheduled for it already", () => {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, 1);
  const seen: string[] = [];
  scheduler.at(3, () => {
    processor.submit(0, () => seen.push(`none at ${scheduler.now}`));
    seen.push("submitted");
  });
  processor.submit(5, () => seen.push(`five at ${scheduler.now}`));
  scheduler.run();
  expect(seen).toEqual(["submitted", "none at 3", "five at 5"]);
});

test("a task may submit the next one when it is done", () => {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, 1);
  const ends: number[] = [];
  const again = () => {
    ends.push(scheduler.now);
    if (ends.length < 3) processor.submit(1, again);
  };
  processor.submit(1, again);
  processor.submit(10, () => ends.push(scheduler.now));
  scheduler.run();
  expect(ends).toEqual([2, 4, 6, 13]);
});

test("tasks that end together are done in the order in which they were submitted", () => {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, 1);
  const seen: number[] = [];
  for (let n = 0; n < 6; n++) processor.submit(1, () => seen.push(n));
  scheduler.run();
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
});

test("any arrivals and works agree with the fluid model, and all work is delivered", () => {
  const job = fc.record({ gap: fc.integer({ min: 0, max: 20 }), work: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 30 }), fc.constantFrom(0.5, 1, 2, 2.5, 4), (jobs, cores) => {
      let now = 0;
      const arrivals = jobs.map(({ gap }) => {
        now += gap / 8;
        return now;
      });
      const works = jobs.map(({ work }) => work / 8);
      const expected = fluid(arrivals, works, cores);
      share(arrivals, works, cores).forEach((sojourn, n) => {
        expect(sojourn).toBeCloseTo(expected[n]!, 9);
      });
    }),
    { seed: 6, numRuns: 300 },
  );
});

test("delivered is the sum of all work, to rounding, after a long run", () => {
  const scheduler = new Scheduler();
  const processor = new Processor(scheduler, 3);
  let total = 0;
  for (let n = 0; n < 20_000; n++) {
    const work = ((n * 7919) % 1000) / 1000;
    total += work;
    scheduler.at(n * 0.18, () => processor.submit(work, () => {}));
  }
  scheduler.run();
  expect(Math.abs(processor.delivered - total)).toBeLessThan(1e-8);
  expect(processor.active).toBe(0);
});

test("errors carry the value", () => {
  const scheduler = new Scheduler();
  expect(() => new Processor(scheduler, 0)).toThrow("cores(=0)");
  const processor = new Processor(scheduler, 1);
  expect(() => processor.submit(-1, () => {})).toThrow("work(=-1)");
  expect(() => processor.submit(Number.NaN, () => {})).toThrow("work(=NaN)");
});
