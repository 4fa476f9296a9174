import { describe, expect, test } from "vitest";
import { costsOf } from "../../sim/model/costs.ts";
import { predict } from "../../sim/predict.ts";
import { simulateSummary } from "../../sim/simulate.ts";
import { mean } from "../../sim/statistics/moments.ts";
import { isIn } from "../sim/fixtures.ts";
import { calibrated, real, type World } from "./world.ts";

const SEEDS = 200;
/** Runs of many passes: what they show is near to the truth. */
const LINE: Omit<World, "host" | "own"> = {
  means: [0.5, 1],
  pass: 4,
  within: 0.05,
  spec: { frames: 160, warmup: 10, windows: 4 },
};

const COMMON: World = { ...LINE, host: 0.1, own: 0.03 };
const OWN: World = { ...LINE, host: 0, own: 0.1 };

describe("intervals of 95 % cover as often as they say", () => {
  test.each([
    ["the host's mood is that of all stages", 2, COMMON],
    ["the host's mood is that of all stages", 4, COMMON],
    ["the host's mood is that of all stages", 8, COMMON],
    ["each stage has moods of its own", 4, OWN],
  ])(
    "%s, %i passes",
    (_, passes, world) => {
      const truth = 1 / Math.max(...world.means);
      const covered = { throughput: 0, run: 0, mean: 0, p50: 0 };
      const widths: number[] = [];
      for (let seed = 0; seed < SEEDS; seed++) {
        const { plan, profile } = calibrated(world, passes, seed);
        const { throughput, latency } = predict(plan, profile).interval;
        const met = simulateSummary(plan, costsOf(plan, real(world, plan, profile, seed), null), 0).summary;
        if (isIn(throughput, truth)) covered.throughput++;
        if (isIn(throughput, met.throughput)) covered.run++;
        for (const figure of ["mean", "p50"] as const)
          if (isIn(latency[figure], met.latency[figure])) covered[figure]++;
        widths.push(Math.log(throughput[1] / throughput[0]) / 2);
      }
      // Two standard deviations of a share of 95 % among so many are 3 %.
      for (const [figure, count] of Object.entries(covered)) {
        expect(count / SEEDS, figure).toBeGreaterThanOrEqual(0.92);
        expect(count / SEEDS, figure).toBeLessThanOrEqual(0.98);
      }
      // Passes differ by a tenth: of two there is next to no saying how much that is, of eight there is.
      const [least, most] = { 2: [0.4, 2], 4: [0.1, 0.3], 8: [0.06, 0.13] }[passes]!;
      expect(mean(widths)).toBeGreaterThan(least!);
      expect(mean(widths)).toBeLessThan(most!);
    },
    120_000,
  );
});
