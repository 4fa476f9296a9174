import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 300_000 });

const PROGRAM = fileURLToPath(new URL("../bench/sim/twin.ts", import.meta.url));
const LIMIT_MEGABYTES = 150;
/** Of the process: how far two runs of the same may be apart. One number a frame would be more. */
const NOISE_MEGABYTES = 15;

test.each([
  ["four pods on two nodes, one pipeline", ["W3"], 500_000],
  ["the same by the engine that knows all there may be", ["interpreted", "W3"], 500_000],
  ["a fleet of 4,000 pods", ["W4"], 1_100_000],
])("%s: memory does not grow with the frames", async (_what, words, frames) => {
  const megabytes = async (count: number) => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words, String(count)]);
    return (JSON.parse(stdout) as { megabytes: number }).megabytes;
  };
  const [some, many] = [await megabytes(frames), await megabytes(6 * frames)];
  expect(many).toBeLessThan(LIMIT_MEGABYTES);
  expect(many).toBeLessThan(some + NOISE_MEGABYTES);
});
