import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import type { ReceivedFrame } from "../../live/stage/frame-codec.ts";
import { deployLine, lineOf } from "./line.ts";

const FRAMES = 60;
let deployment: Deployment | null = null;

afterEach(async () => {
  await deployment?.stop();
  deployment = null;
});

/** Streams a run to this process; returns sequence number and digest of every frame as it came. */
async function stream(
  pods: readonly PodSpec[],
  during: (frame: number, line: Deployment) => void,
): Promise<{ sequence: number; digest: string }[]> {
  deployment = await deployLine(pods);
  const line = deployment;
  const driver = new Driver(line, pods);
  const taken: { sequence: number; digest: string }[] = [];
  const onFrame = ({ sequence, samples }: ReceivedFrame) => {
    const { buffer, byteOffset, byteLength } = samples;
    taken.push({
      sequence,
      digest: createHash("sha256")
        .update(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength))
        .digest("hex"),
    });
    during(sequence, line);
  };
  const run = { id: "test", frames: FRAMES, rate: 0, height: 48, width: 40, window: 4, digests: 0 };
  try {
    await driver.stream(run, { onFrame, timeout: 25 });
  } finally {
    driver.close();
    await line.stop();
  }
  return taken;
}

describe("a pod that ends in the middle of a stream, and a fresh start at the same address", async () => {
  const reference = await stream(lineOf({ grouping: [4] }), () => {});

  test("the monolith delivers every frame once, in order, and frames differ", () => {
    expect(reference.map(({ sequence }) => sequence)).toEqual(Array.from({ length: FRAMES }, (_, i) => i));
    expect(new Set(reference.map(({ digest }) => digest)).size).toBeGreaterThan(FRAMES / 4);
  });

  test.each([1, 2, 3, 4])(
    "kill -9 of pod %i of 4: every frame exactly once, in order, the monolith's bytes",
    async (pod) => {
      let replaced: Promise<number | null> | null = null;
      const taken = await stream(lineOf({ grouping: [1, 1, 1, 1] }), (frame, line) => {
        if (frame >= FRAMES / 3) replaced ??= line.replace(`pod${pod}`);
      });
      expect(replaced).not.toBeNull();
      await replaced;
      expect(taken).toEqual(reference);
    },
  );

  test.each([
    { pod: 2, compression: "zstd" },
    { pod: 2, workers: 1 },
    { pod: 3, workers: 3 },
    { pod: 1, workers: 2, compression: "zstd" },
    { pod: 4, workers: 2, compression: "zstd" },
  ] as const)("kill -9 of a pod of 4: %j", async ({ pod, ...options }) => {
    let replaced: Promise<number | null> | null = null;
    const taken = await stream(lineOf({ grouping: [1, 1, 1, 1], ...options }), (frame, line) => {
      if (frame >= FRAMES / 3) replaced ??= line.replace(`pod${pod}`);
    });
    expect(replaced).not.toBeNull();
    await replaced;
    expect(taken).toEqual(reference);
  });

  test("kill -9 of two pods that are neighbours, one soon after the other", async () => {
    let first: Promise<number | null> | null = null;
    let second: Promise<number | null> | null = null;
    const taken = await stream(lineOf({ grouping: [1, 1, 1, 1] }), (frame, line) => {
      if (frame >= FRAMES / 3) first ??= line.replace("pod2");
      if (frame >= FRAMES / 3 + 3) second ??= line.replace("pod3");
    });
    await Promise.all([first, second]);
    expect(taken).toEqual(reference);
  });

  test("a pod with workers drains, too", async () => {
    let replaced: Promise<number | null> | null = null;
    const taken = await stream(lineOf({ grouping: [1, 1, 1, 1], workers: 2 }), (frame, line) => {
      if (frame >= FRAMES / 3) replaced ??= line.replace("pod3", "SIGTERM");
    });
    expect(await replaced).toBe(0);
    expect(taken).toEqual(reference);
  });

  test.each([1, 2, 3, 4])(
    "pod %i of 4 asked to end (SIGTERM) drains, exits with 0, and nothing is lost",
    async (pod) => {
      let replaced: Promise<number | null> | null = null;
      const taken = await stream(lineOf({ grouping: [1, 1, 1, 1] }), (frame, line) => {
        if (frame >= FRAMES / 3) replaced ??= line.replace(`pod${pod}`, "SIGTERM");
      });
      expect(await replaced).toBe(0);
      expect(taken).toEqual(reference);
    },
  );
});
