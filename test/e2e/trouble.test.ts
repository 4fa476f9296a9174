import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { processes } from "../../live/clusters/processes.ts";
import { readPodConfig } from "../../live/stage/config.ts";
import { Executor } from "../../live/stage/executor.ts";
import { Pod } from "../../live/stage/pod.ts";
import { servePod } from "../../live/stage/server.ts";
import { started } from "../cli/edgetwin.ts";
import { lineOf } from "../live/line.ts";
import { children } from "./children.ts";

const RUNS = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
const LONG = [
  "validate",
  "topologies/local.yaml",
  "--splits",
  "SSSS",
  "--sizes",
  "64",
  "--frames",
  "5000",
  "--rate",
  "50",
  "--runs",
  RUNS,
];

async function until(what: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1e3; !what(); await sleep(100)) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
  }
}

const alive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");

describe.skipIf(process.platform !== "linux")("no process stays behind (Linux: looks into /proc)", () => {
  test.each([
    ["SIGINT", "0"],
    ["SIGTERM", "0"],
    ["SIGKILL", "0"],
    ["SIGINT", "2"],
    ["SIGKILL", "2"],
  ] as const)("after %s in the middle of a live run, pods with %s workers", async (signal, workers) => {
    const { child, ended } = started([...LONG, "--workers", workers, "--name", `${signal}-${workers}`]);
    await until(() => children(child.pid!).length >= 2, 30);
    await sleep(1500);
    const pods = children(child.pid!);
    child.kill(signal);
    const { code } = await ended;
    if (signal !== "SIGKILL") expect(code).toBe(130);
    await until(() => !pods.some(alive), 10);
  });

  test("after a driver that is killed while its pods are still starting", async () => {
    const { child, ended } = started([...LONG, "--name", "starting"]);
    await until(() => children(child.pid!).length >= 2, 30);
    const pods = children(child.pid!);
    child.kill("SIGKILL");
    await ended;
    await until(() => !pods.some(alive), 10);
  });

  test("a pod that is killed ends the run with its name, the signal and its log", async () => {
    const { child, ended } = started([...LONG, "--name", "killed"]);
    await until(() => children(child.pid!).length >= 2, 30);
    await sleep(1500);
    process.kill(children(child.pid!)[0]!, "SIGKILL");
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*was killed by SIGKILL/);
    expect(stderr).toMatch(/log: .*\.log/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test("a port in use: one message with pod, address and reason", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  const config = readPodConfig({
    EDGETWIN_POD: JSON.stringify({
      name: "conv",
      node: "edge",
      port,
      upstream: null,
      stages: [{ name: "s", kernel: "synthetic", params: {} }],
    }),
  });
  const pod = new Pod(config, await Executor.load(config, () => {}), null);
  await expect(servePod(pod, config)).rejects.toThrow(
    `pod conv: can't listen on 127.0.0.1:${port}: the port is in use by another program`,
  );
  taken.close();
});

test("a pod that can't start: one message with its last words", async () => {
  const [source] = lineOf({ grouping: [1] });
  const broken = { ...source!, stages: [{ name: "photos", kernel: "images", params: { folder: "/no/such/folder" } }] };
  const logs = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
  await expect(processes.deploy([broken], logs)).rejects.toThrow(
    /pod1 did not start: ended with exit code 1[\s\S]*no such folder/,
  );
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)(
  "a full disk: one message, nothing half written (needs root: a tiny file system is mounted)",
  async () => {
    const disk = mkdtempSync(join(tmpdir(), "edgetwin-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
    try {
      const { ended } = started([
        "profile",
        "topologies/local.yaml",
        "--splits",
        "SSSS",
        "--sizes",
        "64",
        "--runs",
        disk,
      ]);
      const { code, stderr } = await ended;
      expect(stderr).toMatch(/can't be written: the disk is full|ENOSPC|no space left/);
      expect(code).not.toBe(0);
      expect(readdirSync(disk, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  },
);
