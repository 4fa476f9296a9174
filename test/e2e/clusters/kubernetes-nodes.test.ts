import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
      if (frame < LONG.frames / 4 || happened !== null) return;
      happened = happens(deployment);
      happened.catch(() => {});
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

/** The processes of this machine that a pod's containers run; none if its node is another machine. */
function processesOf(pod: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/environ`, "utf8").split("\0").includes(`EDGETWIN_POD_NAME=${pod}`);
      } catch {
        // It is gone, or another's.
        return false;
      }
    })
    .map(Number);
}

describe.skipIf(why !== null)(titled("nodes of a cluster", why), () => {
  test("a stage's process is killed, and started again where it was: every frame once, in order", async ({ skip }) => {
    await losesNothing("killed", async () => {
      const mine = `app.kubernetes.io/part-of=${NAME},edgetwin.dev/pod=pod2`;
      const where = ["get", "pods", "--all-namespaces", "--selector", mine, "--output"];
      const name = await kubectl(...where, "jsonpath={.items[0].metadata.name}");
      const killed = processesOf(name);
      skip(killed.length === 0, "the cluster's nodes are other machines");
      for (const pid of killed) process.kill(pid, "SIGKILL");
      await wait(1000);
      const restarts = "jsonpath={.items[0].status.containerStatuses[0].restartCount}";
      for (let tries = 0; tries < 50 && (await kubectl(...where, restarts)) === "0"; tries++) await wait(200);
      expect([
        await kubectl(...where, "jsonpath={.items[0].metadata.name}"),
        await kubectl(...where, restarts),
      ]).toEqual([name, "1"]);
    });
  });

  test("a node is drained, and comes back: every frame once, in order", async () => {
    const [edge] = (await kubectl("get", "nodes", "--selector", "role=edge", "--output", "name")).trim().split("\n");
    const node = edge!.split("/")[1]!;
    const mine = `app.kubernetes.io/part-of=${NAME},app.kubernetes.io/component=stage`;
    const pending = ["get", "pods", "--all-namespaces", "--selector", mine, "--field-selector=status.phase=Pending"];
    let drained: Promise<unknown> = Promise.resolve();
    try {
      await losesNothing("drained", async () => {
        // It ends when kubelets say that the pods are gone, which may be a minute after their containers are.
        drained = kubectl("drain", node, "--pod-selector", mine, "--delete-emptydir-data", "--timeout=170s");
        drained.catch(() => {});
        const both = async () => (await kubectl(...pending, "--output", "name")).trim().split("\n").length === 2;
        for (let tries = 0; tries < 100 && !(await both()); tries++) await wait(200);
        expect(await both()).toBe(true);
        await wait(3000);
        await kubectl("uncordon", node);
      });
      await drained;
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
