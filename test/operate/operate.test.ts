import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Cluster, Deployment } from "../../live/clusters/cluster.ts";
import { processes } from "../../live/clusters/processes.ts";
import type { Event } from "../../live/operate/journal.ts";
import { type OperateOptions, operate } from "../../live/operate/operate.ts";
import { podSpecs } from "../../live/testbed.ts";
import { nominalProfile } from "../../sim/nominal-profile.ts";
import { RULES } from "../../sim/operate/judge.ts";
import { opened, planAt } from "./pipeline.ts";

const bench = await opened();
const here = planAt(bench, "EEEE", [4], 100);
const candidates = [here, planAt(bench, "ESSS", [1, 3], 100)];
const profile = nominalProfile(bench.topology, candidates, { cores: 4 });

function piloted(changed: Partial<OperateOptions>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-test-"));
  return operate(here, {
    cluster: processes,
    folder,
    logs: join(folder, "logs"),
    pods: (plan) => podSpecs([plan], null, "."),
    planAt: () => here,
    isInput: () => false,
    signal: new AbortController().signal,
    tell: () => {},
    autopilot: { profile, candidates, aim: "p50", rules: RULES, advises: false },
    ...changed,
  });
}

test("what the autopilot has begun to deploy when it is interrupted is stopped with all else", {
  timeout: 60_000,
}, async () => {
  const controller = new AbortController();
  const done: string[] = [];
  const cluster: Cluster = {
    ...processes,
    deploy: async (pods, logs) => {
      const deployment: Deployment = await processes.deploy(pods, logs);
      const [extend, stop] = [deployment.extend.bind(deployment), deployment.stop.bind(deployment)];
      // To look at a link that the pipeline does not use.
      deployment.extend = async (more) => {
        done.push("extends");
        controller.abort();
        await extend(more);
        done.push("extended");
      };
      deployment.stop = async () => {
        done.push("stops");
        await stop();
      };
      return deployment;
    },
  };
  await piloted({ cluster, signal: controller.signal });
  expect(done).toEqual(["extends", "extended", "stops"]);
});

test("an autopilot that can't tell what is best says so, once, and the pipeline runs on", {
  timeout: 60_000,
}, async () => {
  const events: Event[] = [];
  const delivered = await piloted({
    frames: 400,
    tell: (event) => events.push(event),
    autopilot: { profile: { ...profile, computes: [] }, candidates, aim: "p50", rules: RULES, advises: false },
  });
  expect(delivered).toBe(400);
  expect(events.filter(({ event }) => event === "second").length).toBeGreaterThan(1);
  const why = expect.stringMatching(/./);
  expect(events.filter(({ event }) => event === "autopilot fails")).toEqual([{ event: "autopilot fails", why }]);
});
