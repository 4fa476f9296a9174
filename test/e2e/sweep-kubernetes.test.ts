import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { edgetwin } from "../cli/edgetwin.ts";
import { sweepFiles } from "../cli/sweep-files.ts";

// Pods are scheduled and start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const NAMESPACE = `edgetwin-sweep-${process.pid}`;
const kubectl = async (...args: string[]) => (await promisify(execFile)("kubectl", args)).stdout;
const image = process.env.EDGETWIN_IMAGE;
const why =
  image === undefined
    ? "EDGETWIN_IMAGE names no image that its nodes have"
    : await kubectl("version", "--request-timeout", "5s").then(
        () => null,
        (error: Error) => error.message.trim().split("\n").at(-1)!,
      );

describe.skipIf(why !== null)(why === null ? "on a cluster" : `on a cluster (skipped: ${why})`, () => {
  let files: Awaited<ReturnType<typeof sweepFiles>>;
  beforeAll(async () => {
    files = await sweepFiles();
    await kubectl("create", "namespace", NAMESPACE);
  });
  afterAll(async () => {
    await kubectl("delete", "namespace", NAMESPACE, "--wait=false");
  });

  test("a sweep's shards give what one machine gives, byte for byte, and nothing of it stays there", async () => {
    const flags = [
      ...["sweep", files.topology, "--profile", files.profile, "--runs", files.runs, "--sizes", "64"],
      ...["--set", "link.bandwidth=2..200Mbit/s:log:3", "--frames", "60", "--replications", "4"],
    ];
    expect(await edgetwin([...flags, "--name", "here"])).toMatchObject({ code: 0 });
    const there = ["--on", "kubernetes", "--image", image!, "--namespace", NAMESPACE, "--shards", "3"];
    const { code, stderr } = await edgetwin([...flags, ...there, "--name", "there"]);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error/)]);
    const [here, results] = ["here", "there"].map((name) => readFileSync(join(files.runs, name, "results.jsonl")));
    expect(results).toEqual(here);
    const left = () => kubectl("get", "jobs,pods", "--namespace", NAMESPACE, "--output", "name");
    for (let tries = 0; tries < 60 && (await left()) !== ""; tries++) await wait(1000);
    expect(await left()).toBe("");
  });
});
