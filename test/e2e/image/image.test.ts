import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../../live/clusters/cluster.ts";
import { Driver } from "../../../live/driver.ts";
import type { PodConfigInput } from "../../../live/stage/config.ts";
import { edgetwin } from "../../cli/edgetwin.ts";
import { deployLine, lineOf, STAGES } from "../../live/line.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-image-e2e-"));
const IMAGES = fileURLToPath(new URL("../../../topologies/images", import.meta.url));
const PROBE = fileURLToPath(new URL("../../../live/stage/probe.ts", import.meta.url));
const MEGABYTE = 1e6;
const PORT = 50051;
const run = promisify(execFile);
/** As ../shared/cluster says for machines whose own limits are low; without effect elsewhere. */
const podman = async (...args: string[]) => (await run("podman", ["--runtime", "runc", ...args])).stdout.trim();

const works = await podman("info").then(
  () => null,
  (error: Error) => `podman does not work here: ${error.message.trim().split("\n").at(-1)}`,
);
const binfmt = "/proc/sys/fs/binfmt_misc/qemu-aarch64";
const emulated =
  process.arch === "arm64" || existsSync(binfmt)
    ? null
    : `the kernel does not start arm64 programs: apt-get install qemu-user-static, and ${binfmt} must be there`;
const registry = await run("docker-registry", ["--version"]).then(
  () => null,
  () => "apt-get install docker-registry",
);
const titled = (title: string, why: string | null) => (why === null ? title : `${title} (skipped: ${why})`);

const tag = `localhost/edgetwin-e2e:${process.pid}`;
const containers = new Set<string>();

beforeAll(async () => {
  if (works !== null) return;
  const flags = ["--air-gapped", "--tool", "podman", "--platform", "linux/amd64,linux/arm64", "--tag", tag];
  const { code, stderr } = await edgetwin(["image", "build", ...flags], {}, folder);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
}, 600_000);

afterAll(async () => {
  for (const id of containers) await podman("rm", "--force", "--time", "0", id);
  if (works === null) await podman("rmi", "--force", tag, `${tag}-amd64`, `${tag}-arm64`).catch(() => "");
  rmSync(folder, { recursive: true });
});

/** Starts a pod as the manifests have it: nothing writable but /tmp, no privileges. @returns its container and where it is reached. */
async function start(image: string, config: Partial<PodConfigInput>): Promise<{ id: string; address: string }> {
  const pod = { name: "pod1", node: "node1", host: "0.0.0.0", port: PORT, upstream: null, ...config };
  const id = await podman(
    ...[
      "run",
      "--detach",
      "--read-only",
      "--tmpfs",
      "/tmp",
      "--cap-drop",
      "ALL",
      "--security-opt",
      "no-new-privileges",
    ],
    ...["--ulimit", "host", "--publish", `127.0.0.1::${PORT}`, "--volume", `${IMAGES}:/data/images:ro`],
    ...["--env", `EDGETWIN_POD=${JSON.stringify(pod)}`, image],
  );
  containers.add(id);
  const address = (await podman("port", id, String(PORT))).split("\n")[0]!;
  for (let tries = 0; ; tries++) {
    const healthy = await run(process.execPath, [PROBE, address]).then(
      () => true,
      () => false,
    );
    if (healthy) return { id, address };
    const state = await podman("inspect", "--format", "{{.State.Status}}", id);
    if (tries === 60 || state !== "running") {
      const { stdout, stderr } = await run("podman", ["logs", id]);
      throw new Error(`${image} is ${state}, not healthy: ${stdout}${stderr}`);
    }
    await wait(500);
  }
}

/** SHA-256 of frames as they leave a line of pods, the last of which is reached there. */
async function digests(deployment: Deployment, pods: readonly { name: string; node: string }[]) {
  const driver = new Driver(deployment, pods);
  try {
    const options = { frames: 40, rate: 0, height: 70, width: 93, window: 8, digests: 40 };
    const result = await driver.run("image", 0, 0, options, { timeout: 120 });
    return result.digests;
  } finally {
    driver.close();
  }
}

/** A deployment of one pod that somebody else started. */
const only = (address: string): Deployment => ({
  address: () => address,
  addressAcross: () => address,
  broken: new Promise(() => {}),
  linkCpu: async () => 0,
  replace: async () => null,
  stop: async () => {},
});

async function bytesOf(image: string): Promise<readonly string[]> {
  const { address } = await start(image, { stages: STAGES });
  return digests(only(address), [{ name: "pod1", node: "node1" }]);
}

/** What the same pipeline gives as processes of this machine. */
async function bytesHere(): Promise<readonly string[]> {
  const pods = lineOf({ grouping: [1, 2, 1] });
  const deployment = await deployLine(pods);
  return digests(deployment, pods).finally(() => deployment.stop());
}

describe.skipIf(works !== null)(titled("an image built with no registry", works), () => {
  test.each(["amd64", "arm64"])("for %s is small, of its architecture, and not root's", async (architecture) => {
    const text = await podman(
      "inspect",
      "--format",
      "{{.Size}} {{.Architecture}} {{.Config.User}}",
      `${tag}-${architecture}`,
    );
    const [size, arch, user] = text.split(" ");
    expect(Number(size)).toBeLessThan(250 * MEGABYTE);
    expect([arch, user]).toEqual([architecture, "65532:65532"]);
  });

  test("for this machine serves, decodes images, can't write, and drains on SIGTERM", async () => {
    const images = { name: "source", kernel: "images", params: { folder: "images", channels: 3, element: "uint8" } };
    const { id } = await start(tag, { stages: [images, ...STAGES.slice(1)], baseDirectory: "/data", workers: 1 });
    const pid = await podman("inspect", "--format", "{{.State.Pid}}", id);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^Uid:\t65532\t65532/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    await podman("exec", id, "node", "/edgetwin/live/stage/probe.js", `127.0.0.1:${PORT}`);
    const write = podman("exec", id, "node", "-e", "fs.writeFileSync('/edgetwin/x', '')");
    await expect(write).rejects.toMatchObject({ stderr: expect.stringContaining("EROFS") });
    await podman("stop", "--time", "10", id);
    expect(await podman("inspect", "--format", "{{.State.ExitCode}}", id)).toBe("0");
  });

  test("for this machine gives the bytes that processes give", async () => {
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
    const port = 5000 + (process.pid % 1000);
    const name = `127.0.0.1:${port}`;
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
