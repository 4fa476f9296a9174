import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Deployment, PodSpec } from "../../../live/clusters/cluster.ts";
import { titled } from "../image/podman.ts";
import { frames, LONG, undisturbed } from "./driven.ts";
import { edgeLink, untouchable } from "./edge-link.ts";
import { cluster, kubectl, left, lineOn, NAME, why } from "./kubernetes-cluster.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "edgetwin-nodes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CUT_SECONDS = 10;

/** Streams through pods on both nodes, and has something happen in the middle; every frame is to come once, in order, as it is. */
async function losesNothing(logs: string, happens: (deployment: Deployment) => Promise<void>): Promise<void> {
  const pods: readonly PodSpec[] = lineOn("EESS");
  const deployment = await (await cluster()).deploy(pods, join(folder, logs));
  try {
    let happened: Promise<void> | null = null;
    const taken = await frames(deployment, pods, (frame) => {
      if (frame >= LONG.frames / 4) happened ??= happens(deployment);
    });
    expect(happened).not.toBeNull();
    await happened;
    expect(taken.map(({ sequence }) => sequence)).toEqual(Array.from({ length: LONG.frames }, (_, i) => i));
    expect(taken).toEqual(await undisturbed(pods));
  } finally {
    await deployment.stop();
  }
  expect(await left()).toEqual([]);
}

describe.skipIf(why !== null)(titled("nodes of a cluster", why), () => {
  test("a node is drained, and comes back: every frame once, in order", async () => {
    const [edge] = (await kubectl("get", "nodes", "--selector", "role=edge", "--output", "name")).trim().split("\n");
    const node = edge!.split("/")[1]!;
    const mine = `app.kubernetes.io/part-of=${NAME},app.kubernetes.io/component=stage`;
    try {
      await losesNothing("drained", async () => {
        await kubectl("drain", node, "--pod-selector", mine, "--delete-emptydir-data", "--timeout=60s");
        await wait(3000);
        await kubectl("uncordon", node);
      });
    } finally {
      await kubectl("uncordon", node);
    }
  });

  test.skipIf(untouchable !== null)(
    titled(`the edge's link is cut for ${CUT_SECONDS} s: every frame once, in order`, untouchable),
    async () => {
      try {
        await losesNothing("cut", async () => {
          await edgeLink("down");
          await wait(CUT_SECONDS * 1e3);
          await edgeLink("up");
        });
      } finally {
        await edgeLink("up");
      }
    },
  );
});
