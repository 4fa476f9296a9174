import { expect, test } from "vitest";
import { RandomStream } from "../../sim/engine/random.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { predict } from "../../sim/predict.ts";
import { simulateSummary } from "../../sim/simulate.ts";
import { apart, isIn, type LineSpec, line } from "./fixtures.ts";

const SEEDS = 200;
/** Of each cost: what a calibration sees of it, and what stands for all there is. */
const SEEN = 400;
const ALL = 5000;

/** Samples of a lognormal cost, by its name, mean and coefficient of variation. */
type Costs = (name: string, mean: number, cv: number) => readonly number[];

const messages = (of: Costs) => ({
  receive: of("receive", 0.05, 0.3),
  send: of("send", 0.05, 0.3),
  loopback: of("loopback", 0.02, 0.3),
  acknowledgement: of("acknowledgement", 0.01, 0.3),
});
const across = (of: Costs): LineSpec => ({
  ...apart({ bandwidth: 2e5, delay: 0.02 }),
  ...messages(of),
  pods: [{ cpu: of("edge", 0.5, 0.3) }, { cpu: of("server", 1, 0.5), node: "server" }],
  windows: 6,
});
const PLANS: readonly ((of: Costs) => LineSpec)[] = [
  (of) => ({
    hosts: { box: 2 },
    ...messages(of),
    pods: [{ cpu: of("a", 0.5, 0.3) }, { cpu: of("b", 1, 0.5) }, { cpu: of("c", 0.8, 0.3) }],
    windows: 4,
  }),
  (of) => ({ ...across(of), windows: 2 }),
  (of) => ({ ...across(of), rate: 0.45 }),
  (of) => ({ ...across(of), rate: 0.75 }),
  (of) => ({ ...across(of), rate: 0.6, workers: { count: 2, begin: of("begin", 0.01, 0.3) } }),
];

/** A run is drawn from all there is, its prediction made of what a calibration has seen: one line, whose seeds are its own. */
function met(plan: number, seed: number) {
  const made = (what: string, count: number) => {
    const of: Costs = (name, mean, cv) => {
      const stream = new RandomStream(seed, plan, what, name);
      return Array.from({ length: count }, () => stream.lognormal(mean, cv));
    };
    return line({ ...PLANS[plan]!(of), frames: 170, warmup: 20, seed });
  };
  const seen = made("seen", SEEN);
  const all = made("all", ALL);
  const { summary } = simulateSummary(all.plan, costsOf(all.plan, all.profile, null), 1000);
  return { ...predict(seen.plan, seen.profile), run: summary };
}

test("of 200 runs of each of five plans, 93 to 97 % of every figure but p99 lie in the interval that the prediction gives", () => {
  const inside = { throughput: 0, mean: 0, p50: 0, p95: 0, p99: 0 };
  for (let plan = 0; plan < PLANS.length; plan++) {
    const here = { throughput: 0, mean: 0, p50: 0, p95: 0, p99: 0 };
    for (let seed = 0; seed < SEEDS; seed++) {
      const { run, interval } = met(plan, seed);
      if (isIn(interval.throughput, run.throughput)) here.throughput++;
      for (const figure of ["mean", "p50", "p95", "p99"] as const)
        if (isIn(interval.latency[figure], run.latency[figure])) here[figure]++;
    }
    for (const figure of Object.keys(here) as (keyof typeof here)[]) {
      inside[figure] += here[figure];
      // Of 200 runs, three standard deviations of a share of 95 % are 4.6 %.
      expect(here[figure] / SEEDS, `${figure} of plan ${plan}`).toBeGreaterThanOrEqual(figure === "p99" ? 0.87 : 0.9);
    }
  }
  // Of a thousand runs, three standard deviations of a share of 95 % are 2.1 %. What one or two of a run's frames decide, a calibration
  // of 400 has seen four times.
  for (const [figure, count] of Object.entries(inside)) {
    expect(count / (SEEDS * PLANS.length), figure).toBeGreaterThanOrEqual(figure === "p99" ? 0.9 : 0.93);
    expect(count / (SEEDS * PLANS.length), figure).toBeLessThanOrEqual(0.97);
  }
}, 300_000);
