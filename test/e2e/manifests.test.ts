import { execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edgetwin } from "../cli/edgetwin.ts";

const LOCAL = fileURLToPath(new URL("../../topologies/local.yaml", import.meta.url));
const NAMESPACE = `edgetwin-e2e-${process.pid}`;

/** The version of the cluster that KUBECONFIG names, such as 1.20; or why there is none. */
const found = await promisify(execFile)("kubectl", ["version", "--output", "json", "--request-timeout", "5s"]).then(
  ({ stdout }) => {
    const { serverVersion } = JSON.parse(stdout) as { serverVersion: { major: string; minor: string } };
    return { version: `${serverVersion.major}.${serverVersion.minor.replace(/\D.*/, "")}`, why: null };
  },
  (error: Error) => ({ version: null, why: error.message.trim().split("\n").at(-1)! }),
);

/** Runs kubectl with something to read; what it says, on stderr too. */
function kubectl(args: readonly string[], input = ""): Promise<{ code: number | null; said: string }> {
  const child = spawn("kubectl", args, { stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => {
      said += bytes;
    });
  }
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, said }));
  });
}

describe.skipIf(found.why !== null)(
  found.why === null ? `Kubernetes ${found.version}` : `a cluster (skipped, KUBECONFIG names none: ${found.why})`,
  () => {
    beforeAll(async () => {
      // What is in a namespace can only be checked where there is one.
      expect(await kubectl(["create", "namespace", NAMESPACE])).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]);
    });

    test.each([
      ["EESS", ["--with-secrets"]],
      ["EESS", []],
      ["SSSS", ["--groupings", "1+3", "--workers", "2", "--existing", "--plaintext"]],
    ] as const)("takes the manifests of %s %j, every key of them, without a warning", async (split, flags) => {
      const args = [LOCAL, "--splits", split, ...flags, "--namespace", NAMESPACE, "--kubernetes", found.version!];
      const { code, stdout } = await edgetwin(["manifests", ...args]);
      expect(code).toBe(0);
      const apply = ["apply", "--server-side", "--dry-run=server", "--validate=true", "--filename", "-"];
      const applied = await kubectl(apply, stdout);
      expect(applied.said).not.toMatch(/error|invalid/i);
      expect(applied.code).toBe(0);
      const objects = stdout.split("\n---\n").length;
      expect(applied.said.match(/\(server dry run\)$/gm)).toHaveLength(objects);
      expect(applied.said).not.toMatch(/warning/i);
      const wrong = stdout.replace("terminationGracePeriodSeconds", "terminationGracePeriod");
      expect(await kubectl(apply, wrong)).toMatchObject({ said: expect.stringContaining("terminationGracePeriod") });
    });
  },
);
