import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Driver } from "../../live/driver.ts";
import { deployLine, lineOf } from "../live/line.ts";
import { children } from "./children.ts";

/** Small, so that they are many in a short time. */
const RUN = { frames: 20_000, rate: 0, height: 16, width: 12, window: 8, digests: 0 };
/** Much less than one of the frames' messages for each of those that come after the second run. */
const LIMIT_BYTES = 24 * 2 ** 20;

/** Resident memory of a process, bytes. */
function resident(pid: number): number {
  return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
}

test.skipIf(process.platform !== "linux").each([0, 1])(
  "pods' memory stays flat over 100,000 frames, with %i workers (Linux: looks into /proc)",
  async (workers) => {
    const pods = lineOf({ grouping: [1, 2, 1], workers });
    const before = new Set(children(process.pid));
    const deployment = await deployLine(pods);
    const driver = new Driver(deployment, pods);
    try {
      const running = children(process.pid).filter((pid) => !before.has(pid));
      expect(running).toHaveLength(pods.length);
      let settled: number[] = [];
      for (let run = 0; run < 5; run++) {
        await driver.stream({ id: `memory-${run}`, ...RUN }, { timeout: 60 });
        if (run === 1) settled = running.map(resident);
      }
      for (const [i, pid] of running.entries()) expect(resident(pid) - settled[i]!).toBeLessThan(LIMIT_BYTES);
    } finally {
      driver.close();
      await deployment.stop();
    }
  },
);
