import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { processes } from "../../live/clusters/processes.ts";
import { Driver } from "../../live/driver.ts";
import type { Link } from "../../sim/topology/topology.ts";
import { lineOf } from "../live/line.ts";

const LINK: Link = { between: ["edge", "server"], bandwidth: null, delay: 0 };
const RUN = { rate: 0, height: 48, width: 40, window: 4, digests: 0 };
let deployment: Deployment | null = null;

afterEach(async () => {
  await deployment?.stop();
  deployment = null;
});

async function deploy(pods: readonly PodSpec[]): Promise<Deployment> {
  deployment = await processes.deploy(pods, mkdtempSync(join(tmpdir(), "edgetwin-test-")));
  return deployment;
}

async function taken(line: Deployment, pods: readonly PodSpec[], during: (frame: number) => void = () => {}) {
  const driver = new Driver(line, pods);
  const frames: number[] = [];
  const onFrame = ({ sequence }: { sequence: number }) => {
    frames.push(sequence);
    during(sequence);
  };
  try {
    await driver.stream({ id: `run ${Math.random()}`, frames: 20, ...RUN }, { onFrame, timeout: 20 });
  } finally {
    driver.close();
  }
  return frames;
}

const ALL = Array.from({ length: 20 }, (_, i) => i);
const [source, , , last] = lineOf({ grouping: [1, 1, 1, 1] }) as [PodSpec, PodSpec, PodSpec, PodSpec];

describe("a deployment that changes while it is there", () => {
  test("pods that are added pull from those that are there, also across a link that was not needed before; removed ones are gone", async () => {
    const line = await deploy([source]);
    const across: PodSpec = { ...last, upstream: { pod: "pod1" }, link: LINK };
    await line.extend([across, { ...across, name: "pod5", link: null }]);
    expect(await taken(line, [source, across])).toEqual(ALL);
    expect(await taken(line, [source, { ...across, name: "pod5" }])).toEqual(ALL);
    await line.remove(["pod4", "nobody"]);
    await line.extend([{ ...across, name: "pod4" }]);
    expect(await taken(line, [source, across])).toEqual(ALL);
  });

  test("a name that is taken is refused; a pod that can't start leaves none of those that came with it, and the others serve", async () => {
    const line = await deploy([source]);
    await expect(line.extend([source])).rejects.toThrow("there is a pod pod1 already");
    const wrong: PodSpec = { ...last, upstream: { pod: "pod1" }, stages: [{ name: "x", kernel: "none", params: {} }] };
    const good: PodSpec = { ...last, name: "pod5", upstream: { pod: "pod1" } };
    await expect(line.extend([wrong, good])).rejects.toThrow(/pod4 did not start/);
    await line.extend([good]);
    expect(await taken(line, [source, good])).toEqual(ALL);
  });

  test("across a link that is cut nothing comes, and all of it once it is whole; bandwidth and delay change for what waits, too", async () => {
    const across: PodSpec = { ...last, upstream: { pod: "pod1" }, link: LINK };
    const line = await deploy([source, across]);
    let whole = false;
    const cut = async () => {
      await line.shape(LINK, { cut: true, bandwidth: 1000, delay: 60 });
      await sleep(300);
      whole = true;
      await line.shape(LINK, { cut: false, bandwidth: 1e6, delay: 0.01 });
    };
    let cutting: Promise<void> | null = null;
    const frames = await taken(line, [source, across], () => {
      cutting ??= cut();
    });
    await cutting;
    expect(whole).toBe(true);
    expect(frames).toEqual(ALL);
  });
});
