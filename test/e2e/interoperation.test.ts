import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Driver } from "../../live/driver.ts";
import { deployLine, lineOf } from "../live/line.ts";

const PYTHON = "/usr/bin/python3";
const CLIENT = fileURLToPath(new URL("pull.py", import.meta.url));
const PROTOS = fileURLToPath(new URL("../../protos", import.meta.url));
const RUN = { frames: 30, height: 48, width: 40, window: 4 };

/** Why there is no stock client here; `null` if there is one. */
function missing(): string | null {
  const needs = [
    { file: PYTHON, args: ["-c", "import grpc, google.protobuf"], what: `grpcio for ${PYTHON} (python3-grpcio)` },
    { file: "protoc", args: ["--version"], what: "protoc (protobuf-compiler)" },
  ];
  const absent = needs.filter(({ file, args }) => {
    try {
      execFileSync(file, args, { stdio: "pipe" });
      return false;
    } catch {
      return true;
    }
  });
  return absent.length === 0 ? null : `not installed: ${absent.map(({ what }) => what).join(", ")}`;
}

const skipped = missing();

describe.skipIf(skipped !== null)(`a stock gRPC client pulls frames${skipped === null ? "" : ` (${skipped})`}`, () => {
  test.each([
    { what: "uint8 frames of a source", grouping: [1] },
    { what: "float32 frames at the end of two pods", grouping: [2, 2] },
  ])("$what: sequence numbers, shapes and bytes that our own client gets, and OK", async ({ grouping }) => {
    const stubs = mkdtempSync(join(tmpdir(), "edgetwin-stubs-"));
    execFileSync("protoc", [`-I${PROTOS}`, `--python_out=${stubs}`, "edgetwin/v1/hop.proto"]);
    const pods = lineOf({ grouping });
    const deployment = await deployLine(pods);
    const driver = new Driver(deployment, pods);
    try {
      const ours: unknown[] = [];
      await driver.stream(
        { id: "ours", rate: 0, digests: 0, ...RUN },
        {
          onFrame: ({ sequence, shape: { height, width, channels, element }, samples }) => {
            const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
            const digest = createHash("sha256").update(bytes).digest("hex");
            const name = `ELEMENT_${element.toUpperCase()}`;
            ours.push({ sequence, shape: [height, width, channels], element: name, digest });
          },
          timeout: 30,
        },
      );
      const { frames, height, width, window } = RUN;
      const args = [CLIENT, deployment.address(pods.at(-1)!.name), ...[frames, height, width, window].map(String)];
      // A proxy that the environment names is no way to a pod on this machine.
      const env = { ...process.env, PYTHONPATH: stubs, no_grpc_proxy: "127.0.0.1" };
      const { stdout } = await promisify(execFile)(PYTHON, args, { env });
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
      expect(ours).toHaveLength(frames);
      expect(lines).toEqual([...ours, { status: "OK" }]);
    } finally {
      driver.close();
      await deployment.stop();
      rmSync(stubs, { recursive: true, force: true });
    }
  });
});
