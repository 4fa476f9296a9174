import { describe, expect, test } from "vitest";
import type { Calibration } from "../../sim/calibration/calibration.ts";
import type { CommonMoods } from "../../sim/calibration/common-moods.ts";
import { doubtsOf } from "../../sim/calibration/doubt.ts";
import type { CostName } from "../../sim/calibration/reading.ts";
import type { Experiment } from "../../sim/experiment.ts";
import type { Profile } from "../../sim/profile.ts";
import { studentT95 } from "../../sim/statistics/interval.ts";
import { apart, type LineSpec, line } from "../sim/fixtures.ts";

const PASSES = 4;
const SECONDS = { edge: 1, server: 1.1 };

/** Two stages at the edge, or the second on the server, where it takes 1.1 times as long: a hop costs nothing. */
function choice(
  widths: readonly { name: CostName; halfWidth: number }[],
  rate?: number,
  common: CommonMoods = { host: 0, visit: 0 },
  more: Partial<LineSpec> = apart({}),
) {
  const at = (node: "edge" | "server") => {
    const load = rate === undefined ? {} : { rate };
    const pods = [{ cpu: 0.1 }, { cpu: SECONDS[node], node }];
    return line({ ...more, pods, frames: 30, warmup: 5, ...load });
  };
  const [here, there] = [at("edge"), at("server")];
  const costs = widths.map(({ name, halfWidth }): Calibration["costs"][number] => ({
    name,
    figure: "mean",
    seconds: 1,
    halfWidth,
    error: { relative: errorOf(halfWidth), degrees: PASSES - 1, common },
    ofMean: null,
    weight: 1,
    case: "both",
    passes: PASSES,
    samples: 80,
    outliers: { count: 0, worst: 1 },
    spent: 12,
    reached: false,
    order: { visits: [], block: 1 },
  }));
  const profile: Profile = {
    ...here.profile,
    computes: [...here.profile.computes, ...there.profile.computes.filter(({ node }) => node === "server")],
    calibration: { ...here.profile.calibration, costs },
  };
  const experiments = [here, there].map(({ plan }): Experiment => {
    const id = `${plan.split}-fixture`;
    const { load } = plan.workload;
    return { id, saturated: { ...plan, id }, load: load.kind === "rate" ? { kind: "rate", rate: load.rate } : load };
  });
  return { profile, experiments };
}
const compute = (node: string, of = "key-1-0"): CostName => ({
  kind: "compute",
  of,
  nodes: [node],
  thread: "busy",
  at: 0,
});
const errorOf = (halfWidth: number) => halfWidth / studentT95(PASSES);

describe("what makes a decision doubtful", () => {
  test("one cost dominates: the one whose error moves the lead", () => {
    const { profile, experiments } = choice([
      { name: compute("edge"), halfWidth: 0.2 },
      { name: compute("server"), halfWidth: 0.02 },
      // Of what is not the bottleneck, nothing follows, however little is known of it.
      { name: compute("edge", "key-0-0"), halfWidth: 0.9 },
    ]);
    const [doubt] = doubtsOf(experiments, profile);
    expect(doubt).toMatchObject({ size: [1, 1], objective: "throughput", best: "AA", second: "AB" });
    expect(doubt!.lead).toBeCloseTo(Math.log(1.1), 2);
    expect(doubt!.error).toBeCloseTo(errorOf(0.2), 2);
    expect(doubt!.costs.map(({ name }) => name)).toEqual([compute("edge"), compute("server")]);
    expect(doubt!.costs[0]!.share).toBeGreaterThan(0.98);
    // Four times the passes.
    expect(doubt!.costs[0]!.seconds).toBe(36);
  });

  test("shares are squares of errors, and add up to 1", () => {
    const { profile, experiments } = choice([
      { name: compute("edge"), halfWidth: 0.1 },
      { name: compute("server"), halfWidth: 0.2 },
    ]);
    const { costs, error } = doubtsOf(experiments, profile)[0]!;
    expect(costs.map(({ name }) => name.nodes[0])).toEqual(["server", "edge"]);
    expect(costs[0]!.share / costs[1]!.share).toBeCloseTo(4, 0);
    expect(costs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(error).toBeCloseTo(Math.hypot(errorOf(0.1), errorOf(0.2)), 2);
  });

  test.each([
    ["the host's", { host: 1, visit: 0 }],
    ["the case's", { host: 0, visit: 1 }],
  ])("what both plans are off by together, as it is %s, is no doubt between them", (_whose, common) => {
    const widths = ["edge", "server"].map((node) => ({ name: compute(node), halfWidth: 0.2 }));
    const apart = choice(widths);
    const together = choice(widths, undefined, common);
    const doubt = ({ experiments, profile }: typeof apart) => doubtsOf(experiments, profile)[0]!;
    expect(doubt(apart).error).toBeCloseTo(Math.SQRT2 * errorOf(0.2), 2);
    expect(doubt(together).error).toBeLessThan(0.1 * doubt(apart).error);
    expect(doubt(together).wrong).toBeLessThan(0.001);
  });

  test("a link's doubt is that of every size that its line was fitted through", () => {
    const name: CostName = { kind: "link", of: "", nodes: ["edge", "server"], thread: "idle", at: 9000 };
    const { experiments, profile } = choice([{ name, halfWidth: 0.2 }], undefined, undefined, {
      ...apart({ bandwidth: 1000, delay: 1 }),
      bytes: 1200,
      windows: 8,
    });
    const receive = [1200, 5000, 9000].flatMap((bytes) =>
      (["idle", "cold"] as const).map((thread) => ({ bytes, thread, cpu: [0] })),
    );
    const links = profile.links.map((link) => ({ ...link, receive }));
    const [doubt] = doubtsOf(experiments, { ...profile, links });
    // By least squares a message of 10 s that takes a share longer makes the line of 1 ms a byte steeper by so many times that share.
    const centre = (1200 + 5000 + 9000) / 3;
    const spread = (1200 - centre) ** 2 + (5000 - centre) ** 2 + (9000 - centre) ** 2;
    expect(doubt!.error).toBeCloseTo((errorOf(0.2) * 10 * (9000 - centre)) / spread / 1e-3, 2);
    expect(doubt!.costs.map(({ name }) => name.at)).toEqual([9000]);
  });

  test("the risk is that of a normal lead; the loss is what knowing all would save", () => {
    // The lead is one standard error: Phi(-1), and the unit loss integral at 1.
    const halfWidth = Math.log(1.1) * studentT95(PASSES);
    const { profile, experiments } = choice([{ name: compute("edge"), halfWidth }]);
    const { wrong, regret, error } = doubtsOf(experiments, profile)[0]!;
    expect(wrong).toBeCloseTo(0.1587, 1);
    expect(regret / error).toBeCloseTo(0.0833, 1);
  });

  test("all is known: no doubt", () => {
    const { profile, experiments } = choice([{ name: compute("edge"), halfWidth: 0 }]);
    expect(doubtsOf(experiments, profile)[0]).toMatchObject({ error: 0, wrong: 0, regret: 0, costs: [] });
  });

  test("a cost that is known to one node only is no other node's", () => {
    const { profile, experiments } = choice([{ name: compute("elsewhere"), halfWidth: 0.5 }]);
    expect(doubtsOf(experiments, profile)[0]!.error).toBe(0);
  });

  test("without a saturated load it is the median latency that decides", () => {
    const { profile, experiments } = choice([{ name: { ...compute("edge"), thread: "cold" }, halfWidth: 0.2 }], 0.1);
    const [doubt] = doubtsOf(experiments, profile);
    expect(doubt).toMatchObject({ objective: "latency", best: "AA", second: "AB" });
    // Frames come one by one, each 1.1 s on its way, of which 1 s is in doubt.
    expect(doubt!.error).toBeCloseTo(errorOf(0.2) / 1.1, 2);
  });

  test("one plan is no choice", () => {
    const { profile, experiments } = choice([{ name: compute("edge"), halfWidth: 0.2 }]);
    expect(doubtsOf(experiments.slice(0, 1), profile)[0]).toMatchObject({ second: null, costs: [] });
  });
});
