import { describe, expect, test } from "vitest";
import { commonMoods, type Deviation } from "../../sim/calibration/common-moods.ts";
import { knowledgeOf } from "../../sim/calibration/knowledge.ts";
import { moderated, priorOf, type Spread } from "../../sim/calibration/moderated.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { costOf, visit } from "./synthetic.ts";

/** Variances as they are estimated from few numbers each, of which the truth scatters by so many degrees of freedom. */
function estimated(count: number, degrees: number, truth: number | null, seed: number): Spread[] {
  const random = new RandomStream(seed, "variances", degrees);
  const chi = (n: number) => Array.from({ length: n }, () => random.normal() ** 2).reduce((a, b) => a + b, 0);
  return Array.from({ length: count }, () => {
    const variance = truth === null ? 4 : (4 * truth) / chi(truth);
    return { variance: (variance * chi(degrees)) / degrees, degrees };
  });
}

describe("what variances tell of one another", () => {
  test.each([1, 2, 3, 6])("equal ones, from %i degrees each: all are as good as known", (degrees) => {
    const prior = priorOf(estimated(400, degrees, null, 1));
    expect(prior.degrees).toBeGreaterThan(15);
    expect(prior.variance / 4).toBeGreaterThan(0.8);
    expect(prior.variance / 4).toBeLessThan(1.25);
  });

  test.each([3, 8])("those that scatter by %i degrees: so many, and their size", (truth) => {
    const priors = Array.from({ length: 20 }, (_, seed) => priorOf(estimated(500, 3, truth, seed)));
    expect(mean(priors.map(({ degrees }) => degrees)) / truth).toBeGreaterThan(0.7);
    expect(mean(priors.map(({ degrees }) => degrees)) / truth).toBeLessThan(1.5);
    expect(mean(priors.map(({ variance }) => variance)) / 4).toBeGreaterThan(0.85);
    expect(mean(priors.map(({ variance }) => variance)) / 4).toBeLessThan(1.15);
  });

  test("of one, or none that varies, nothing follows", () => {
    expect(priorOf([{ variance: 1, degrees: 3 }])).toEqual({ variance: 0, degrees: 0 });
    expect(priorOf([0, 0, 0].map((variance) => ({ variance, degrees: 1 })))).toEqual({ variance: 0, degrees: 0 });
  });

  test("one's own and the others' are weighed by degrees, of which there are no more than the others have", () => {
    const own = { variance: 8, degrees: 1 };
    expect(moderated(own, { variance: 2, degrees: 2 }, 100)).toEqual({ variance: 4, degrees: 3 });
    expect(moderated(own, { variance: 2, degrees: 50 }, 2)).toEqual({ variance: 5, degrees: 2 });
    expect(moderated(own, { variance: 2, degrees: 50 }, 0)).toEqual(own);
    expect(moderated({ variance: 0, degrees: 0 }, { variance: 2, degrees: 4 }, 9)).toEqual({ variance: 2, degrees: 4 });
  });
});

describe("what costs have in common", () => {
  const measured = (host: number, own: number, seed: number): Deviation[] => {
    const random = new RandomStream(seed, "moods");
    return Array.from({ length: 40 }, (_, round) => {
      const common = random.normal();
      return Array.from({ length: 10 }, (_, name) => {
        const ofVisit = random.normal();
        const rest = Math.sqrt(1 - host - own);
        return [1, 2, 3].map(() => ({
          round: `${round}`,
          case: `${name}`,
          value: Math.sqrt(host) * common + Math.sqrt(own) * ofVisit + rest * random.normal(),
        }));
      }).flat();
    }).flat();
  };

  test.each([
    [0, 0],
    [0.5, 0],
    [0, 0.6],
    [0.3, 0.4],
    [1, 0],
  ])("%d of the variance in a round, %d more in a visit: that is found", (host, own) => {
    const found = Array.from({ length: 10 }, (_, seed) => commonMoods(measured(host, own, seed)));
    expect(Math.abs(mean(found.map((one) => one.host)) - host)).toBeLessThan(0.1);
    expect(Math.abs(mean(found.map((one) => one.visit)) - own)).toBeLessThan(0.1);
  });

  test("nothing to compare, nothing in common", () => {
    expect(commonMoods([])).toEqual({ host: 0, visit: 0 });
    expect(commonMoods([{ round: "1", case: "a", value: 1 }])).toEqual({ host: 0, visit: 0 });
  });
});

describe("costs that others tell of", () => {
  const NONE = new Set<string>();
  const truth = { mean: 1e-3, between: 0.1, within: 0.05 };
  const names = Array.from({ length: 30 }, (_, i) => `case ${i}`);

  test("many costs of two passes each have intervals a third as wide as each would have by itself, which hold the truth as often", () => {
    let [hits, all] = [0, 0];
    const narrower: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const readings = [1, 2].flatMap((round) => names.map((name) => visit(name, round, truth, seed)));
      const costs = knowledgeOf(readings, NONE);
      for (const { seconds, halfWidth } of costs) {
        all++;
        if (Math.abs(seconds - truth.mean) <= halfWidth! * seconds) hits++;
      }
      const alone = names.map(
        (name) =>
          knowledgeOf(
            readings.filter((one) => one.case === name),
            NONE,
          )[0]!,
      );
      narrower.push(mean(costs.map(({ halfWidth }) => halfWidth!)) / mean(alone.map(({ halfWidth }) => halfWidth!)));
    }
    expect(hits / all).toBeGreaterThan(0.92);
    expect(hits / all).toBeLessThan(0.98);
    expect(mean(narrower)).toBeLessThan(0.35);
  });

  test("not where all were off together: then two passes are two numbers", () => {
    const readings = [1, 1.2].flatMap((host, i) => {
      return names.map((name) => visit(name, i + 1, { mean: 1e-3, between: 1e-4, within: 1e-3 }, 1, host));
    });
    for (const { error } of knowledgeOf(readings, NONE)) {
      expect(error!.degrees).toBe(1);
      expect(error!.common.host).toBeGreaterThan(0.9);
    }
  });

  test("a cost that was met once is known by the others of its kind", () => {
    const readings = [1, 2].flatMap((round) => names.map((name) => visit(name, round, truth, 3)));
    const once = { ...visit("once", 1, truth, 3), costs: [{ name: costOf("once"), samples: [1e-3, 1e-3] }] };
    const known = knowledgeOf([...readings, once], NONE).find(({ name }) => name.of === "once");
    expect(known!.halfWidth).toBeGreaterThan(0.1);
    expect(known!.halfWidth).toBeLessThan(0.5);
  });
});
