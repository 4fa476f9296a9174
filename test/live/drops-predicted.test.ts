import { afterEach, expect, test } from "vitest";
import { Driver } from "../../live/driver.ts";
import { Overflow } from "../../live/stage/wire.ts";
import { predict } from "../../sim/predict.ts";
import { summarise } from "../../sim/summarise.ts";
import { line } from "../sim/fixtures.ts";
import { deployLine, lineOf } from "./line.ts";

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A pod is held for so long with each frame, of which so many come in a second: about three in five are too many. */
const HELD = 25e-3;
const RATE = 100;
const FRAMES = 200;
const SIZE = { height: 48, width: 40 };

test("the testbed drops about as many frames as the twin says", async () => {
  const spec = {
    pods: [{ cpu: [1e-3] }, { cpu: [HELD] }, { cpu: [1e-3] }],
    windows: [2, 2],
    rate: RATE,
    frames: FRAMES,
  };
  const { plan, profile } = line(spec);
  const predicted = predict({ ...plan, workload: { ...plan.workload, buffer: 3 } }, profile, 3).dropped!;

  const pods = lineOf({ grouping: [1, 2, 1] }).map((pod, i) =>
    i === 1 ? { ...pod, emulate: [{ ...SIZE, receive: 0, compute: HELD, send: 0, compress: 0 }] } : pod,
  );
  const deployment = await deployLine(pods);
  undo.push(() => deployment.stop());
  const driver = new Driver(deployment, pods);
  undo.push(() => driver.close());
  const run = { ...SIZE, frames: FRAMES, rate: RATE, window: 2, digests: 0, overflow: Overflow.DROP_OLDEST, buffer: 3 };
  const { trace, dropped } = await driver.run("plan", 0, 0, run, { timeout: 30 });

  expect(summarise(trace).dropped).toEqual({ frames: dropped, share: dropped / FRAMES });
  expect(predicted.share).toBeGreaterThan(0.5);
  // A host that is busy drops more, never many fewer.
  expect(dropped / FRAMES).toBeGreaterThan(predicted.share - 0.1);
  expect(Number.isNaN(trace.pods.at(-1)!.end.at(-1)!)).toBe(false);
}, 60_000);
