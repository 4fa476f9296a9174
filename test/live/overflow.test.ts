import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Driver, type RunResult } from "../../live/driver.ts";
import { podConfigSchema } from "../../live/stage/config.ts";
import { Executor } from "../../live/stage/executor.ts";
import { serveMetrics } from "../../live/stage/metrics.ts";
import { Pod } from "../../live/stage/pod.ts";
import { servePod } from "../../live/stage/server.ts";
import { Overflow, type Run } from "../../live/stage/wire.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { frames: 200, rate: 200, height: 48, width: 40, window: 2, digests: 200 };
const DROPS = { overflow: Overflow.DROP_OLDEST, buffer: 3 };
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Taken {
  readonly result: RunResult;
  readonly sequences: readonly number[];
}

/** A run whose reader is busy for so many milliseconds with each frame: of 200 frames/s it takes but some. */
async function run(changed: Partial<Run>, busy: number, killed: string | null = null, workers = 0): Promise<Taken> {
  const pods = lineOf({ grouping: [1, 2, 1], workers });
  const line = await deployLine(pods);
  undo.push(() => line.stop());
  const driver = new Driver(line, pods);
  undo.push(() => driver.close());
  const sequences: number[] = [];
  let replaced: Promise<unknown> | null = null;
  const onFrame = ({ sequence }: { sequence: number }) => {
    sequences.push(sequence);
    if (killed !== null && sequence >= 50) replaced ??= line.replace(killed);
    for (const until = performance.now() + busy; performance.now() < until; );
  };
  const options = { timeout: 25, restarts: killed !== null, onFrame };
  const result = await driver.run("plan", 0, 0, { ...RUN, ...changed }, options);
  await replaced;
  return { result, sequences };
}

const known = (column: Float64Array) => [...column.keys()].filter((n) => !Number.isNaN(column[n]!));

test.each([0, 2])(
  "a source that may drop does: those that are delivered are in order, fresh, counted (%i workers)",
  async (workers) => {
    const { result, sequences } = await run(DROPS, 20, null, workers);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    expect(sequences.at(-1)).toBe(RUN.frames - 1);
    expect(result.dropped).toBeGreaterThan(RUN.frames / 4);
    expect(sequences.length + result.dropped).toBe(RUN.frames);
    expect(result.unrecorded).toEqual([]);
    const [source, ...others] = result.trace.pods;
    expect(known(source!.end)).toHaveLength(RUN.frames);
    for (const { end } of others) expect(known(end)).toEqual(sequences);
    expect(known(source!.acked)).toEqual(sequences);
  },
);

test("a source that may not drop waits, and every frame comes", async () => {
  const { result, sequences } = await run({}, 8);
  expect(sequences).toHaveLength(RUN.frames);
  expect(result.dropped).toBe(0);
});

test("nothing is dropped while the reader keeps up", async () => {
  const { result, sequences } = await run({ ...DROPS, buffer: 200 }, 0);
  expect(sequences).toHaveLength(RUN.frames);
  expect(result.dropped).toBe(0);
});

test.each(["pod1", "pod2", "pod3"])("what was not dropped comes once and in order when %s is killed", async (pod) => {
  const { sequences } = await run(DROPS, 10, pod);
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  expect(sequences.at(-1)).toBe(RUN.frames - 1);
});

test("the digest of a frame that never came is left open; those of the others are as ever", async () => {
  const [all, some] = [await run({}, 0), await run(DROPS, 20)];
  some.result.digests.forEach((digest, n) => {
    if (some.sequences.includes(n)) expect(digest).toBe(all.result.digests[n]);
    else expect(digest).toBe("");
  });
});

test("dropped frames are a metric of the source", async () => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  const metricsPort = (free.address() as { port: number }).port;
  await new Promise((resolve) => free.close(resolve));
  const { name, node, stages } = lineOf({ grouping: [4] })[0]!;
  const config = podConfigSchema.parse({ name, node, stages, port: 0, metricsPort, upstream: null });
  const pod = new Pod(config, await Executor.load(config, () => {}), null);
  const server = await servePod(pod, config);
  const metrics = await serveMetrics(pod, config);
  undo.push(
    () => metrics?.close(),
    () => server.stop(),
  );
  pod.dropped = 7;
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(text).toContain('edgetwin_frames_dropped_total{pod="pod1",node="node1"} 7');
});
