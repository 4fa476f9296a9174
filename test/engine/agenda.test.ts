import fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda } from "../../sim/engine/agenda.ts";
import { Instants } from "../../sim/engine/instants.ts";
import { Timeline } from "../../sim/engine/timeline.ts";

/** Takes events until none is left. */
function drain(agenda: Agenda): [source: number, time: number][] {
  const seen: [number, number][] = [];
  for (let source = agenda.advance(); source >= 0; source = agenda.advance()) {
    seen.push([source, agenda.now]);
    agenda.remove(source);
  }
  return seen;
}

test("events come by time, those of one time in the order of scheduling, and the clock goes with them", () => {
  const agenda = new Agenda(4);
  for (const [source, time] of [
    [2, 2],
    [3, 1],
    [0, 1],
    [1, 1],
  ] as const) {
    agenda.put(source, time, agenda.ticket());
  }
  expect([agenda.now, agenda.pending, agenda.first]).toEqual([0, 4, 3]);
  expect(drain(agenda)).toEqual([
    [3, 1],
    [0, 1],
    [1, 1],
    [2, 2],
  ]);
  expect([agenda.now, agenda.pending, agenda.first, agenda.advance()]).toEqual([2, 0, -1, -1]);
});

test("a source has one event: a new one takes its place", () => {
  const agenda = new Agenda(3);
  agenda.put(0, 5, agenda.ticket());
  agenda.put(1, 3, agenda.ticket());
  agenda.put(0, 1, agenda.ticket());
  agenda.put(1, 4, agenda.ticket());
  expect(drain(agenda)).toEqual([
    [0, 1],
    [1, 4],
  ]);
  agenda.remove(2);
  expect(agenda.pending).toBe(0);
});

test("errors carry the value and the time", () => {
  const agenda = new Agenda(1);
  agenda.put(0, 5, 0);
  agenda.advance();
  const at = (time: number) => () => agenda.put(0, time, 1);
  expect(at(4)).toThrow(new RangeError("time(=4) should be finite and >= the current simulation time 5"));
  expect(at(Number.NaN)).toThrow("time(=NaN)");
  expect(at(Number.POSITIVE_INFINITY)).toThrow("time(=Infinity)");
});

// In a table, in a heap, and from one to the other.
test.each([5, 12, 14, 41])("puts, removals and steps of %i sources agree with a sorted array", (sources) => {
  const source = fc.nat(sources - 1);
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), source, delay: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), source }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("step" as const) }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const agenda = new Agenda(sources);
      let waiting: { source: number; time: number; order: number }[] = [];
      let now = 0;
      const step = () => {
        const first = waiting.sort((a, b) => a.time - b.time || a.order - b.order).shift();
        now = first?.time ?? now;
        return first?.source ?? -1;
      };
      for (const operation of operations) {
        if (operation.kind === "step") {
          const next = agenda.advance();
          if (next >= 0) agenda.remove(next);
          expect(next).toBe(step());
        } else {
          waiting = waiting.filter((event) => event.source !== operation.source);
          if (operation.kind === "remove") agenda.remove(operation.source);
          else {
            const order = agenda.ticket();
            waiting.push({ source: operation.source, time: now + operation.delay, order });
            agenda.put(operation.source, now + operation.delay, order);
          }
        }
        expect([agenda.pending, agenda.now]).toEqual([waiting.length, now]);
        const present = waiting.filter(({ time }) => time === now).map(({ order }) => order);
        const rank = Math.min(...present);
        expect([agenda.precedes(rank), agenda.precedes(rank + 1)]).toEqual([false, present.length > 0]);
      }
      while (waiting.length > 0) {
        const next = agenda.advance();
        agenda.remove(next);
        expect(next).toBe(step());
      }
      expect(agenda.advance()).toBe(-1);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("what happens at this moment comes after what was scheduled for it before, and before what was later", () => {
  const agenda = new Agenda(2);
  const instants = new Instants(agenda);
  agenda.put(0, 0, agenda.ticket());
  for (let code = 0; code < 20; code++) instants.push(code);
  agenda.put(1, 0, agenda.ticket());
  expect(instants.due).toBe(false);
  agenda.remove(0);
  for (let code = 0; code < 20; code++) {
    expect(instants.due).toBe(true);
    expect(instants.shift()).toBe(code);
  }
  expect([instants.due, instants.length]).toEqual([false, 0]);
});

test("a timeline is in order of time, then of scheduling, and the agenda knows its first event", () => {
  const event = fc.record({ delay: fc.nat(6), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const agenda = new Agenda(1);
      const timeline = new Timeline(agenda, 0);
      const waiting: { time: number; tag: number }[] = [];
      events.forEach(({ delay, take }, tag) => {
        timeline.push(agenda.now + delay, agenda.ticket(), tag);
        waiting.push({ time: agenda.now + delay, tag });
        if (!take) return;
        waiting.sort((a, b) => a.time - b.time);
        expect(agenda.advance()).toBe(0);
        expect([agenda.now, timeline.next]).toEqual([waiting[0]!.time, waiting[0]!.time]);
        expect(timeline.shift()).toBe(waiting.shift()!.tag);
        expect(agenda.pending).toBe(waiting.length > 0 ? 1 : 0);
      });
      expect(timeline.length).toBe(waiting.length);
    }),
    { seed: 2, numRuns: 300 },
  );
});
