import { describe, expect, test } from "vitest";
import { Agenda } from "../../sim/engine/agenda.ts";
import { SharedLink } from "../../sim/engine/link.ts";
import { SharedProcessor } from "../../sim/engine/processor.ts";
import { QuotaProcessor } from "../../sim/engine/quota.ts";
import { Timeline } from "../../sim/engine/timeline.ts";
import { Speeds } from "../../sim/model/speeds.ts";

describe("a link whose bandwidth changes", () => {
  const linkOf = (bandwidth: number) => {
    const agenda = new Agenda(1);
    return { agenda, link: new SharedLink(agenda, 0, bandwidth) };
  };

  test("bytes go at the old rate until then, at the new one from then on; none at 0", () => {
    const { agenda, link } = linkOf(100);
    link.flow(7).send(1000, 1);
    link.settle();
    agenda.now = 2;
    link.change(0);
    link.settle();
    expect([link.carried, agenda.pending]).toEqual([200, 0]);
    agenda.now = 5;
    expect([link.carried, link.capacity]).toEqual([200, 200]);
    link.change(400);
    link.settle();
    agenda.advance();
    expect(agenda.now).toBe(7);
    expect(link.leaving.id).toBe(7);
    expect(link.capacity).toBe(1000);
  });

  test("what a flow gives up is there for the others", () => {
    const { agenda, link } = linkOf(100);
    const [one, other] = [link.flow(0), link.flow(1)];
    one.send(500, 0);
    one.send(500, 1);
    other.send(500, 0);
    link.settle();
    agenda.now = 2;
    one.clear();
    link.settle();
    expect([one.backlog, link.carried]).toEqual([0, 200]);
    agenda.advance();
    // 400 bytes are left of the other at 2 s.
    expect(agenda.now).toBe(6);
    one.clear();
    expect(link.carried).toBe(600);
    one.send(100, 5);
    expect(one.tag).toBe(5);
  });

  test("a bandwidth is 0 or more", () => {
    expect(() => linkOf(1).link.change(-1)).toThrow("bandwidth(=-1) should be >= 0");
    expect(() => linkOf(1).link.change(Number.NaN)).toThrow("bandwidth(=NaN) should be >= 0");
  });
});

test("a timeline that is cleared has nothing come, until something is put there", () => {
  const agenda = new Agenda(1);
  const timeline = new Timeline(agenda, 0);
  for (const time of [1, 2, 3]) timeline.push(time, agenda.ticket(), time);
  timeline.clear();
  expect([timeline.length, agenda.pending]).toEqual([0, 0]);
  timeline.push(5, agenda.ticket(), 50);
  expect([timeline.next, agenda.pending, timeline.shift()]).toEqual([5, 1, 50]);
});

test("a processor tells what it holds", () => {
  const processor = new SharedProcessor(new Agenda(1), 0, 1);
  processor.submit(1, 7);
  expect([7, 8].map((task) => processor.holds(task))).toEqual([true, false]);
  expect(processor.withdraw(7)).toBe(1);
  expect(processor.holds(7)).toBe(false);
});

test("one with quotas gives back what is running, and what waits for the next period", () => {
  const agenda = new Agenda(2);
  const processor = new QuotaProcessor(agenda, { finishes: 0, quotas: 1 }, 4);
  processor.limit([1, 2], 0.5);
  processor.submit(1, 1);
  processor.settle();
  agenda.now = 0.02;
  expect(processor.withdraw(1)).toBeCloseTo(0.98, 12);
  processor.submit(1, 1);
  processor.settle();
  agenda.advance();
  processor.tick();
  // 0.05 of the quota are used up.
  processor.submit(1, 2);
  expect([1, 2, 3].map((task) => processor.holds(task))).toEqual([true, true, false]);
  expect(processor.withdraw(1)).toBeCloseTo(0.97, 12);
  expect(processor.withdraw(2)).toBe(1);
  expect([1, 2].map((task) => processor.holds(task))).toEqual([false, false]);
});

test("work by a time, and the time of work, of a machine that is slower twice", () => {
  const speeds = new Speeds([
    { from: 2, until: 4, share: 0.5 },
    { from: 4, until: 6, share: 0.25 },
  ]);
  const cases = [0, 2, 3, 4, 5, 6, 10];
  expect(cases.map((time) => speeds.workBy(time))).toEqual([0, 2, 2.5, 3, 3.25, 3.5, 7.5]);
  for (const time of cases) expect(speeds.timeOf(speeds.workBy(time))).toBeCloseTo(time, 12);
});
