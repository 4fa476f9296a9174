import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { CommandError } from "../../live/exec.ts";
import { ownManifest } from "../../live/image/modules.ts";
import { librariesIn } from "../../live/image/node-files.ts";
import { imageReference } from "../../live/image/reference.ts";
import { type Build, buildSteps } from "../../live/image/tools.ts";
import { NODE_FLAGS, POD_ENVIRONMENT } from "../../live/stage/runtime.ts";

const { version } = ownManifest();

describe("the Containerfile", () => {
  const text = readFileSync(fileURLToPath(new URL("../../live/image/Containerfile", import.meta.url)), "utf8");

  test("starts a pod as local processes are started", () => {
    const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)![1]!) as string[];
    expect(entry).toEqual(["node", ...NODE_FLAGS, "/edgetwin/live/stage/main.js"]);
    const environment = /^ENV ((?:.*\\\n)*.*)$/m
      .exec(text)![1]!
      .split(/\s+\\?\s*/)
      .map((pair) => pair.split("="));
    expect(Object.fromEntries(environment)).toEqual(POD_ENVIRONMENT);
  });

  test("runs nothing during a build, and a pod as a user with a number", () => {
    expect(text).not.toMatch(/^RUN/m);
    expect(text).toMatch(/^USER [1-9]\d+:[1-9]\d+$/m);
  });

  test("is built on the Node that the project is tested with", () => {
    expect(/^ARG BASE=.*:(\d+)-/m.exec(text)![1]).toBe(process.versions.node.split(".")[0]);
  });
});

test.each([
  [undefined, undefined, `localhost/edgetwin-stage:${version}`],
  [undefined, "ghcr.io/me", `ghcr.io/me/edgetwin-stage:${version}`],
  ["stage:dev", undefined, "localhost/stage:dev"],
  ["stage", "127.0.0.1:5000", `127.0.0.1:5000/stage:${version}`],
  ["localhost/stage:dev", undefined, "localhost/stage:dev"],
  ["localhost/stage:dev", "ghcr.io", "ghcr.io/stage:dev"],
  ["registry:5000/a/stage", undefined, `registry:5000/a/stage:${version}`],
  ["lab/stage:1", "ghcr.io", "ghcr.io/lab/stage:1"],
])("--tag %s --push %s is %s", (tag, registry, reference) => {
  expect(imageReference(tag, registry)).toBe(reference);
});

describe("what ldd lists", () => {
  test("is each library once, the loader too, and nothing of the kernel's", () => {
    const listed = `node:
	linux-vdso.so.1 (0x00007ffd1b5f2000)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f)
	/lib64/ld-linux-x86-64.so.2 (0x00007f)
sharp.node:
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f)
	libvips-cpp.so.8 => /a b/libvips-cpp.so.8 (0x00007f)
`;
    expect(librariesIn(listed.replace("/a b", "/ab"))).toEqual([
      "/lib/x86_64-linux-gnu/libm.so.6",
      "/lib64/ld-linux-x86-64.so.2",
      "/ab/libvips-cpp.so.8",
    ]);
  });

  test("must be there", () => {
    const listed = "a:\n\tlibx.so.1 => not found\n\tliby.so => not found\nb:\n\tlibx.so.1 => not found\n";
    expect(() => librariesIn(listed)).toThrow(new CommandError("ldd: not found on this machine: libx.so.1, liby.so"));
  });
});

describe("several architectures", () => {
  const build: Build = {
    ...{
      context: "c",
      reference: "r/stage:1",
      architectures: ["amd64", "arm64"],
      own: "arm64",
      version: "1",
      push: false,
    },
  };
  const words = (tool: "docker" | "podman", more: Partial<Build>) =>
    buildSteps(tool, { ...build, ...more }).map((step) => step.words.join(" "));

  test.each(["docker", "podman"] as const)(
    "that stay here have a name each with %s, this machine's the plain one, too",
    (tool) => {
      const [amd64, arm64, ...more] = words(tool, {});
      expect(amd64).toMatch(/--platform linux\/amd64 .*--tag r\/stage:1-amd64 /);
      expect(amd64).not.toMatch(/stage:1 /);
      expect(arm64).toMatch(/--platform linux\/arm64 .*--tag r\/stage:1 --tag r\/stage:1-arm64 /);
      expect(more).toEqual([]);
    },
  );

  test("that are pushed are one name there", () => {
    expect(words("docker", { push: true })).toEqual([
      expect.stringMatching(/--platform linux\/amd64,linux\/arm64 .*--tag r\/stage:1 --push c$/),
    ]);
    expect(words("podman", { push: true }).slice(3)).toEqual([
      "podman manifest create r/stage:1-all containers-storage:r/stage:1-amd64 containers-storage:r/stage:1-arm64",
      "podman manifest push --all r/stage:1-all docker://r/stage:1",
      "podman manifest rm r/stage:1-all",
    ]);
  });
});
