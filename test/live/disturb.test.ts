import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { disturb, killsLast, whyNot } from "../../live/disturb.ts";
import { Driver, type RunResult } from "../../live/driver.ts";
import type { ReceivedFrame } from "../../live/stage/frame-codec.ts";
import { digestOf } from "../../live/stage/recorder.ts";
import type { Disturbance } from "../../sim/disturbance.ts";
import type { Plan } from "../../sim/plan.ts";
import { measuredRecovery } from "../../sim/recovery.ts";
import { latencies, summarise } from "../../sim/summarise.ts";
import type { Link } from "../../sim/topology/topology.ts";
import { line } from "../sim/fixtures.ts";
import { deployLine, lineOf } from "./line.ts";

/** So far away that a frame is late by what happens, not by what else the host does. */
const LINK: Link = { between: ["node2", "node3"], bandwidth: 1e6, delay: 0.1 };
const RUN = { frames: 200, rate: 40, height: 48, width: 40, window: 32, digests: 200 };
/** A pod for each of three nodes, a link between the last two. */
const PODS = lineOf({ grouping: [1, 2, 1], links: { 2: LINK } });
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** The plan of that line, as far as what happens to it goes by that. */
function planOf(disturbances: readonly Disturbance[]): Plan {
  const { plan } = line({ pods: PODS.map(() => ({ cpu: 1e-3 })), rate: RUN.rate, frames: RUN.frames });
  return {
    ...plan,
    pods: PODS.map(({ name, node, stages }, i) => ({
      name,
      node,
      stages: stages.map((stage) => ({ ...plan.pods[i]!.stages[0]!, name: stage.name })),
    })),
    hops: plan.hops.map((hop, i) => (i === 1 ? { ...hop, link: LINK } : hop)),
    disturbances,
  };
}

/** And the digest of each frame that the driver took, by its sequence number, as they came. */
async function run(disturbances: readonly Disturbance[]): Promise<RunResult & { readonly taken: readonly string[] }> {
  const deployment = await deployLine(PODS);
  undo.push(() => deployment.stop());
  const driver = new Driver(deployment, PODS);
  undo.push(() => driver.close());
  const plan = planOf(disturbances);
  const taken: string[] = [];
  const onFrame = ({ sequence, samples }: ReceivedFrame) =>
    void taken.push(`${sequence} ${digestOf(samples).toString("hex")}`);
  const meanwhile = disturb.bind(null, plan, deployment);
  const result = await driver.run("plan", 0, 0, RUN, {
    timeout: 60,
    ...(disturbances.length > 0 && { meanwhile }),
    ...((disturbances.length === 0 || killsLast(plan)) && { onFrame }),
  });
  return { ...result, taken };
}

let calm: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  calm = await run([]);
  for (const step of undo.splice(0).reverse()) await step();
}, 60_000);

describe("what is done to a line while frames stream", () => {
  test.each<[string, Disturbance, string]>([
    ["the last pod is killed", { pod: "maxpool", restart: 0.6, at: 1 }, "pod maxpool restart 0.6 s at 1 s"],
    ["one of the others is", { pod: "relu", restart: 0.6, at: 1 }, "pod relu restart 0.6 s at 1 s"],
    ["the source is", { pod: "source", restart: 0.6, at: 1 }, "pod source restart 0.6 s at 1 s"],
    ["all pods of a node are", { node: "node2", restart: 0.6, at: 1 }, "node node2 restart 0.6 s at 1 s"],
    [
      "a link carries next to nothing",
      { link: ["node3", "node2"], bandwidth: { amount: 2000 }, from: 1, until: 1.6 },
      "link node3-node2 0.016 Mbit/s 1 s..1.6 s",
    ],
    [
      "a link is cut",
      { link: ["node2", "node3"], bandwidth: { share: 0 }, from: 1, until: 1.6 },
      "link node2-node3 0% 1 s..1.6 s",
    ],
  ])(
    "%s: it is told when, every frame is there once with its bytes, and the line recovers",
    async (_, one, what) => {
      const { trace, digests, taken } = await run([one]);
      expect(killsLast(planOf([one]))).toBe("pod" in one && one.pod === "maxpool");
      if (killsLast(planOf([one]))) {
        expect(taken).toEqual(calm.taken);
        // Of what it had delivered between the last look at its record and its end, there is none.
        expect(digests.filter((digest, n) => digest !== "" && digest !== calm.digests[n])).toEqual([]);
      } else expect(digests).toEqual(calm.digests);
      expect(trace.happened).toHaveLength(1);
      const [done] = trace.happened!;
      expect(done!.what).toBe(what);
      const first = trace.scheduled[0]!;
      expect(done!.from - first).toBeGreaterThan(0.99);
      expect(done!.until - first).toBeGreaterThan(1.59);
      const { seconds, delayed, backlog, usual } = measuredRecovery(trace);
      // On a host that is busy enough frames are late to the end.
      expect(seconds).toBeGreaterThanOrEqual(0);
      if (one !== undefined && !("pod" in one && one.pod === "source")) {
        expect(delayed).toBeGreaterThan(5);
        expect(backlog).toBeGreaterThan(usual);
      }
      // Records of the pods that were killed were kept, but for what was under way.
      expect(latencies(trace).length).toBeGreaterThan(RUN.frames - 20);
      const { throughput, terms } = summarise(trace);
      for (const value of [throughput, ...terms.map(({ compute }) => compute)]) expect(value).toBeGreaterThan(0);
    },
    60_000,
  );

  test("what is to come when the run has ended does not", async () => {
    const { trace } = await run([{ pod: "relu", restart: 1, at: 3600 }]);
    expect(trace.happened).toEqual([]);
    expect(measuredRecovery(trace).seconds).toBeNaN();
  }, 60_000);

  test("a pod that does not start again ends the run", async () => {
    const deployment = await deployLine(PODS);
    undo.push(() => deployment.stop());
    const driver = new Driver(deployment, PODS);
    undo.push(() => driver.close());
    const replace = () => Promise.reject(new Error("no such image"));
    const broken = { ...deployment, replace } as unknown as typeof deployment;
    const plan = planOf([{ pod: "relu", restart: 1, at: 0.5 }]);
    const meanwhile = disturb.bind(null, plan, broken);
    await expect(driver.run("plan", 0, 0, RUN, { timeout: 60, meanwhile })).rejects.toThrow("no such image");
  }, 60_000);
});

test("what a cluster can't have happen is told with why", () => {
  const restart: Disturbance = { pod: "conv", restart: 1, at: 1 };
  const link: Disturbance = { link: ["a", "b"], bandwidth: { share: 0.1 }, from: 1, until: 2 };
  const speed: Disturbance = { node: "a", speed: { share: 0.5 }, from: 1, until: 2 };
  const burst: Disturbance = { burst: 20, at: 1 };
  expect([restart, link, speed, burst].map((one) => whyNot(one, false) === null)).toEqual([true, true, false, false]);
  expect([restart, link, speed, burst].map((one) => whyNot(one, true) === null)).toEqual([true, false, false, false]);
});
