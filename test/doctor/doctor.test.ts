import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { IN_NAMESPACE } from "../../live/clusters/kubernetes/permissions.ts";
import { PROFILE_VERSION } from "../../sim/profile.ts";
import { edgetwin } from "../cli/edgetwin.ts";
import { cluster, doctor, HEALTHY, keepProfile, node } from "./fixture.ts";

const TOOLS = ["kubectl", "podman", "ssh", "kind", "docker"];
const lab = ["lab.yaml", "--namespace", "lab", "--image", "localhost/edgetwin-stage:0.1.0"];

/** What the report counts are, this machine's checks among them. */
const counts = (text: string) => text.trimEnd().split("\n").at(-1)!;
const golden = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../golden/doctor/${name}.txt`, import.meta.url)), "utf8");
const body = (text: string) => text.slice(0, text.lastIndexOf("\n\n") + 1);

test("a cluster that has all that a run needs", async () => {
  const { cwd, examine } = doctor(TOOLS, cluster(HEALTHY));
  keepProfile(cwd, PROFILE_VERSION, { bandwidth: 95e6 / 8, delay: 0.0021 });
  const { code, stdout } = await examine([...lab, "--on", "kubernetes"]);
  expect(body(stdout)).toBe(golden("healthy"));
  expect(counts(stdout)).not.toMatch(/wrong/);
  expect(code).toBe(0);
});

test("one in which much is wrong: all of it, and what to do about each", async () => {
  const sick = [
    node("xavier", {
      labels: { role: "edge" },
      status: { allocatable: { cpu: "4", memory: "524288Ki" }, images: [{ names: ["localhost/pause:1"] }] },
    }),
    node("rack", { labels: { "edgetwin.dev/node": "server", role: "edge" }, spec: { unschedulable: true } }),
    node("third", {
      status: { conditions: [{ type: "Ready", status: "Unknown", message: "Kubelet stopped posting node status." }] },
    }),
  ];
  const denied = ["create deployments", "delete secrets", "create namespaces"];
  const { cwd, examine } = doctor(["kubectl"], cluster(sick, { client: "36", server: "20+", denied, apart: 40 }));
  keepProfile(cwd, PROFILE_VERSION, { bandwidth: 20e6 / 8, delay: 0.009 });
  const { code, stdout } = await examine([...lab, "--on", "kubernetes"]);
  expect(body(stdout)).toBe(golden("sick"));
  expect(code).toBe(1);
});

describe("what can't be looked at", () => {
  test("no cluster: that is wrong, and nothing else is asked of it", async () => {
    const { calls, examine } = doctor(TOOLS, cluster(HEALTHY));
    const { code, stdout } = await examine([...lab, "--on", "kubernetes"], 4);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /wrong {4}server .*kubectl: no space left\n +-> is KUBECONFIG \(.*\) that of a cluster that runs\?/,
    );
    expect(calls().at(-1)).toContain("kubectl version --output json");
  });

  test("nodes that its user may not list are unknown", async () => {
    const { examine } = doctor(TOOLS, cluster(HEALTHY));
    const { code, stdout } = await examine([...lab, "--on", "kubernetes"], 5);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/unknown {2}nodes .*may not list them/)]);
  });

  test("a link that nobody has measured is unknown; a profile of another version is none", async () => {
    const { cwd, examine } = doctor(TOOLS, cluster(HEALTHY));
    keepProfile(cwd, PROFILE_VERSION - 1, { bandwidth: 1, delay: 1 });
    const { stdout } = await examine([...lab, "--on", "kubernetes"]);
    expect(stdout).toMatch(
      /unknown {2}edge-server .*not measured yet\n +-> edgetwin profile lab\.yaml --on kubernetes/,
    );
  });
});

describe("tools", () => {
  test.each([
    ["kubernetes", [], /wrong +kubectl .*kubectl is not on the PATH\n +-> https:.*\n.*warning +image build/, 1],
    [
      "kind",
      ["kubectl"],
      /wrong +kind +kind version: kind is not on the PATH\n.*\n +wrong +nodes +none of docker, podman is there/,
      1,
    ],
    ["kind", ["kubectl", "kind", "docker"], /ok +kind +0\.29\.0\n +ok +nodes +docker 28\.2\.2\n/, 0],
    ["k3s", ["kubectl"], /wrong +ssh +ssh -V: ssh is not on the PATH\n +-> apt-get install openssh-client/, 1],
    ["podman", [], /wrong +podman +podman --version: podman is not on the PATH/, 1],
    ["podman", ["podman"], /ok +podman +5\.4\.2\n\npodman\n +ok +image/, 0],
  ])("--on %s with %j", async (place, programs, message, ends) => {
    const { examine } = doctor(programs, cluster(HEALTHY));
    const { code, stdout } = await examine(["--namespace", "lab", "--on", place]);
    expect(stdout).toMatch(message);
    expect(code).toBe(ends);
  });

  test("processes need none, and a topology's emulated links are as stated", async () => {
    const { calls, examine } = doctor([], []);
    expect((await examine(["lab.yaml"])).code).toBe(0);
    expect(calls()).toEqual([""]);
  });
});

test("--output json: the same checks, with counts", async () => {
  const { examine } = doctor(TOOLS, cluster(HEALTHY.slice(0, 1)));
  const { code, stdout } = await examine([...lab, "--on", "kubernetes", "--output", "json"]);
  const { checks, counts } = JSON.parse(stdout) as { checks: { area: string; status: string }[]; counts: object };
  expect(code).toBe(1);
  expect(checks).toContainEqual({
    ...{ area: "nodes", what: "server", status: "wrong" },
    found: expect.stringContaining("no machine has the labels edgetwin.dev/node=server"),
    advice: expect.stringContaining("kubectl label node NAME edgetwin.dev/node=server"),
  });
  expect(checks.filter(({ status }) => status === "wrong")).toHaveLength((counts as { wrong: number }).wrong);
});

test("--role prints a Role that allows what is asked for, and no more", async () => {
  const { code, stdout } = await edgetwin(["doctor", "--role", "--namespace", "lab"]);
  expect(code).toBe(0);
  const role = parse(stdout) as { kind: string; metadata: object; rules: { resources: string[]; verbs: string[] }[] };
  expect(role).toMatchObject({ kind: "Role", metadata: { name: "edgetwin", namespace: "lab" } });
  expect(role.rules.flatMap(({ verbs }) => verbs)).toEqual(IN_NAMESPACE.flatMap(({ verbs }) => verbs));
  expect(role.rules.flatMap(({ verbs, resources }) => [...verbs, ...resources])).not.toContain("*");
});

test.each([
  [["--on", "docker"], /--on: "docker" is not allowed: one of processes, podman, kubernetes, kind, k3s/],
  [["--namespace", "Lab"], /--namespace: "Lab" is not allowed/],
  [["missing.yaml"], /missing\.yaml: no such file/],
  [["--role", "--output", "json"], /--output: --role prints YAML/],
])("%j is wrong input", async (args, message) => {
  const { code, stderr } = await edgetwin(["doctor", ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
