import { describe, expect, test } from "vitest";
import { worthAnotherVisit } from "../../sim/calibration/effort.ts";
import { isKnown, knowledgeOf } from "../../sim/calibration/knowledge.ts";
import type { Reading } from "../../sim/calibration/reading.ts";
import { measureInRounds, type Rounds } from "../../sim/calibration/rounds.ts";
import { type Truth, visit } from "./synthetic.ts";

const TRUTHS: Readonly<Record<string, Truth>> = {
  steady: { mean: 1e-3, between: 0.001, within: 0.01 },
  moody: { mean: 1e-3, between: 0.05, within: 0.05 },
  small: { mean: 1e-5, between: 0.05, within: 0.05 },
  long: { mean: 1e-3, between: 0.05, within: 0.05, seconds: 10 },
};
const NONE = new Set<string>();

/** Measures made-up cases with a clock of their own. */
async function measure(budget: number, more: Partial<Rounds> = {}, seed = 1) {
  let clock = 0;
  const order: { name: string; round: number }[] = [];
  const readings = await measureInRounds({
    cases: Object.keys(TRUTHS),
    known: [],
    onReading: () => {},
    precision: 0.01,
    deadline: budget,
    now: () => clock,
    emulated: NONE,
    seed,
    measure: async (name, round) => {
      const reading = visit(name, round, TRUTHS[name]!, seed);
      clock += reading.seconds;
      order.push({ name, round });
      return reading;
    },
    ...more,
  });
  return { readings, order, clock };
}
const visits = (readings: readonly Reading[], name: string) => readings.filter((one) => one.case === name).length;

describe("measuring in rounds", () => {
  test("ends when every cost is known as well as asked for", async () => {
    const { readings, clock } = await measure(1e6);
    expect(clock).toBeLessThan(1e5);
    for (const cost of knowledgeOf(readings, NONE)) expect(isKnown(cost, 0.01), cost.name.of).toBe(true);
    expect(visits(readings, "steady")).toBeLessThan(10);
    expect(visits(readings, "moody")).toBeGreaterThan(30);
    expect(visits(readings, "small")).toBeGreaterThan(30);
  });

  test("what is small beside the others waits until these are known", async () => {
    // A hundredth of what the others take: that it is within 1 % of itself costs a hundred passes.
    const { order } = await measure(1e6);
    const at = (name: string) => order.flatMap((one, i) => (one.name === name ? [i] : []));
    expect(at("small")[20]).toBeGreaterThan(at("moody").at(-5)!);
  });

  test("the intervals that it ends with hold the truth about as often as they say", async () => {
    let [hits, all] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const { readings } = await measure(1e6, { precision: 0.02 }, seed);
      for (const { name, seconds, halfWidth } of knowledgeOf(readings, NONE)) {
        all++;
        if (Math.abs(seconds - TRUTHS[name.of]!.mean) <= halfWidth! * seconds) hits++;
      }
    }
    // One that ends as soon as the interval looks narrow covers somewhat less (Law, section 9.5).
    expect(hits / all).toBeGreaterThan(0.85);
    expect(hits / all).toBeLessThan(0.99);
  });

  test("keeps to its budget, to the second, once every case has been there twice", async () => {
    for (const budget of [0, 26, 40, 100, 300]) {
      const { clock, readings } = await measure(budget);
      expect(clock).toBeLessThanOrEqual(Math.max(26, budget));
      for (const name of Object.keys(TRUTHS)) expect(visits(readings, name)).toBeGreaterThanOrEqual(2);
      // Not a visit is left out that would have fitted.
      if (budget >= 100) expect(budget - clock).toBeLessThan(1);
    }
  });

  test("the first two rounds have every case once, in an order of their own, the same for the same seed", async () => {
    const { order } = await measure(0);
    const rounds = [1, 2].map((round) => order.filter((one) => one.round === round).map(({ name }) => name));
    expect(order.map(({ round }) => round)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    for (const names of rounds) expect(names.toSorted()).toEqual(Object.keys(TRUTHS).toSorted());
    expect((await measure(0)).order).toEqual(order);
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) orders.add((await measure(0, {}, seed)).order.map(({ name }) => name).join());
    expect(orders.size).toBeGreaterThan(10);
  });

  test("what is large and uncertain is measured again first, for its price", async () => {
    // Of many calibrations: a single one may be lucky with its first visits.
    const all = await Promise.all(Array.from({ length: 20 }, (_, seed) => measure(120, {}, seed)));
    const total = (name: string) => all.reduce((sum, { readings }) => sum + visits(readings, name), 0);
    // A round takes the better half of the cases: of so few, more than Neyman's allocation would of what is dear.
    expect(total("moody")).toBeGreaterThan(1.3 * total("long"));
    expect(total("moody")).toBeGreaterThan(total("small"));
    const [first] = worthAnotherVisit(
      (await measure(0)).readings,
      knowledgeOf((await measure(0)).readings, NONE),
      0.01,
    );
    expect(first!.case).toBe("moody");
    expect(first!.seconds).toBe(1);
  });

  test("one that was cut off goes on: nothing is measured again, nothing is left out", async () => {
    const whole = await measure(60);
    for (const cut of [1, 3, 6, 8, 12]) {
      const kept: Reading[] = [];
      const dying = measure(60, {
        onReading: (reading) => {
          kept.push(reading);
          if (kept.length === cut) throw new Error("killed");
        },
      });
      await expect(dying).rejects.toThrow("killed");
      const { order, readings } = await measure(60, { known: kept });
      expect(readings.slice(0, cut)).toEqual(kept);
      const all = readings.map((one) => `${one.case} ${one.round}`);
      expect(new Set(all).size).toBe(all.length);
      for (const name of Object.keys(TRUTHS))
        expect(all.filter((one) => one === `${name} 1` || one === `${name} 2`)).toHaveLength(2);
      // Until all had been there twice, it is what would have been measured without the cut.
      expect(order.slice(0, Math.max(0, 8 - cut))).toEqual(whole.order.slice(cut, Math.max(cut, 8)));
    }
  });

  test("known readings of other cases are not its own", async () => {
    const { readings } = await measure(0, { known: [visit("other", 1, TRUTHS.steady!, 1)] });
    expect(visits(readings, "other")).toBe(0);
  });
});
