import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ownManifest } from "../../live/image/modules.ts";
import { ownArchitecture } from "../../live/image/platform.ts";
import { edgetwin } from "../cli/edgetwin.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-image-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that keeps what it is asked, and fails if FAIL names a word of that. */
const FAKE = `#!/bin/sh
echo "\${0##*/} $*" >> "$CALLS"
[ "\${0##*/}" = npm ] && mkdir -p "$3/node_modules"
case " $* " in *" $FAIL "*) echo "\${0##*/}: $FAIL: disk full" >&2; exit 1 ;; esac
`;
const own = ownArchitecture() ?? "amd64";
let count = 0;

/** A PATH on which nothing but these fakes is, and what the command needs of the system. */
function fakes(names: readonly string[], environment: Record<string, string> = {}) {
  const cwd = join(folder, String(count++));
  const bin = join(cwd, "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of names) {
    writeFileSync(join(bin, name), FAKE);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of ["bash", "sh", "chmod", "mkdir"]) symlinkSync(`/bin/${name}`, join(bin, name));
  const file = join(cwd, "calls");
  const calls = () => readFileSync(file, "utf8").replaceAll(cwd, "CWD").trimEnd().split("\n");
  const run = (...args: string[]) =>
    edgetwin(["image", "build", ...args], { PATH: bin, CALLS: file, FAIL: "-", ...environment }, cwd);
  return { cwd, calls, run };
}

describe("with programs that only keep what they are asked", () => {
  test("the bundle is made, npm is asked for the native modules, podman for the image", async () => {
    const { cwd, calls, run } = fakes(["npm", "podman"]);
    const { code, stdout, stderr } = await run("--base", "lab/node:24", "--platform", "arm64", "--tag", "stage:dev");
    expect(stderr).not.toMatch(/error/);
    expect([code, stdout]).toEqual([0, "localhost/stage:dev\n"]);
    const context = "CWD/.edgetwin/image/context";
    expect(calls()).toEqual([
      "podman info",
      expect.stringContaining(`npm install --prefix ${context}/arm64/edgetwin --os=linux --cpu=arm64 --libc=glibc `),
      `podman build --file ${context}/Containerfile --platform linux/arm64 --build-arg VERSION=${ownManifest().version} --build-arg BASE=lab/node:24 --tag localhost/stage:dev ${context}`,
    ]);
    const made = join(cwd, ".edgetwin/image/context");
    for (const file of ["Containerfile", "stage/live/stage/main.js", "stage/live/stage/worker.js"])
      expect(existsSync(join(made, file)), file).toBe(true);
    const manifest = JSON.parse(readFileSync(join(made, "arm64/edgetwin/package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({
      type: "module",
      dependencies: { sharp: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    });
  });

  test("a docker whose daemon is not there is passed over", async () => {
    const { calls, run } = fakes(["npm", "docker", "buildah"], { FAIL: "info" });
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toMatch(/no program that builds images works here:\n {2}docker info: docker: info: disk full\n/);
    expect(stderr).toMatch(
      /podman is not on the PATH\n.*buildah: info: disk full\ninstall podman \(apt-get install podman/s,
    );
    // Nothing is fetched for nothing.
    expect(calls().filter((call) => call.startsWith("npm"))).toEqual([]);
  });

  test.each([
    ["install", /npm install .*: npm: install: disk full/],
    ["build", /podman build .*: podman: build: disk full/],
    ["push", /podman push .*: podman: push: disk full/],
  ])("a %s that fails is told with its command, and ends the build", async (FAIL, message) => {
    const { calls, run } = fakes(["npm", "podman"], { FAIL });
    const { code, stdout, stderr } = await run("--push", "lab.example:5000", "--platform", "linux/amd64");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(calls().at(-1)).toContain(FAIL);
  });

  test.each([
    ["this machine", own, "ldd"],
    ["another architecture", own === "amd64" ? "arm64" : "amd64", "tar"],
  ])("air-gapped for %s (%s) without %s: it says so", async (_, architecture, missing) => {
    const { run } = fakes(["npm", "podman"]);
    const { code, stderr } = await run("--air-gapped", "--platform", architecture);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`error: ${missing} .*: ${missing} is not on the PATH`)),
    ]);
  });
});

describe("--dry-run", () => {
  const golden = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../golden/image/${name}.txt`, import.meta.url)), "utf8");
  const plain = (text: string, cwd: string) =>
    text
      .replaceAll(cwd, "CWD")
      .replaceAll(process.execPath, "NODE")
      .replaceAll(process.versions.node, "24.0.0")
      .replaceAll(ownManifest().version, "VERSION");

  test.each([
    ["docker-push", ["--tool", "docker", "--push", "ghcr.io/me"]],
    ["podman-push", ["--tool", "podman", "--push", "ghcr.io/me", "--onnx"]],
    ["buildah", ["--tool", "buildah", "--platform", "linux/arm64", "--base", "nvcr.io/nvidia/l4t-base:35"]],
    ["air-gapped", ["--tool", "podman", "--air-gapped", "--platform", "linux/amd64,linux/arm64"]],
  ])("of %s prints what would run, and runs nothing", async (name, args) => {
    if (name === "air-gapped" && process.arch !== "x64") return;
    const { cwd, calls, run } = fakes([]);
    const { code, stdout } = await run("--dry-run", ...args);
    expect(code).toBe(0);
    expect(plain(stdout, cwd)).toBe(golden(name));
    expect(existsSync(join(cwd, ".edgetwin"))).toBe(false);
    expect(calls).toThrow();
  });

  test("without --tool looks which one works", async () => {
    const { calls, run } = fakes(["buildah"]);
    expect((await run("--dry-run")).stdout).toMatch(/^\$ buildah build/m);
    expect(calls()).toEqual(["buildah info"]);
  });
});

test.each([
  [["--platform", "linux/riscv64"], /--platform.*linux\/riscv64.*linux\/amd64,linux\/arm64/s],
  [["--platform", "amd64,amd64"], /amd64,amd64.* is not allowed/],
  [["--push", "https://ghcr.io"], /https:\/\/ghcr.io.* is not allowed.*ghcr.io\/me/s],
  [["--tag", "Stage"], /Stage.* is not allowed.*stage:dev/s],
  [["--base", "x", "--air-gapped"], /--base: can't be given together with --air-gapped/],
  [["--tool", "kaniko"], /kaniko.*docker, podman, buildah/s],
])("%j is wrong input", async (args, message) => {
  const { code, stderr } = await edgetwin(["image", "build", "--dry-run", ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
