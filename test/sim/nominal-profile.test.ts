import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { openBench, saturatedPlans } from "../../live/workbench.ts";
import { costsOf } from "../../sim/model/costs.ts";
import { NOMINAL, nominalProfile } from "../../sim/nominal-profile.ts";
import { predict } from "../../sim/predict.ts";
import { PROFILE_VERSION } from "../../sim/profile.ts";

const root = join(import.meta.dirname, "../../topologies");
const examples = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));

test("examples are found", () => expect(examples.length).toBeGreaterThan(6));

describe.each(examples)("topologies/%s", (file) => {
  it("has a nominal price for every plan", async () => {
    const bench = await openBench(join(root, file), {});
    const plans = saturatedPlans(bench);
    const profile = nominalProfile(bench.topology, plans, { cores: 4 });
    for (const plan of plans) {
      const { pods, hops, cores } = costsOf(plan, profile, null);
      for (const { compute } of pods) expect(compute.idle[0]).toBeGreaterThan(0);
      expect(hops.every(({ payload }) => payload[0]! > 0)).toBe(true);
      expect(plan.hosts.every(({ name }) => cores.get(name)! >= 1)).toBe(true);
    }
  });
});

test("predictions from it are one number, the same whatever the replication", async () => {
  const { topology, experiments } = await openBench(join(root, "local.yaml"), { sizes: "192", frames: 40 });
  const plan = experiments.find(({ saturated }) => saturated.split === "EESS")!.saturated;
  const profile = nominalProfile(topology, [plan], { cores: 2 });
  const { throughput, interval } = predict(plan, profile, 4);
  expect(interval.throughput).toEqual([throughput, throughput]);
  expect(profile.version).toBe(PROFILE_VERSION);
});

test("a stage takes the longer of its arithmetic and its memory traffic", async () => {
  const { topology, experiments } = await openBench(join(root, "local.yaml"), { sizes: "256" });
  const { saturated } = experiments.find(({ saturated }) => saturated.split === "SSSS")!;
  const { computes } = nominalProfile(topology, [saturated], { cores: 2 });
  const [source, conv] = saturated.pods.map(({ stages }) => stages[0]!);
  const seconds = (name: string) => computes.find(({ stages }) => stages.join() === name)!.cpu.busy;
  expect(source!.cost.operations).toBe(0);
  expect(seconds("source")).toEqual([source!.cost.bytes / NOMINAL.memory]);
  // Plain loops: an operation a cycle.
  expect(seconds("conv")).toEqual([conv!.cost.operations / NOMINAL.clock]);
});

test("a machine has cores", async () => {
  const { topology } = await openBench(join(root, "local.yaml"), {});
  expect(() => nominalProfile(topology, [], { cores: 0 })).toThrow("cores(=0) should be an integer >= 1");
});
