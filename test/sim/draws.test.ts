import { describe, expect, test } from "vitest";
import { mg1 } from "../../sim/analytic/mg1.ts";
import { Arena } from "../../sim/engine/arena.ts";
import { RandomStream } from "../../sim/engine/random.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { drawsOf } from "../../sim/model/draws.ts";
import { inOrder, type Samples } from "../../sim/model/measured-cost.ts";
import { BUSY, COLD } from "../../sim/model/thread.ts";
import { simulateSummary } from "../../sim/simulate.ts";
import { blockLength } from "../../sim/statistics/block-length.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { autoregressive } from "../statistics/autoregressive.ts";
import { calibratedAs } from "./calibrated.ts";
import { line } from "./fixtures.ts";

const ordered = (visits: readonly (readonly number[])[], block: number): Samples =>
  inOrder(visits.flat(), {
    visits: visits.map((samples, i) => ({ round: i + 1, samples: samples.length, level: mean(samples) })),
    block,
  });
const drawn = (samples: Samples, count: number, seed = 1) => {
  const draws = drawsOf(new Arena(), { busy: samples, idle: [0], cold: [0] })[BUSY];
  const { words, at } = new RandomStream(seed, "draws").state;
  return Array.from({ length: count }, () => draws.next(words, at));
};
const lag1 = (values: readonly number[]) => {
  const centre = mean(values);
  const at = (lag: number) => mean(values.slice(lag).map((value, i) => (value - centre) * (values[i]! - centre)));
  return at(1) / at(0);
};

describe("drawing in blocks", () => {
  const visits = [0, 1, 2].map((seed) => autoregressive(0.7, 300, seed).map((value) => value + 10));
  const samples = ordered(visits, blockLength(visits));
  const many = drawn(samples, 300_000);

  test("each sample is drawn equally often, so that the mean is theirs", () => {
    expect(mean(many)).toBeCloseTo(mean(samples), 1);
    const counts = new Map<number, number>();
    for (const value of many) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect(counts.size).toBe(900);
    // 333 each, with the scatter of blocks: those at the ends of visits no less than others.
    for (const visit of visits)
      for (const end of [visit[0]!, visit.at(-1)!]) expect(Math.abs(counts.get(end)! - 333)).toBeLessThan(110);
  });

  test("what neighbours have in common is kept", () => {
    const measured = lag1(visits[0]!.concat(visits[1]!, visits[2]!));
    expect(lag1(many)).toBeGreaterThan(0.85 * measured);
    expect(lag1(many)).toBeLessThan(1.02 * measured);
    expect(Math.abs(lag1(drawn(ordered(visits, 1), 100_000)))).toBeLessThan(0.02);
  });

  test("no block goes from one visit into another", () => {
    const apart = ordered([Array(7).fill(1), Array(5).fill(100), Array(9).fill(10_000)], 6);
    const values = drawn(apart, 6000);
    for (let i = 0; i < values.length; i += 6) expect(new Set(values.slice(i, i + 6)).size).toBe(1);
  });

  test("a single sample; other states; the same for the same seed", () => {
    expect(drawn([3], 5)).toEqual([3, 3, 3, 3, 3]);
    expect(drawn(ordered([[3]], 4), 5)).toEqual([3, 3, 3, 3, 3]);
    expect(drawsOf(new Arena(), { idle: [1], cold: [2] })[COLD].next(new Int32Array(4), 0)).toBe(2);
    expect(drawn(samples, 50)).toEqual(many.slice(0, 50));
    expect(drawn(samples, 50, 2)).not.toEqual(many.slice(0, 50));
  });
});

describe("queues of what is drawn in blocks", () => {
  /** A queue of one server with Poisson arrivals, whose service was measured in visits. */
  const waiting = (visits: readonly (readonly number[])[], load: number) => {
    const cpu = visits.flat();
    const { plan, profile } = line({
      pods: [{ cpu: 0 }, { cpu }],
      frames: 60_000,
      warmup: 1000,
      windows: 60_000,
      rate: load,
    });
    const known = calibratedAs(profile, "key-1-0", cpu, ordered(visits, blockLength(visits)).order!);
    const poisson = { ...plan, workload: { ...plan.workload, arrivals: { kind: "poisson" } as const } };
    const runs = Array.from({ length: 6 }, (_, i) => simulateSummary(poisson, costsOf(plan, known, null), i).summary);
    return mean(runs.map(({ latency }) => latency.mean));
  };
  const exponentials = (seed: number) => {
    const random = new RandomStream(seed, "service");
    return Array.from({ length: 400 }, () => random.exponential(1));
  };

  test("of independent samples are as theory has them (Pollaczek and Khinchine)", () => {
    for (const seed of [1, 2, 3]) {
      const visits = Array.from({ length: 5 }, (_, i) => exponentials(10 * seed + i));
      const all = visits.flat();
      const first = mean(all);
      const cv2 = mean(all.map((value) => (value - first) ** 2)) / first ** 2;
      const rate = 0.7 / first;
      const expected = mg1(rate, first, Math.sqrt(cv2)).sojourn;
      expect(Math.abs(waiting(visits, rate) / expected - 1)).toBeLessThan(0.06);
    }
  });

  test("of a host with slow phases are longer than those of the same samples one by one", () => {
    const phases = Array.from({ length: 20 }, (_, i) => Array(60).fill(i % 4 === 0 ? 1.3 : 0.9) as number[]);
    const shuffled = phases.map((_, i) => phases.map((visit) => visit[i]!));
    expect(waiting(phases, 0.95)).toBeGreaterThan(1.15 * waiting(shuffled, 0.95));
  });
});
