import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Deployment, PodSpec } from "../../../live/clusters/cluster.ts";
import { Kubectl } from "../../../live/clusters/kubernetes/kubectl.ts";
import { denied, OF_RUN, roleManifest } from "../../../live/clusters/kubernetes/permissions.ts";
import { processes } from "../../../live/clusters/processes.ts";
import { Driver } from "../../../live/driver.ts";
import { programs } from "../../../live/exec.ts";
import { started } from "../../cli/edgetwin.ts";
import { frames, LONG, undisturbed } from "./driven.ts";
import { cluster, IMAGE, kubectl, left, lineOn, said, TOPOLOGY_TEXT, topology, why } from "./kubernetes-cluster.ts";

// Pods are scheduled, start, and are waited for until they are gone.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "edgetwin-kubernetes-"));
const NAMESPACE = `edgetwin-shared-${process.pid}`;
const FRAMES = 60;
afterAll(() => rmSync(folder, { recursive: true }));

/** SHA-256 of each frame as it leaves a line. */
async function digests(deployment: Deployment, pods: readonly PodSpec[]): Promise<readonly string[]> {
  const driver = new Driver(deployment, pods);
  try {
    const run = { frames: FRAMES, rate: 0, height: 70, width: 93, window: 8, digests: FRAMES };
    return (await driver.run("e2e", 0, 0, run, { timeout: 120 })).digests;
  } finally {
    driver.close();
  }
}

/** The same line as processes. */
async function monolith(): Promise<readonly string[]> {
  const stages = lineOn("SSSS").flatMap((pod) => pod.stages);
  const pods = [{ name: "all", node: "server", stages, baseDirectory: ".", upstream: null, link: null }];
  const deployment = await processes.deploy(pods, join(folder, "monolith"));
  try {
    return await digests(deployment, pods);
  } finally {
    await deployment.stop();
  }
}

describe.skipIf(why !== null)(why === null ? "on a cluster" : `on a cluster (skipped: ${why})`, () => {
  beforeAll(async () => {
    await kubectl("create", "namespace", NAMESPACE);
  });
  afterAll(async () => {
    await kubectl("delete", "namespace", NAMESPACE, "--wait=false");
  });

  test("a line over two nodes gives the monolith's bytes, also when its gateway is lost; its logs are kept, and nothing else", async () => {
    const expected = await monolith();
    const pods = lineOn("EESS");
    const logs = join(folder, "bytes");
    const deployment = await (await cluster()).deploy(pods, logs);
    try {
      expect(await digests(deployment, pods)).toEqual(expected);
      const [namespace] = await left();
      const gateway = ["--namespace", namespace!.split("/")[1]!, "--selector", "app.kubernetes.io/component=driver"];
      await kubectl("delete", "pods", ...gateway, "--wait=false");
      expect(await digests(deployment, pods)).toEqual(expected);
    } finally {
      await deployment.stop();
      await deployment.stop();
    }
    expect(readdirSync(logs).sort()).toEqual(pods.map(({ name }) => `${name}.log`));
    expect(readFileSync(join(logs, "pod1.log"), "utf8")).toMatch(/pod pod1 on node edge serves/);
    expect(await left()).toEqual([]);
  });

  test("pods that are killed or drained in mid-run come back, and no frame is lost", async () => {
    const pods = lineOn("EESS");
    // Long enough to go on when the first pod is back.
    const run = { ...LONG, frames: 1500 };
    const deployment = await (await cluster()).deploy(pods, join(folder, "replaced"));
    try {
      const replace = async () => {
        await deployment.replace("pod2", "SIGTERM");
        expect(seen).toBeLessThan(run.frames - 1);
        await deployment.replace("pod3", "SIGKILL");
      };
      let replaced: Promise<void> | null = null;
      let seen = 0;
      const during = (frame: number) => {
        seen = frame;
        if (frame < 60 || replaced !== null) return;
        replaced = replace();
        replaced.catch(() => {});
      };
      const taken = await frames(deployment, pods, during, run);
      await replaced;
      expect(taken.map(({ sequence }) => sequence)).toEqual(Array.from({ length: run.frames }, (_, i) => i));
      expect(taken).toEqual(await undisturbed(pods, run));
    } finally {
      await deployment.stop();
    }
  });

  test.each([
    [
      "a selector that no node has",
      "role=egde",
      {
        topology: { ...topology, nodes: topology.nodes.map((node) => ({ ...node, selector: { role: "egde" } })) },
      },
      lineOn("EESS"),
    ],
    [
      "an image that is not there",
      "image registry.invalid/edgetwin-stage:1: node",
      {
        image: "registry.invalid/edgetwin-stage:1",
      },
      lineOn("SSSS"),
    ],
    ["a stage that can't start", "there is no kernel convolve", {}, lineOn("SSSS", ["synthetic", "convolve"])],
  ])("%s: a page says so, and nothing stays", async (name, text, options, pods) => {
    const logs = join(folder, name.replaceAll(" ", "-"));
    const failed = (await cluster(options)).deploy(pods, logs);
    await expect(failed).rejects.toMatchObject({ name: "DeploymentError", message: expect.stringContaining(text) });
    await expect(failed).rejects.toThrow(/next: /);
    expect(readFileSync(join(logs, "failure.txt"), "utf8")).toContain(text);
    expect(await left()).toEqual([]);
  });

  test("a quota that is used up: a page says so, and nothing stays in the namespace", async () => {
    await kubectl("--namespace", NAMESPACE, "create", "quota", "few", "--hard=pods=1");
    try {
      const failed = (await cluster({ namespace: NAMESPACE })).deploy(lineOn("SSSS"), join(folder, "quota"));
      await expect(failed).rejects.toThrow(/exceeded quota: few[\s\S]*quota few: pods 1 of 1/);
      expect(await left(NAMESPACE)).toEqual([]);
    } finally {
      await kubectl("--namespace", NAMESPACE, "delete", "quota", "few");
    }
  });

  test("two lines in one namespace, by a user who may do nothing else: neither disturbs the other, nothing stays", async () => {
    const config = await restrictedUser();
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = config;
    try {
      const ours = new Kubectl(programs, NAMESPACE);
      expect(await denied((words, options) => ours.run(words, options), OF_RUN, NAMESPACE)).toEqual([]);
      const shared = await cluster({ namespace: NAMESPACE });
      const lines = [lineOn("EESS"), lineOn("SSSS")];
      const deployments = await Promise.all(lines.map((pods, i) => shared.deploy(pods, join(folder, `shared-${i}`))));
      try {
        const results = await Promise.all(deployments.map((deployment, i) => digests(deployment, lines[i]!)));
        expect(results[1]).toEqual(results[0]);
      } finally {
        await Promise.all(deployments.map((deployment) => deployment.stop()));
      }
    } finally {
      process.env.KUBECONFIG = before;
    }
    expect(await left(NAMESPACE)).toEqual([]);
  });

  test("what is retained stays, and it is said how to delete it", async () => {
    said.length = 0;
    await (await (await cluster({ retain: true })).deploy(lineOn("SSSS"), join(folder, "retained"))).stop();
    const [namespace] = await left();
    expect(said.join("\n")).toContain(`delete ${namespace!.replace("/", " ")}`);
    await kubectl("delete", namespace!);
    expect(await left()).toEqual([]);
  });

  test.each(["deploying", "measuring"])("ctrl-C while it is %s leaves nothing", async (when) => {
    const flags = ["--on", "kubernetes", "--image", IMAGE!, "--splits", "EESS", "--sizes", "96", "--runs", folder];
    const file = join(folder, "topology.yaml");
    writeFileSync(file, TOPOLOGY_TEXT);
    const { child, ended } = started(["profile", file, ...flags, "--fresh"]);
    // The first deployment only looks at the machines.
    const namespaces = new Set<string>();
    for (let tries = 0; tries < 600 && namespaces.size < (when === "deploying" ? 1 : 2); tries++) {
      for (const name of await left()) namespaces.add(name);
      await wait(200);
    }
    expect(namespaces.size).toBeGreaterThan(0);
    if (when === "measuring") await wait(15_000);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: expect.not.stringMatching(/^\s+at /m) });
    expect(await left()).toEqual([]);
  });
});

/** A kubeconfig of one who has what a run in a namespace needs there, and no other right. */
async function restrictedUser(): Promise<string> {
  const file = join(folder, "role.yaml");
  writeFileSync(file, roleManifest(NAMESPACE, OF_RUN));
  await kubectl("apply", "--filename", file);
  const create = (...words: string[]) => kubectl("--namespace", NAMESPACE, "create", ...words);
  await create("serviceaccount", "runner");
  await create("rolebinding", "runner", "--role=edgetwin", `--serviceaccount=${NAMESPACE}:runner`);
  const annotations = { "kubernetes.io/service-account.name": "runner" };
  const secret = { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token" };
  writeFileSync(
    file,
    JSON.stringify({ ...secret, metadata: { name: "runner-token", namespace: NAMESPACE, annotations } }),
  );
  await kubectl("apply", "--filename", file);
  let token = "";
  for (let tries = 0; tries < 50 && token === ""; tries++, await wait(200))
    token = await kubectl(
      "--namespace",
      NAMESPACE,
      "get",
      "secret",
      "runner-token",
      "--output",
      "jsonpath={.data.token}",
    );
  const config = JSON.parse(await kubectl("config", "view", "--raw", "--flatten", "--minify", "--output", "json"));
  config.users = [{ name: config.users[0].name, user: { token: Buffer.from(token, "base64").toString() } }];
  const path = join(folder, "kubeconfig");
  writeFileSync(path, JSON.stringify(config));
  return path;
}
