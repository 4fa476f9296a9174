import { expect, test } from "vitest";
import { closedLineBounds } from "../../sim/analytic/bounds.ts";
import { jacksonTandem } from "../../sim/analytic/jackson.ts";
import { md1, mg1 } from "../../sim/analytic/mg1.ts";
import { erlangC, mm1, mmc } from "../../sim/analytic/mmc.ts";
import { mg1Sharing, mgcSharing } from "../../sim/analytic/sharing.ts";

test("M/M/1 at load 0.8: 4 present, 5 services long", () => {
  const queue = mm1(8, 0.1);
  expect(queue.utilisation).toBeCloseTo(0.8, 12);
  expect(queue.sojourn).toBeCloseTo(0.5, 12);
  expect(queue.wait).toBeCloseTo(0.4, 12);
  expect(queue.present).toBeCloseTo(4, 12);
  expect(queue.queued).toBeCloseTo(3.2, 12);
});

test("Erlang C of 2 servers is 2 r^2 / (1 + r), and M/M/1 is M/M/c with one server", () => {
  for (const load of [0.1, 0.5, 0.9]) expect(erlangC(2 * load, 2)).toBeCloseTo((2 * load * load) / (1 + load), 12);
  // A table's value: 10 servers offered 8 erlang
  expect(erlangC(8, 10)).toBeCloseTo(0.40918, 5);
  const [one, general] = [mm1(7, 0.1), mmc(7, 0.1, 1)];
  expect(general.sojourn).toBeCloseTo(one.sojourn, 12);
  expect(erlangC(900, 1000)).toBeGreaterThan(0);
});

test("Pollaczek-Khinchine: M/M/1 with cv 1, half the wait with cv 0", () => {
  expect(mg1(8, 0.1, 1).wait).toBeCloseTo(mm1(8, 0.1).wait, 12);
  expect(md1(8, 0.1).wait).toBeCloseTo(mm1(8, 0.1).wait / 2, 12);
  expect(mg1(8, 0.1, 2).wait).toBeCloseTo(1, 12);
});

test("processor sharing has the mean of M/M/1 and, on c cores, of M/M/c", () => {
  expect(mg1Sharing(8, 0.1)).toEqual(mm1(8, 0.1));
  expect(mgcSharing(15, 0.1, 2)).toEqual(mmc(15, 0.1, 2));
});

test("a Jackson tandem is the sum of its stations", () => {
  const line = jacksonTandem(5, [0.1, 0.15]);
  expect(line.sojourn).toBeCloseTo(0.2 + 0.6, 12);
  expect(line.present).toBeCloseTo(4, 12);
});

test("bounds of a closed line", () => {
  const few = closedLineBounds([0.1, 0.2, 0.1], 1);
  expect(few.throughput).toEqual([2.5, 2.5]);
  const many = closedLineBounds([0.1, 0.2, 0.1], 4);
  expect(many.throughput).toEqual([2.5, 5]);
  expect(many.response).toEqual([0.8, 1.6]);
});

test("errors carry the value", () => {
  expect(() => mm1(10, 0.1)).toThrow("no steady state: the load is 1");
  expect(() => mmc(1, 1, 1.5)).toThrow("servers(=1.5)");
  expect(() => mg1(1, 0.5, -1)).toThrow("cv(=-1)");
  expect(() => mm1(-1, 1)).toThrow("arrivalRate(=-1)");
  expect(() => mm1(1, Number.NaN)).toThrow("service(=NaN)");
  expect(() => jacksonTandem(1, [])).toThrow("no stations");
  expect(() => closedLineBounds([0, 0], 2)).toThrow("services(=[0, 0])");
  expect(() => closedLineBounds([1], 0)).toThrow("population(=0)");
  expect(() => closedLineBounds([1, -1], 1)).toThrow("services[1](=-1)");
});
