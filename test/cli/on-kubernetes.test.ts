import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { edgetwin } from "./edgetwin.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-on-kubernetes-"));
afterAll(() => rmSync(folder, { recursive: true }));
const golden = fileURLToPath(new URL("../golden/kubernetes/dry-run.txt", import.meta.url));

const TOPOLOGY = join(folder, "lab.yaml");
writeFileSync(
  TOPOLOGY,
  `apiVersion: edgetwin/v1
name: lab
hosts: { small: {}, big: {} }
nodes:
  edge: { letter: E, host: small, selector: { role: edge }, cpus: 0.5 }
  server: { letter: S, host: big, selector: { role: server } }
links:
  - { between: [edge, server] }
stages:
  - { name: source, kernel: synthetic }
  - { name: relu, kernel: relu }
workload: { sizes: [64], frames: 20 }
splits: [ES]
`,
);

/** A PATH with a kubectl of its own before all else. */
function withKubectl(script: string): Record<string, string> {
  const bin = mkdtempSync(join(folder, "bin-"));
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "kubectl"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "kubectl"), 0o755);
  return { PATH: [bin, process.env.PATH].join(delimiter) };
}

const RUN = ["run", TOPOLOGY, "--on", "kubernetes", "--runs", folder, "--name", "x"];

test("a dry run prints every command and manifest of a run, and runs nothing", async () => {
  writeFileSync(join(folder, "any.json"), "{}");
  const flags = [...RUN, "--image", "lab/stage:1", "--profile", join(folder, "any.json"), "--dry-run"];
  const { code, stdout } = await edgetwin(flags, withKubectl("echo it is run >&2; exit 1"));
  expect(code).toBe(0);
  await expect(stdout.replaceAll(/version: ?"?\d+\.\d+\.\d+"?/g, "version: VERSION")).toMatchFileSnapshot(golden);
});

test("a dry run of a calibration deploys each pod that it measures, and the machines before", async () => {
  const flags = ["profile", TOPOLOGY, "--on", "kubernetes", "--runs", folder, "--dry-run"];
  const { code, stdout } = await edgetwin(flags);
  expect(code).toBe(0);
  const deployments = stdout.split("apply --server-side").map((text) => {
    const names = text.matchAll(/^kind: Deployment\nmetadata:\n {2}name: (.*)$/gm);
    return [...names].map(([, name]) => name);
  });
  expect(deployments).toEqual([
    [],
    ["machine-edge", "machine-server", "edgetwin-gateway"],
    expect.arrayContaining(["source-edge", "relu-server", "after-relu-server"]),
    ["sender-edge-server", "receiver-edge-server", "edgetwin-gateway"],
  ]);
});

test.each(["run", "validate", "profile"])("%s: what is only for a cluster is refused without one", async (verb) => {
  const flags = ["--image", "x", "--namespace", "Y", "--retain", "--dry-run"];
  const { code, stderr } = await edgetwin([verb, TOPOLOGY, ...flags]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--namespace: "Y" is not allowed: at most 63 lower-case letters/);
  for (const flag of ["image", "namespace", "retain", "dry-run"])
    expect(stderr).toMatch(new RegExp(`--${flag}: only together with --on (podman or )?kubernetes`));
});

test("without kubectl, or a cluster, it says so at once", async () => {
  const none = await edgetwin(RUN, { PATH: mkdtempSync(join(folder, "empty-")) });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/kubectl is not on the PATH/) });
  const down = await edgetwin(RUN, withKubectl('echo "The connection to the server was refused" >&2; exit 1'));
  expect(down).toMatchObject({ code: 1, stderr: expect.stringMatching(/error: kubectl version.*was refused\n$/) });
});
