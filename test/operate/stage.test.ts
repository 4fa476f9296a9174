import { afterEach, describe, expect, test } from "vitest";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import { PodClient } from "../../live/measure/pod-client.ts";
import { now } from "../../live/stage/clock.ts";
import { Recorder } from "../../live/stage/recorder.ts";
import type { Run } from "../../live/stage/wire.ts";
import { deployLine, lineOf } from "../live/line.ts";

const RUN: Run = { id: "run", frames: 40, rate: 0, height: 48, width: 40, window: 4, digests: 0 };
let deployment: Deployment | null = null;

afterEach(async () => {
  await deployment?.stop();
  deployment = null;
});

async function run(pods: readonly PodSpec[], changed: Partial<Run>): Promise<PodClient[]> {
  deployment ??= await deployLine(pods);
  const driver = new Driver(deployment, pods);
  await driver.stream({ ...RUN, ...changed }, { timeout: 20 }).finally(() => driver.close());
  return pods.map(({ name }) => new PodClient(name, deployment!.address(name), null));
}

describe("the record of a run that goes on and on", () => {
  test("is of the latest frames; one asks for those from some frame on", async () => {
    const pods = lineOf({ grouping: [2, 2] });
    const [, client] = await run(pods, { kept: 16 });
    const { trace } = await client!.trace("run", pods[1]!, 40);
    const there = Array.from(trace.end, (end) => !Number.isNaN(end));
    expect(there).toEqual(Array.from({ length: 40 }, (_, i) => i >= 24));
    const later = await client!.trace("run", pods[1]!, 5, 30);
    expect(Array.from(later.trace.end)).toEqual(Array.from(trace.end.subarray(30, 35)));
    client!.close();
  });

  test("a frame's values are gone with the frame", () => {
    const recorder = new Recorder({ ...RUN, kept: 8 }, "pod", "node", 0);
    for (let frame = 0; frame < 20; frame++) {
      const at = recorder.begin(frame);
      expect(recorder.trace.end[at]).toBeNaN();
      recorder.trace.end[at] = frame;
    }
    recorder.acknowledged(15, 18, 7);
    const chunks = [...recorder.chunks(14)];
    const values = (column: string) =>
      chunks
        .filter((chunk) => chunk.column === column)
        .flatMap((chunk) => [...new Float64Array(new Uint8Array(chunk.values).buffer)]);
    expect(values("end")).toEqual([14, 15, 16, 17, 18, 19]);
    expect(values("acked")).toEqual([Number.NaN, 7, 7, 7, Number.NaN, Number.NaN]);
    expect(chunks.map(({ first }) => first)[0]).toBe(14);
  });
});

test("the end of a line is warmed up with frames that its first pod makes: pods before it do not learn of the run", async () => {
  const pods = lineOf({ grouping: [1, 1, 2] });
  const feed = { pod: "pod2", height: 48, width: 40, channels: 1, element: 1 };
  const [source, fed] = await run(pods, { feed });
  expect((await fed!.trace("run", pods[1]!, 40)).trace.end.every((end) => !Number.isNaN(end))).toBe(true);
  await expect(source!.trace("run", pods[0]!, 40)).rejects.toThrow(/has no trace of run run/);
  await run(pods, { id: "another" });
  const whole = await source!.trace("another", pods[0]!, 40);
  expect(whole.trace.end.every((end) => !Number.isNaN(end))).toBe(true);
  await expect(run(pods, { id: "wrong", feed: { ...feed, channels: 0 } })).rejects.toThrow(/no frames of 48x40x0/);
  source!.close();
  fed!.close();
});

test("a source that begins in the middle of a run keeps to the schedule that it is told", async () => {
  const pods = lineOf({ grouping: [4] });
  const origin = now() - 0.1;
  const [source] = await run(pods, { rate: 200, origin });
  const { scheduled } = await source!.trace("run", pods[0]!, 40);
  for (const [frame, due] of scheduled.entries()) expect(due).toBeCloseTo(origin + frame / 200, 6);
  source!.close();
});

test("a pod that hands over takes no more frames, tells from where on others are to, and passes on what it has", async () => {
  const pods = lineOf({ grouping: [1, 3] });
  deployment = await deployLine(pods);
  const client = new PodClient("pod2", deployment.address("pod2"), null);
  await expect(client.handOver("run")).rejects.toThrow("pod pod2 does not know run run");
  const driver = new Driver(deployment, pods);
  const taken: number[] = [];
  let next: Promise<number> | null = null;
  const streaming = driver.stream(
    { ...RUN, frames: 1_000_000 },
    {
      timeout: 20,
      onFrame: ({ sequence }) => {
        taken.push(sequence);
        if (sequence === 20) next = client.handOver("run");
      },
    },
  );
  streaming.catch(() => {});
  await expect.poll(() => next, { timeout: 10_000 }).not.toBeNull();
  const first = await next!;
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(first);
  expect(taken).toEqual(Array.from({ length: first }, (_, i) => i));
  driver.close();
  client.close();
});
