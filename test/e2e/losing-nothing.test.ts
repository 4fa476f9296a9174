import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { PodSpec } from "../../live/clusters/cluster.ts";
import type { LocalDeployment } from "../../live/clusters/processes.ts";
import { Driver } from "../../live/driver.ts";
import type { ReceivedFrame } from "../../live/stage/frame-codec.ts";
import type { Link } from "../../sim/topology/topology.ts";
import { deployLine, type LineOptions, lineOf } from "../live/line.ts";

const FRAMES = 90;
/** Frames/s: a run takes a second and a half where nothing happens to it. */
const RATE = 60;
const LINK: Link = { between: ["edge", "server"], bandwidth: null, delay: 1e-3 };
/** Schedules of troubles that are tried; EDGETWIN_SCHEDULES=100 for a long hunt. */
const RUNS = Number(process.env.EDGETWIN_SCHEDULES ?? 8);
/** One pod a stage, a link between the second and the third. */
const LINE: LineOptions = { grouping: [1, 1, 1, 1], links: { 2: LINK } };

/** What happens to a line when the driver takes a certain frame. */
type Trouble = { readonly at: number } & (
  | { readonly kill: readonly number[]; readonly signal: "SIGKILL" | "SIGTERM"; readonly times: number }
  | { readonly stop: number; readonly milliseconds: number }
  | { readonly cut: number }
  | { readonly slow: number }
);

const pod = fc.integer({ min: 1, max: 4 });
const at = fc.integer({ min: 0, max: FRAMES - 20 });
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    at,
    kill: fc.uniqueArray(pod, { minLength: 1, maxLength: 2 }),
    signal: fc.constantFrom("SIGKILL", "SIGTERM"),
    // Again, as soon as it is there again.
    times: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ at, stop: pod, milliseconds: fc.integer({ min: 10, max: 3000 }) }),
  fc.record({ at, cut: fc.integer({ min: 10, max: 3000 }) }),
  // The reader is busy for so many milliseconds with each of the next frames: every window fills.
  fc.record({ at, slow: fc.integer({ min: 1, max: 60 }) }),
);

async function happen(line: LocalDeployment, trouble: Trouble): Promise<void> {
  if ("kill" in trouble) {
    const kill = async (i: number) => {
      for (let n = 0; n < trouble.times; n++) await line.replace(`pod${i}`, trouble.signal);
    };
    await Promise.all(trouble.kill.map(kill));
  } else if ("stop" in trouble) {
    const pid = line.pid(`pod${trouble.stop}`);
    process.kill(pid, "SIGSTOP");
    await sleep(trouble.milliseconds);
    process.kill(pid, "SIGCONT");
  } else if ("cut" in trouble) {
    await line.shape(LINK, { cut: true });
    await sleep(trouble.cut);
    await line.shape(LINK, { cut: false });
  }
}

function busy(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

/** Sequence number and digest of every frame as it came. */
async function stream(pods: readonly PodSpec[], troubles: readonly Trouble[], tls = false): Promise<string[]> {
  const line = await deployLine(pods, { tls });
  const driver = new Driver(line, pods);
  const taken: string[] = [];
  // What happens to one and the same pod or link happens in turn.
  let happening = Promise.resolve();
  let slow = 0;
  const onFrame = ({ sequence, samples }: ReceivedFrame) => {
    const { buffer, byteOffset, byteLength } = samples;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    taken.push(`${sequence} ${createHash("sha256").update(bytes).digest("hex")}`);
    for (const trouble of troubles.filter(({ at }) => at === sequence)) {
      if ("slow" in trouble) slow = trouble.slow;
      else happening = happening.then(() => happen(line, trouble));
    }
    busy(slow);
  };
  const run = { id: "law", frames: FRAMES, rate: RATE, height: 48, width: 40, window: 4, digests: 0 };
  try {
    await driver.stream(run, { onFrame, timeout: 60 });
    await happening;
  } finally {
    driver.close();
    await line.stop();
  }
  return taken;
}

describe("whatever happens to a line, every frame comes once, in order, with the monolith's bytes", () => {
  let reference: string[] = [];
  beforeAll(async () => {
    reference = await stream(lineOf({ grouping: [4] }), []);
    expect(new Set(reference.map((line) => line.split(" ")[1])).size).toBeGreaterThan(FRAMES / 4);
  });

  test.each<[string, readonly Trouble[]]>([
    ["two neighbours are killed at once", [{ at: 20, kill: [2, 3], signal: "SIGKILL", times: 1 }]],
    ["the source and the last pod are killed at once", [{ at: 20, kill: [1, 4], signal: "SIGKILL", times: 1 }]],
    ["all are killed at once", [{ at: 20, kill: [1, 2, 3, 4], signal: "SIGKILL", times: 1 }]],
    ["a pod is killed again while it recovers", [{ at: 20, kill: [3], signal: "SIGKILL", times: 3 }]],
    ["a pod is stopped for 3 s", [{ at: 20, stop: 2, milliseconds: 3000 }]],
    ["the link is cut for 5 s", [{ at: 20, cut: 5000 }]],
    [
      "a pod behind a window that a slow reader filled is killed, and one drained",
      [
        { at: 10, slow: 40 },
        { at: 20, kill: [2], signal: "SIGKILL", times: 1 },
        { at: 40, kill: [3], signal: "SIGTERM", times: 1 },
      ],
    ],
  ])(
    "%s",
    async (_, troubles) => {
      expect(await stream(lineOf(LINE), troubles)).toEqual(reference);
    },
    90_000,
  );

  test("a link that is cut for longer than connections are trusted, over mTLS", async () => {
    expect(await stream(lineOf(LINE), [{ at: 20, cut: 25_000 }], true)).toEqual(reference);
  }, 90_000);

  test(
    "any schedule of troubles, with compression and workers or without",
    async () => {
      const schedule = fc.array(trouble, { minLength: 1, maxLength: 4 });
      const compression = fc.constantFrom("none", "zstd");
      const workers = fc.constantFrom(0, 2);
      await fc.assert(
        fc.asyncProperty(schedule, compression, workers, async (troubles, compression, workers) => {
          expect(await stream(lineOf({ ...LINE, compression, workers }), troubles)).toEqual(reference);
        }),
        // A counterexample is short enough; to shrink it takes minutes.
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    RUNS * 60_000,
  );
});
