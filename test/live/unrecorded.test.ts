import { afterEach, expect, test } from "vitest";
import type { Deployment } from "../../live/clusters/cluster.ts";
import { Driver, type RunOptions } from "../../live/driver.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { frames: 60, rate: 100, height: 48, width: 40, window: 4, digests: 0 };
let deployment: Deployment | null = null;

afterEach(() => deployment?.stop());

/** A run at the middle of which a pod is killed. */
async function run(pod: string, options: Partial<RunOptions>) {
  const pods = lineOf({ grouping: [1, 2, 1] });
  deployment = await deployLine(pods);
  const driver = new Driver(deployment, pods);
  let replaced: Promise<unknown> | null = null;
  const onFrame = ({ sequence }: { sequence: number }) => {
    if (sequence >= 20) replaced ??= deployment!.replace(pod);
  };
  try {
    return await driver.run("plan", 0, 0, RUN, { timeout: 20, onFrame, ...options });
  } finally {
    await replaced;
    driver.close();
  }
}

test("of a pod that was started afresh it is told which frames it has no record of; the others' records are whole", async () => {
  const { trace, unrecorded } = await run("pod2", { restarts: true });
  expect(unrecorded).toHaveLength(1);
  const { pod, first, next } = unrecorded[0]!;
  expect([pod, first]).toEqual(["pod2", 0]);
  expect(next).toBeGreaterThan(20);
  expect(next).toBeLessThan(RUN.frames);
  trace.pods.forEach(({ pod, end }) => {
    const known = [...end.keys()].filter((n) => !Number.isNaN(end[n]!));
    expect(known).toEqual([...end.keys()].filter((n) => pod !== "pod2" || n >= next));
  });
});

test("a run that did not expect that fails, and says so", async () => {
  await expect(run("pod3", {})).rejects.toThrow(
    /run plan#0\.\d+: pod pod3 has no record of frames 0 to \d+: was it restarted\?/,
  );
});
