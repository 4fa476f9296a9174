import { expect, test, vi } from "vitest";
import { Autopilot } from "../../live/operate/autopilot.ts";
import type { Operation } from "../../live/operate/operation.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import { RULES } from "../../sim/operate/judge.ts";
import { computeKey } from "../../sim/plan.ts";
import { opened, planAt } from "./pipeline.ts";

const clock = vi.hoisted(() => ({ time: 0 }));
vi.mock("../../live/stage/clock.ts", async (original) => ({ ...(await original<object>()), now: () => clock.time }));

const bench = await opened();
const here = planAt(bench, "EEEE", [4]);
const there = planAt(bench, "ESSS", [1, 3]);
const nominal = nominalProfile(bench.topology, [here, there], { cores: 4 });
const slow = computeKey(here.pods[0]!.stages);
/** Where the pipeline is, it takes a thousand times as long as elsewhere. */
const profile = {
  ...nominal,
  computes: nominal.computes.map((cost) => {
    const cpu = (samples: readonly number[]) => samples.map((one) => (cost.key === slow ? 1000 * one : one));
    return { ...cost, cpu: { busy: cpu(cost.cpu.busy), idle: cpu(cost.cpu.idle), cold: cpu(cost.cpu.cold) } };
  }),
};

test("a move that can't be made is tried again after twice as long, each time", async () => {
  const operation = { moving: false, deploying: 1, line: { plan: here }, deployment: {} } as unknown as Operation;
  const tried: number[] = [];
  const pilot = new Autopilot(operation, {
    profile,
    candidates: [here, there],
    aim: "throughput",
    rules: RULES,
    advises: false,
    interval: 1,
    tell: () => {},
    migrate: () => {
      tried.push(clock.time);
      return Promise.reject(new Error("no node has room"));
    },
  });
  const reading = { delivered: 0, throughput: 0, p50: null, split: "EEEE", trace: null };
  for (clock.time = 1; clock.time <= 80; clock.time++) await pilot.look(reading);
  pilot.close();
  const waits = tried.map((time, i) => time - (tried[i - 1] ?? 0));
  expect(waits).toEqual([RULES.dwell, 2 * RULES.dwell, 4 * RULES.dwell]);
});
