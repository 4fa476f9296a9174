import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { PodJson } from "../../../live/clusters/kubernetes/api.ts";
import { kubernetes } from "../../../live/clusters/kubernetes/cluster.ts";
import { CommandError } from "../../../live/exec.ts";
import { podsOf, SETTINGS } from "../../manifests/fixture.ts";
import { type Answer, FakeKubectl } from "./fake-kubectl.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-fake-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = ["source", "conv", "relu", "maxpool"];
const PODS = podsOf("ESSS").map((pod) => ({ ...pod, stages: [{ name: pod.name, kernel: "relu", params: {} }] }));

function serving(name: string): PodJson {
  const { status, ...pod } = podOf(name);
  return { ...pod, status: { ...status, conditions: [{ type: "Ready", status: "True" }] } };
}

function podOf(
  name: string,
  status: Partial<NonNullable<PodJson["status"]["containerStatuses"]>[number]> = {},
): PodJson {
  return {
    kind: "Pod",
    metadata: { name: `${name}-1-2`, labels: { "edgetwin.dev/pod": name } },
    spec: { nodeName: "big", containers: [] },
    status: { containerStatuses: [{ ready: true, restartCount: 0, ...status }] },
  };
}

const CRASHED = podOf("conv", {
  ...{ ready: false, restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } } },
  lastState: { terminated: { exitCode: 1, message: "there is no kernel convolve\n" } },
});

/** A cluster on which everything serves, but for what `answer` says. */
function clusterOf(answer: Answer = () => undefined, more: { retain?: boolean; namespace?: string } = {}) {
  const said: string[] = [];
  const kubectl = new FakeKubectl((words, input) => {
    const own = answer(words, input);
    if (own !== undefined) return own;
    const items = [...NAMES, "edgetwin-gateway"].map((name) => serving(name));
    if (words.startsWith("get deployments,pods")) return JSON.stringify({ items });
    if (words.startsWith("get pods")) return JSON.stringify({ items: NAMES.map((name) => podOf(name)) });
    if (words.startsWith("logs --selector"))
      return "[pod/conv-1-2/stage] one\n[pod/relu-1-2/stage] can't be read[pod/conv-1-2/stage] two\n";
    if (words.startsWith("logs")) return `all of ${words.split(" ")[1]}\n`;
    return undefined;
  });
  const cluster = kubernetes({
    ...{
      topology: { name: "lab", nodes: SETTINGS.nodes },
      image: "x:1",
      plaintext: false,
      retain: false,
      version: "1",
      minor: 20,
    },
    ...{ starter: kubectl, dryRun: false, say: (line: string) => said.push(line), ...more },
  });
  return { cluster, kubectl, said };
}

const kinds = (calls: readonly string[]) => calls.map((call) => call.split(" ").slice(0, 2).join(" "));

test("a deployment is applied, waited for, watched and reached; then its logs are kept, and it is deleted", async () => {
  const { cluster, kubectl } = clusterOf();
  const logs = join(folder, "good");
  const deployment = await cluster.deploy(PODS, logs);
  expect(deployment.address("conv")).toMatch(/^127.0.0.1:\d+$/);
  expect(() => deployment.address("con")).toThrow("no pod con; there are: source, conv, relu, maxpool");
  await deployment.stop();
  await deployment.stop();
  expect(kinds(kubectl.calls)).toEqual([
    ...["apply --server-side", "get deployments,pods", "get pods", "port-forward --address"],
    ...["get pods", "logs --selector", "logs source-1-2", "logs maxpool-1-2"],
    ...["delete deployments,replicasets", "delete pods", "get pods", "delete pods", "delete namespace"],
  ]);
  expect(kubectl.calls.at(-1)).toMatch(/^delete namespace edgetwin-lab-[0-9a-f]{6} --ignore-not-found --timeout=90s$/);
  const log = (name: string) => readFileSync(join(logs, `${name}.log`), "utf8");
  expect(NAMES.map(log)).toEqual(["all of source-1-2\n", "one\ntwo\n", "can't be read\n", "all of maxpool-1-2\n"]);
});

test("pods are deleted by force, but not before their containers have ended", async () => {
  let looks = 0;
  const { cluster, kubectl } = clusterOf((words) => {
    if (!words.startsWith("get pods") || !kinds(kubectl.calls).includes("delete pods")) return undefined;
    const state = looks++ < 2 ? { running: {} } : { terminated: { exitCode: 0 } };
    const { metadata, ...pod } = podOf("conv", { state });
    return JSON.stringify({
      items: [{ ...pod, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }],
    });
  });
  await (await cluster.deploy(PODS, join(folder, "ending"))).stop();
  const [, second] = kubectl.calls.filter((call) => call.startsWith("delete pods"));
  expect(second).toMatch(/ --grace-period=0 --force /);
  expect(looks).toBe(3);
});

test("in a namespace that is there, everything has names of its own, and is deleted by its label", async () => {
  let applied = "";
  const { cluster, kubectl } = clusterOf(
    (words, input) => {
      if (words.startsWith("apply")) applied = input;
      return undefined;
    },
    { namespace: "lab-shared" },
  );
  const logs = join(folder, "shared");
  await (await cluster.deploy(PODS, logs)).stop();
  expect(applied).not.toContain("kind: Namespace");
  const [, run] = /name: conv-([0-9a-f]{6})\n/.exec(applied)!;
  const names = [...applied.matchAll(/^ {2}name: (.*)$/gm)].map(([, name]) => name!);
  for (const name of names) expect(name).toMatch(new RegExp(`-${run}(\\.|$)`));
  expect(applied).toContain(`"upstream": "dns:conv-${run}:50051"`);
  expect(kubectl.calls.filter((call) => call.startsWith("delete")).every((call) => call.includes(`lab-${run}`))).toBe(
    true,
  );
  expect(kubectl.calls.join()).not.toContain("delete namespace");
});

describe("what goes wrong", () => {
  test("a pod that never starts: the page is thrown and kept, and everything is deleted", async () => {
    const { cluster, kubectl } = clusterOf((words) =>
      words.startsWith("get deployments,pods") ? JSON.stringify({ items: [serving("source"), CRASHED] }) : undefined,
    );
    const logs = join(folder, "crash");
    const failed = cluster.deploy(PODS, logs);
    await expect(failed).rejects.toMatchObject({ name: "DeploymentError" });
    const page = readFileSync(join(logs, "failure.txt"), "utf8");
    expect(page).toMatch(/conv, for node server .* exit code 1, again and again/);
    expect(page).toContain("there is no kernel convolve");
    await expect(failed).rejects.toThrow(page.trim());
    expect(kinds(kubectl.calls).at(-1)).toBe("delete namespace");
  });

  test("kubectl that can't apply: it is said, and what there may be is deleted all the same", async () => {
    const { cluster, kubectl } = clusterOf((words) =>
      words.startsWith("apply") || words.startsWith("logs") ? new CommandError("kubectl: no route to host") : undefined,
    );
    await expect(cluster.deploy(PODS, join(folder, "apply"))).rejects.toThrow("no route to host");
    expect(kinds(kubectl.calls).at(-1)).toBe("delete namespace");
  });

  test("ctrl-C while it waits: it stops waiting, and deletes", async () => {
    const controller = new AbortController();
    const { cluster, kubectl } = clusterOf((words) => {
      if (!words.startsWith("get deployments,pods")) return undefined;
      setTimeout(() => controller.abort(new Error("interrupted")), 10);
      return '{"items":[]}';
    });
    await expect(cluster.deploy(PODS, join(folder, "abort"), controller.signal)).rejects.toThrow("interrupted");
    expect(kinds(kubectl.calls).at(-1)).toBe("delete namespace");
  });

  test("what can't be deleted is said, with what tells why", async () => {
    const { cluster, said } = clusterOf((words) =>
      words.startsWith("delete namespace") ? new CommandError("timed out waiting for the condition") : undefined,
    );
    await (await cluster.deploy(PODS, join(folder, "stuck"))).stop();
    expect(said.join("\n")).toMatch(
      /not all of edgetwin-lab-\w+ is deleted: timed out[\s\S]*get all --selector[\s\S]*get namespace/,
    );
  });

  test("what can't be deleted in time keeps nothing else from being deleted", async () => {
    const { cluster, kubectl, said } = clusterOf((words) =>
      words.startsWith("delete pods") ? new CommandError("timed out waiting for the condition") : undefined,
    );
    await (await cluster.deploy(PODS, join(folder, "unreachable"))).stop();
    expect(kinds(kubectl.calls).at(-1)).toBe("delete namespace");
    expect(said.join("\n")).toMatch(/not all of edgetwin-lab-\w+ is deleted: timed out/);
  });

  test("a pod that ends again and again breaks it, one that is started afresh does not", async () => {
    const { cluster, kubectl } = clusterOf();
    const deployment = await cluster.deploy(PODS, join(folder, "broken"));
    const tell = (pod: PodJson) => {
      for (const line of JSON.stringify(pod, null, 4).split("\n")) kubectl.running("get pods").line(line);
    };
    let broken: string | null = null;
    void deployment.broken.then((reason) => {
      broken = reason;
    });
    tell(podOf("conv", { restartCount: 2 }));
    tell(CRASHED);
    await Promise.resolve();
    expect(broken).toBeNull();
    tell({
      ...CRASHED,
      status: { containerStatuses: [{ ...CRASHED.status.containerStatuses![0]!, restartCount: 5 }] },
    });
    expect(await deployment.broken).toMatch(
      /^conv: it ended with exit code 1, again and again\n {2}there is no kernel/,
    );
    await deployment.stop();
  });
});

test("a pod that is drained ends with the exit code that its status had; one that is killed with none; others take their places", async () => {
  let deleted = 0;
  let looks = 0;
  const { cluster, kubectl } = clusterOf((words) => {
    if (words.startsWith("delete pod conv")) [deleted, looks] = [deleted + 1, 0];
    if (!words.startsWith("get deployments,pods")) return undefined;
    // At first only the old one is told of, as if it still served.
    const stale = deleted > 0 && looks++ < 2;
    const name = `conv-${stale ? deleted : deleted + 1}-2`;
    const conv = { ...serving("conv"), metadata: { ...serving("conv").metadata, name } };
    return JSON.stringify({ items: [...["source", "relu", "maxpool", "edgetwin-gateway"].map(serving), conv] });
  });
  const deployment = await cluster.deploy(PODS, join(folder, "replace"));
  const ended = podOf("conv", { ready: false, state: { terminated: { exitCode: 0 } } });
  for (const line of JSON.stringify(ended, null, 4).split("\n")) kubectl.running("get pods").line(line);
  expect(await deployment.replace("conv", "SIGTERM")).toBe(0);
  expect(kubectl.calls).toContain("delete pod conv-1-2");
  expect(looks).toBe(3);
  expect(await deployment.replace("conv")).toBeNull();
  expect(kubectl.calls).toContain("delete pod conv-2-2 --grace-period=0 --force");
  await expect(deployment.replace("con")).rejects.toThrow("no pod con; there are: source, conv");
  await deployment.stop();
});

test("of what is retained the last stays, and it is said how to delete that", async () => {
  const { cluster, kubectl, said } = clusterOf(undefined, { retain: true });
  await (await cluster.deploy(PODS, join(folder, "kept"))).stop();
  expect(kinds(kubectl.calls)).not.toContain("delete namespace");
  expect(said.at(-1)).toMatch(/kubectl --namespace (edgetwin-lab-\w+) delete namespace \1$/);
  await (await cluster.deploy(PODS, join(folder, "kept"))).stop();
  expect(kinds(kubectl.calls).filter((call) => call === "delete namespace")).toHaveLength(1);
});

describe("pods that join a line, and leave it", () => {
  const [source, conv] = PODS as [(typeof PODS)[number], (typeof PODS)[number]];
  const line = [source, conv];
  const other = { ...conv, name: "conv-2", image: "x:2", upstream: { pod: "source" } };

  test("have what pods have, are let in by those that were there, and are deleted with all of it", async () => {
    let applied = "";
    const names = [...NAMES, "conv-2", "edgetwin-gateway"];
    const { cluster, kubectl } = clusterOf((words, input) => {
      if (words.startsWith("apply")) applied = input;
      if (!words.startsWith("get deployments,pods")) return undefined;
      return JSON.stringify({ items: names.map((name) => serving(name)) });
    });
    const deployment = await cluster.deploy(line, join(folder, "extended"));
    await deployment.extend([other]);
    expect([...applied.matchAll(/^kind: (.*)$/gm)].map(([, kind]) => kind)).toEqual([
      ...["ConfigMap", "Secret", "NetworkPolicy", "Service", "Deployment", "NetworkPolicy"],
      "PodDisruptionBudget",
    ]);
    expect(applied).toContain("image: x:2");
    const [admission, budget] = applied.split("---\n").slice(-2);
    // All three but the source are on the server.
    expect(budget).toContain("maxUnavailable: 2");
    expect(admission).toMatch(
      /name: conv-2.joins[\s\S]*podSelector:[\s\S]*dev\/pod: source[\s\S]*from:[\s\S]*dev\/pod: conv-2/,
    );
    expect(deployment.address("conv-2")).not.toBe(deployment.address("conv"));
    await expect(deployment.extend([other])).rejects.toThrow("there is a pod already: conv-2");
    await deployment.remove(["conv-2", "never"]);
    const its = /^(\S+ \S+) --selector app.kubernetes.io\/instance=\S+,edgetwin.dev\/pod in \(conv-2\)/;
    expect(kubectl.calls.slice(-5).map((call) => its.exec(call)?.[1])).toEqual([
      ...["delete deployments,replicasets", "delete pods", "get pods", "delete pods"],
      "delete services,configmaps,secrets,networkpolicies,poddisruptionbudgets",
    ]);
    expect(() => deployment.address("conv-2")).toThrow("no pod conv-2; there are: source, conv");
    await deployment.stop();
  });

  test("are all deleted again when one of them does not start", async () => {
    const { cluster, kubectl } = clusterOf((words) => {
      if (!words.startsWith("get deployments,pods")) return undefined;
      const crashed = { ...CRASHED, metadata: { name: "conv-2-1-2", labels: { "edgetwin.dev/pod": "conv-2" } } };
      return JSON.stringify({
        items: [...NAMES, "edgetwin-gateway"].map((name) => serving(name)).concat(crashed as never),
      });
    });
    const deployment = await cluster.deploy(line, join(folder, "unextended"));
    const broken = vi.fn();
    void deployment.broken.then(broken);
    const extended = deployment.extend([other]);
    // Those that were there go on.
    const unpulled = podOf("conv-2", { ready: false, state: { waiting: { reason: "ImagePullBackOff" } } });
    for (const text of JSON.stringify(unpulled, null, 4).split("\n")) kubectl.running("get pods").line(text);
    await expect(extended).rejects.toThrow(/conv-2, for node server .* exit code 1/);
    expect(broken).not.toHaveBeenCalled();
    expect(kubectl.calls.at(-1)).toMatch(/^delete services.*pod in \(conv-2\)/);
    await deployment.stop();
  });
});
