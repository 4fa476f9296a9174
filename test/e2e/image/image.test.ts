import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GRPC_PORT } from "../../../live/clusters/kubernetes/settings.ts";
import type { PodConfigInput } from "../../../live/stage/config.ts";
import { edgetwin } from "../../cli/edgetwin.ts";
import { deployLine, lineOf, STAGES } from "../../live/line.ts";
import { digests, healthy, podman, podmanProblem, RESTRICTED, reached, run, titled } from "./podman.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-image-e2e-"));
const IMAGES = fileURLToPath(new URL("../../../topologies/images", import.meta.url));
const MEGABYTE = 1e6;

const works = await podmanProblem();
const binfmt = "/proc/sys/fs/binfmt_misc/qemu-aarch64";
const emulated =
  process.arch === "arm64" || existsSync(binfmt)
    ? null
    : `the kernel does not start arm64 programs: apt-get install qemu-user-static, and ${binfmt} must be there`;
const registry = await run("docker-registry", ["--version"]).then(
  () => null,
  () => "apt-get install docker-registry",
);

const tag = `localhost/edgetwin-e2e:${process.pid}`;
const containers = new Set<string>();

async function start(...args: readonly string[]): Promise<string> {
  const id = await podman("run", ...RESTRICTED, "--publish", `127.0.0.1::${GRPC_PORT}`, ...args);
  containers.add(id);
  return id;
}

/** Starts a pod that finds images in /data. @returns its container and where it is reached. */
async function startPod(image: string, config: Partial<PodConfigInput>): Promise<{ id: string; address: string }> {
  const pod = { name: "pod1", node: "node1", host: "0.0.0.0", port: GRPC_PORT, upstream: null, ...config };
  const given = ["--volume", `${IMAGES}:/data/images:ro`, "--env", `EDGETWIN_POD=${JSON.stringify(pod)}`];
  const id = await start(...given, image);
  return { id, address: await healthy(id, GRPC_PORT) };
}

async function bytesOf(image: string): Promise<readonly string[]> {
  const { address } = await startPod(image, { stages: STAGES });
  return digests(reached({ pod1: address }), [{ name: "pod1", node: "node1" }]);
}

/** What a pipeline gives as processes of this machine. */
async function bytesHere(): Promise<readonly string[]> {
  const pods = lineOf({ grouping: [1, 2, 1] });
  const deployment = await deployLine(pods);
  return digests(deployment, pods).finally(() => deployment.stop());
}

beforeAll(async () => {
  if (works !== null) return;
  const flags = ["--air-gapped", "--tool", "podman", "--platform", "linux/amd64,linux/arm64", "--tag", tag];
  const { code, stderr } = await edgetwin(["image", "build", ...flags], {}, folder);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
}, 600_000);

afterAll(async () => {
  for (const id of containers) await podman("rm", "--force", "--time", "0", id);
  if (works === null) {
    await podman("rmi", "--force", tag, `${tag}-amd64`, `${tag}-arm64`).catch(() => "");
  }
  rmSync(folder, { recursive: true });
});

describe.skipIf(works !== null)(titled("an image built with no registry", works), () => {
  test.each(["amd64", "arm64"])("for %s is small, of its architecture, and not root's", async (architecture) => {
    const format = "{{.Size}} {{.Architecture}} {{.Config.User}}";
    const [size, arch, user] = (await podman("inspect", "--format", format, `${tag}-${architecture}`)).split(" ");
    expect(Number(size)).toBeLessThan(250 * MEGABYTE);
    expect([arch, user]).toEqual([architecture, "65532:65532"]);
  });

  test("serves, decodes images, can't write, and drains on SIGTERM", async () => {
    const images = { name: "source", kernel: "images", params: { folder: "images", channels: 3, element: "uint8" } };
    const { id } = await startPod(tag, { stages: [images, ...STAGES.slice(1)], baseDirectory: "/data", workers: 1 });
    const pid = await podman("inspect", "--format", "{{.State.Pid}}", id);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^Uid:\t65532\t65532/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    const write = podman("exec", id, "node", "-e", "fs.writeFileSync('/edgetwin/x', '')");
    await expect(write).rejects.toMatchObject({ stderr: expect.stringContaining("EROFS") });
    await podman("stop", "--time", "10", id);
    expect(await podman("inspect", "--format", "{{.State.ExitCode}}", id)).toBe("0");
  });

  test("gives the bytes that processes give", async () => {
    const here = await bytesHere();
    expect(new Set(here).size).toBeGreaterThan(30);
    expect(await bytesOf(tag)).toEqual(here);
  });

  test.skipIf(emulated !== null)(
    titled("for arm64 gives the bytes that processes give here", emulated),
    async () => expect(await bytesOf(`${tag}-arm64`)).toEqual(await bytesHere()),
    300_000,
  );
});

describe.skipIf(works !== null || registry !== null)(titled("--push", works ?? registry), () => {
  test("both architectures are one tag in the registry", async () => {
    const name = `127.0.0.1:${5000 + (process.pid % 1000)}`;
    writeFileSync(
      join(folder, "registry.yml"),
      `version: 0.1\nstorage: { filesystem: { rootdirectory: ${folder}/registry } }\nhttp: { addr: ${name} }\n`,
    );
    writeFileSync(join(folder, "registries.conf"), `[[registry]]\nlocation = "${name}"\ninsecure = true\n`);
    const server = spawn("docker-registry", ["serve", join(folder, "registry.yml")], { stdio: "ignore" });
    try {
      const environment = { CONTAINERS_REGISTRIES_CONF: join(folder, "registries.conf") };
      const flags = ["--air-gapped", "--tool", "podman", "--tag", "pushed:1", "--push", `${name}/lab`];
      const { code, stdout, stderr } = await edgetwin(["image", "build", ...flags], environment, folder);
      expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
      expect(stdout).toBe(`${name}/lab/pushed:1\n`);
      const accept = { accept: "application/vnd.oci.image.index.v1+json" };
      const answer = await fetch(`http://${name}/v2/lab/pushed/manifests/1`, { headers: accept });
      const { manifests } = (await answer.json()) as { manifests: { platform: { architecture: string } }[] };
      expect(manifests.map(({ platform }) => platform.architecture)).toEqual(["amd64", "arm64"]);
    } finally {
      server.kill();
      const names = ["amd64", "arm64"].map((architecture) => `${name}/lab/pushed:1-${architecture}`);
      await podman("rmi", "--force", ...names).catch(() => "");
    }
  }, 300_000);
});
