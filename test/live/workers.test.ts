import { afterEach, expect, test } from "vitest";
import type { Deployment } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import { everyLaw } from "../laws/traces.ts";
import { deployLine, type LineOptions, lineOf } from "./line.ts";

const FRAMES = 60;
const RUN = { frames: FRAMES, rate: 0, height: 96, width: 80, window: 3, digests: FRAMES };
let deployment: Deployment | null = null;

afterEach(async () => {
  await deployment?.stop();
  deployment = null;
});

async function withLine<T>(options: LineOptions, use: (driver: Driver) => Promise<T>): Promise<T> {
  const pods = lineOf(options);
  deployment = await deployLine(pods);
  const driver = new Driver(deployment, pods);
  try {
    return await use(driver);
  } finally {
    driver.close();
    await deployment.stop();
  }
}

const run = (driver: Driver, more: Partial<typeof RUN> = {}) =>
  driver.run("test", 0, 0, { ...RUN, ...more }, { timeout: 25 });

const alone = await withLine({ grouping: [4] }, (driver) => run(driver));

test("every frame's bytes are those of one thread", () => {
  expect(alone.digests).toHaveLength(FRAMES);
  expect(new Set(alone.digests).size).toBeGreaterThan(FRAMES / 4);
  expect(alone.trace.pods[0]!.noticed.every(Number.isNaN)).toBe(true);
});

test.each([
  { grouping: [4], workers: 1 },
  { grouping: [4], workers: 3 },
  { grouping: [1, 2, 1], workers: 1 },
  { grouping: [1, 2, 1], workers: 2, compression: "zstd" },
] as const)("so are those of %j, saturated and at a rate; their traces keep the laws", async (options) => {
  await withLine(options, async (driver) => {
    for (const rate of [0, 200]) {
      const { trace, digests } = await run(driver, { rate });
      expect(digests).toEqual(alone.digests);
      everyLaw(
        trace,
        trace.pods.slice(1).map(() => RUN.window),
      );
      for (const pod of trace.pods) {
        expect(pod.workers).toBe(options.workers);
        expect(pod.computeCpu.every((cpu) => cpu > 0)).toBe(true);
      }
    }
  });
});

test("a pod that computes in one thread and one that does in others take each other's frames", async () => {
  const pods = lineOf({ grouping: [2, 1, 1] }).map((pod, i) => ({ ...pod, workers: i === 1 ? 2 : 0 }));
  deployment = await deployLine(pods);
  const driver = new Driver(deployment, pods);
  const { trace, digests } = await run(driver);
  driver.close();
  expect(digests).toEqual(alone.digests);
  everyLaw(trace, [RUN.window, RUN.window]);
  expect(trace.pods.map(({ noticed }) => noticed.some(Number.isFinite))).toEqual([false, true, false]);
});

test("a run that is broken off leaves nothing to the next, of another size", async () => {
  await withLine({ grouping: [1, 3], workers: 2 }, async (driver) => {
    for (let i = 0; i < 5; i++) {
      const stop = new AbortController();
      const large = { ...RUN, id: `large ${i}`, frames: 10_000, height: 512, width: 512, digests: 0 };
      const onFrame = ({ sequence }: { sequence: number }) => {
        if (sequence === 5 + i) stop.abort(new Error("enough"));
      };
      await expect(driver.stream(large, { onFrame, timeout: 25, signal: stop.signal })).rejects.toThrow("enough");
      expect((await run(driver)).digests).toEqual(alone.digests);
    }
  });
});
