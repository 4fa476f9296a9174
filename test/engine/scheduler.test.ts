import fc from "fast-check";
import { expect, test } from "vitest";
import { type Event, Scheduler } from "../../sim/engine/scheduler.ts";

test("the clock moves before the action runs, and events at one time keep the order of scheduling", () => {
  const scheduler = new Scheduler();
  const seen: [string, number][] = [];
  const note = (name: string) => () => seen.push([name, scheduler.now]);
  scheduler.at(2, note("c"));
  scheduler.at(1, note("a"));
  scheduler.at(1, note("b"));
  scheduler.at(1, () => scheduler.after(0, note("after b")));
  expect(scheduler.now).toBe(0);
  scheduler.run();
  expect(seen).toEqual([
    ["a", 1],
    ["b", 1],
    ["after b", 1],
    ["c", 2],
  ]);
});

test("an event is pending, triggered, processed; or cancelled", () => {
  const scheduler = new Scheduler();
  const states: string[] = [];
  const event = scheduler.at(1, () => {
    states.push(event.state);
    scheduler.cancel(event);
  });
  const never = scheduler.at(1, () => states.push("never"));
  states.push(event.state);
  scheduler.cancel(never);
  expect(never.state).toBe("cancelled");
  scheduler.run();
  states.push(event.state);
  expect(states).toEqual(["pending", "triggered", "processed"]);
  scheduler.cancel(event);
  expect(event.state).toBe("processed");
});

test("an event whose action throws stays triggered, and the scheduler goes on", () => {
  const scheduler = new Scheduler();
  const event = scheduler.at(1, () => {
    throw new Error("broken");
  });
  scheduler.at(2, () => {});
  expect(() => scheduler.run()).toThrow("broken");
  expect(event.state).toBe("triggered");
  scheduler.run();
  expect(scheduler.now).toBe(2);
});

test("run(until) includes its end and leaves the clock there", () => {
  const scheduler = new Scheduler();
  const seen: number[] = [];
  for (const time of [1, 2, 3]) scheduler.at(time, () => seen.push(time));
  scheduler.run(2);
  expect(seen).toEqual([1, 2]);
  scheduler.run(2.5);
  expect(scheduler.now).toBe(2.5);
  scheduler.run();
  expect(seen).toEqual([1, 2, 3]);
  expect(scheduler.step()).toBe(false);
});

test("errors carry the value and the time", () => {
  const scheduler = new Scheduler();
  scheduler.run(5);
  const nothing = () => {};
  expect(() => scheduler.at(4, nothing)).toThrow(
    new RangeError("at(=4) should be finite and >= the current simulation time 5"),
  );
  expect(() => scheduler.at(Number.NaN, nothing)).toThrow("at(=NaN)");
  expect(() => scheduler.at(Number.POSITIVE_INFINITY, nothing)).toThrow("at(=Infinity)");
  expect(() => scheduler.after(-1, nothing)).toThrow("after(=-1)");
  expect(() => scheduler.run(3)).toThrow("until(=3) should be >= the current simulation time 5");
  expect(() => new Scheduler().cancel(scheduler.at(6, nothing))).toThrow("another scheduler");
});

test("schedules, cancellations and steps agree with a sorted array", () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("at" as const), delay: fc.integer({ min: 0, max: 9 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("step" as const) }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const scheduler = new Scheduler();
      const events: Event[] = [];
      const seen: number[] = [];
      let waiting: { id: number; time: number }[] = [];
      const expected: number[] = [];
      let now = 0;
      const step = () => {
        // Array.sort is stable
        const first = waiting.sort((a, b) => a.time - b.time).shift();
        if (first === undefined) return false;
        expected.push(first.id);
        now = first.time;
        return true;
      };
      for (const operation of operations) {
        if (operation.kind === "at") {
          const id = events.length;
          events.push(scheduler.after(operation.delay, () => seen.push(id)));
          waiting.push({ id, time: now + operation.delay });
        } else if (operation.kind === "cancel" && events.length > 0) {
          const id = operation.which % events.length;
          scheduler.cancel(events[id]!);
          waiting = waiting.filter((event) => event.id !== id);
        } else if (operation.kind === "step") {
          expect(scheduler.step()).toBe(step());
        }
        expect(scheduler.pending).toBe(waiting.length);
        expect(scheduler.now).toBe(now);
      }
      scheduler.run();
      while (step());
      expect(seen).toEqual(expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("cancelled events leave no memory behind", () => {
  const scheduler = new Scheduler();
  scheduler.at(1e9, () => {});
  for (let i = 0; i < 100_000; i++) scheduler.cancel(scheduler.at(1e6 + i, () => {}));
  expect(scheduler.pending).toBe(1);
});
