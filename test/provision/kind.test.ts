import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ownManifest } from "../../live/image/modules.ts";
import { ownArchitecture } from "../../live/image/platform.ts";
import { type Answer, fakes } from "./fakes.ts";

const own = ownArchitecture() ?? "amd64";
const IMAGE = `localhost/edgetwin-stage:${ownManifest().version}`;
const CONFIG = ".edgetwin/kind-edgetwin.kubeconfig";
const ALL = ["kind", "kubectl", "docker", "podman"];
const image: Answer = ["image inspect", "", `${own}\n`];
const there: Answer[] = [
  ["get clusters", "", "edgetwin\n"],
  ["get nodes", "", "edgetwin-control-plane\nedgetwin-worker\nedgetwin-worker2\n"],
];
const up = ["cluster", "up", "kind"];

describe("cluster up kind", () => {
  test("creates it, loads the image into its workers and waits", async () => {
    const { calls, told, run } = fakes(ALL, [image]);
    const { code, stdout, stderr } = await run(up);
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^export KUBECONFIG=\/.*\/\.edgetwin\/kind-edgetwin\.kubeconfig\n/);
    expect(calls()).toEqual([
      "docker info",
      `docker image inspect --format {{.Architecture}} ${IMAGE}`,
      "kind get clusters",
      `kind create cluster --name edgetwin --config - --wait 5m --kubeconfig ${CONFIG}`,
      `kind load docker-image ${IMAGE} --name edgetwin --nodes edgetwin-worker,edgetwin-worker2`,
      `kubectl --kubeconfig ${CONFIG} wait --for=condition=Ready nodes --all --timeout=180s`,
    ]);
    expect(told(4)).toMatch(/^kind: Cluster\napiVersion: kind.x-k8s.io\/v1alpha4\nname: edgetwin\n/);
  });

  test("completes one that is there", async () => {
    const { calls, run } = fakes(ALL, [image, ...there]);
    expect((await run([...up, "--no-image"])).code).toBe(0);
    expect(calls()).toEqual([
      "docker info",
      "kind get clusters",
      "kind get nodes --name edgetwin",
      `kind export kubeconfig --name edgetwin --kubeconfig ${CONFIG}`,
      `kubectl --kubeconfig ${CONFIG} label node edgetwin-worker edgetwin.dev/node=edge role=edge --overwrite`,
      `kubectl --kubeconfig ${CONFIG} label node edgetwin-worker2 edgetwin.dev/node=server role=server --overwrite`,
      `kubectl --kubeconfig ${CONFIG} wait --for=condition=Ready nodes --all --timeout=180s`,
    ]);
  });

  test("podman's images go there as a file, of which nothing stays", async () => {
    const { cwd, calls, run } = fakes(["kind", "kubectl", "podman"], [image]);
    expect((await run([...up, "--kubernetes", "v1.33.1"])).code).toBe(0);
    expect(calls()).toContain(`podman save --output .edgetwin/image/kind-edgetwin.tar ${IMAGE}`);
    expect(calls()).toContain(
      "kind load image-archive .edgetwin/image/kind-edgetwin.tar --name edgetwin --nodes edgetwin-worker,edgetwin-worker2",
    );
    expect(calls().find((call) => call.includes("create"))).toMatch(/--image kindest\/node:v1\.33\.1 /);
    expect(existsSync(join(cwd, ".edgetwin/image/kind-edgetwin.tar"))).toBe(false);
  });

  test("a cluster of one node is no testbed: it says so and changes nothing", async () => {
    const { calls, run } = fakes(ALL, [
      image,
      ["get clusters", "", "edgetwin\n"],
      ["get nodes", "", "edgetwin-control-plane\n"],
    ]);
    const { code, stderr } = await run(up);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /has no node edgetwin-worker and edgetwin-worker2, only edgetwin-control-plane.*\nedgetwin cluster down kind --name edgetwin, or/,
      ),
    ]);
    expect(calls().at(-1)).toBe("kind get nodes --name edgetwin");
  });

  test("an image that is not there, or of another architecture, is said before anything is made", async () => {
    const other = own === "amd64" ? "arm64" : "amd64";
    const { calls, run } = fakes(ALL, [["image inspect", "", `${other}\n`]]);
    const { code, stderr } = await run(up);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        `docker has ${IMAGE} for ${other}; podman has ${IMAGE} for ${other}): edgetwin image build --platform ${own}`,
      ),
    ]);
    expect(calls().some((call) => call.startsWith("kind"))).toBe(false);
  });

  test("an image with a registry is pulled by the nodes", async () => {
    const { calls, run } = fakes(ALL, []);
    const { code, stderr } = await run([...up, "--image", "ghcr.io/me/edgetwin-stage:1"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("nodes pull ghcr.io/me/edgetwin-stage:1")]);
    expect(calls().filter((call) => /image|load/.test(call))).toEqual([]);
  });

  test.each([
    [3, /ask kind for its clusters failed:\n {2}kind get clusters: kind: no space left\n.*quick-start/],
    [4, /create cluster edgetwin failed:\n {2}kind create.*no space left\nkind has removed what it had begun/],
    [5, /load localhost\/edgetwin-stage:.* into edgetwin-worker and edgetwin-worker2 failed:\n.*no space left/],
    [6, /wait for the nodes failed:\n.*no space left.*\n.*describe nodes; then run the same command again/],
  ])("that call %i fails is said with its step and what to do", async (call, message) => {
    const { run } = fakes(ALL, [image]);
    const { code, stdout, stderr } = await run(up, call);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("without docker and podman it says what each answered", async () => {
    const { stderr } = await fakes(["kind", "kubectl", "podman"], []).run(up, 1);
    expect(stderr).toMatch(
      /neither docker nor podman works here:\n {2}docker info: docker is not on the PATH\n {2}podman info: podman: no space/,
    );
  });
});

test("cluster down kind deletes it and its credentials, again and again", async () => {
  const { cwd, calls, run } = fakes(ALL, []);
  for (let i = 0; i < 2; i++) {
    expect((await run(["cluster", "down", "kind", "--name", "lab"])).stdout).toBe("cluster lab is gone\n");
    expect(calls().at(-1)).toBe("kind delete cluster --name lab --kubeconfig .edgetwin/kind-lab.kubeconfig");
  }
  expect(existsSync(join(cwd, ".edgetwin/kind-lab.kubeconfig"))).toBe(false);
  expect((await run(["cluster", "down", "kind"], 2)).stderr).toMatch(/delete cluster edgetwin failed/);
});

test.each([
  ["kind-docker", [...up, "--provider", "docker"]],
  ["kind-podman", [...up, "--provider", "podman", "--kubernetes", "1.33.1", "--name", "lab"]],
  ["kind-down", ["cluster", "down", "kind", "--provider", "docker"]],
])("--dry-run of %s prints what would run, and runs nothing", async (name, args) => {
  const { cwd, calls, run } = fakes([], []);
  const { code, stdout } = await run([...args, "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(ownManifest().version, "VERSION")).toBe(
    readFileSync(fileURLToPath(new URL(`../golden/cluster/${name}.txt`, import.meta.url)), "utf8"),
  );
  expect(calls()).toEqual([""]);
  expect(existsSync(join(cwd, ".edgetwin"))).toBe(false);
});

test.each([
  [["--kubernetes", "latest"], /--kubernetes: "latest" is not allowed: a version .* such as 1\.33\.1/],
  [["--name", "Lab"], /--name: "Lab" is not allowed: lower-case/],
  [["--provider", "lxc"], /--provider: "lxc" is not allowed: one of docker, podman/],
])("%j is wrong input", async (args, message) => {
  const { code, stderr } = await fakes([], []).run([...up, ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
