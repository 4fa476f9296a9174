import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newAuthority, signAll } from "../../live/clusters/certificates.ts";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import { PodClient } from "../../live/measure/pod-client.ts";
import { podConfigSchema } from "../../live/stage/config.ts";
import { Executor } from "../../live/stage/executor.ts";
import type { ReceivedFrame } from "../../live/stage/frame-codec.ts";
import { Pod } from "../../live/stage/pod.ts";
import type { Identity } from "../../live/stage/security.ts";
import { servePod } from "../../live/stage/server.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { id: "mtls", frames: 40, rate: 0, height: 48, width: 40, window: 4, digests: 0 };

/** Digests of the frames of a run. */
async function stream(deployment: Deployment, pods: readonly PodSpec[], id: string): Promise<string[]> {
  const driver = new Driver(deployment, pods);
  const digests: string[] = [];
  const onFrame = ({ samples }: ReceivedFrame) => {
    const { buffer, byteOffset, byteLength } = samples;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    digests.push(createHash("sha256").update(bytes).digest("hex"));
  };
  try {
    await driver.stream({ ...RUN, id }, { onFrame, timeout: 25 });
  } finally {
    driver.close();
  }
  return digests;
}

describe("a line whose pods prove who they are", () => {
  const pods = lineOf({ grouping: [1, 2, 1], compression: "zstd" });
  const last = pods.at(-1)!.name;
  let line: Deployment;

  beforeAll(async () => {
    line = await deployLine(pods, { tls: true });
  });
  afterAll(() => line.stop());

  /** What a driver with that identity is told. */
  async function refusal(identity: Identity | null, pod = last): Promise<string> {
    const address = line.address(pod);
    const driver = new Driver({ ...line, address: () => address, identity, broken: new Promise(() => {}) }, [
      { name: pod, node: "node" },
    ]);
    try {
      return await driver.stream({ ...RUN, id: "stranger" }, { timeout: 4 }).then(
        () => "the run ended well",
        (error: Error) => error.message,
      );
    } finally {
      driver.close();
    }
  }

  test("gives the bytes of one in plaintext, and goes on after a pod was killed and started afresh", async () => {
    const plain = lineOf({ grouping: [4] });
    const monolith = await deployLine(plain);
    const expected = await stream(monolith, plain, "plain");
    await monolith.stop();
    expect(await stream(line, pods, "first")).toEqual(expected);
    await line.replace("pod2");
    expect(await stream(line, pods, "second")).toEqual(expected);
  });

  test("the driver is told who does not answer for a pod's name", async () => {
    const client = new PodClient("pod2", line.address("pod1"), line.identity);
    await expect(client.usage()).rejects.toThrow(/pod2: usage: .*(altnames|does not match)/);
    client.close();
    const right = new PodClient("pod1", line.address("pod1"), line.identity);
    expect((await right.usage()).threadCpu).toBeGreaterThan(0);
    right.close();
  });

  test("refuses who has no certificate", async () => {
    expect(await refusal(null)).toMatch(/not finished after 4 s; pod pod3 can't be reached/);
  });

  test("refuses who has another authority's, whatever its name", async () => {
    const { driver } = await newAuthority();
    const trusting = { ...driver, ca: line.identity!.ca };
    expect(await refusal(trusting)).toMatch(/not finished after 4 s; pod pod3 can't be reached/);
    // And a client refuses a pod of another authority.
    expect(await refusal(driver)).toMatch(/can't be reached: .*(certificate|self-signed)/);
  });
});

test("a pod gives frames to the one downstream and the driver alone: nobody else takes their place", async () => {
  const authority = await newAuthority();
  const pods = await signAll(authority, lineOf({ grouping: [1, 1, 1] }));
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-test-"));
  const { ca, certificate, key } = pods.get("pod1")!;
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const files = { ca: file("ca", ca), certificate: file("certificate", certificate), key: file("key", key) };
  const { name, node, stages } = lineOf({ grouping: [4] })[0]!;
  const config = podConfigSchema.parse({
    name,
    node,
    stages,
    port: 0,
    upstream: null,
    tls: files,
  });
  const pod = new Pod(config, await Executor.load(config, () => {}), null);
  const server = await servePod(pod, config);
  const outcome = async (identity: Identity) => {
    const deployment = { address: () => `127.0.0.1:${server.port}`, identity, broken: new Promise<string>(() => {}) };
    return stream(deployment as unknown as Deployment, [{ name: "pod1" } as PodSpec], "in-process").then(
      (frames) => frames.length,
      (error: Error) => error.message,
    );
  };
  try {
    expect(await outcome(pods.get("pod3")!)).toMatch(
      "PERMISSION_DENIED: pod1: the certificate of pod3 gives no right to pull from it",
    );
    const stranger = new PodClient("pod1", `127.0.0.1:${server.port}`, pods.get("pod3")!);
    await expect(stranger.handOver("mtls")).rejects.toThrow(/pod1 is not pod3's to hand over/);
    stranger.close();
    expect(await outcome(pods.get("pod2")!)).toBe(RUN.frames);
    expect(await outcome(authority.driver)).toBe(RUN.frames);
  } finally {
    pod.dispose();
    server.stop();
    rmSync(folder, { recursive: true });
  }
});

test("a deployment has its own authority and keys", async () => {
  const pods = lineOf({ grouping: [1, 3] });
  const authorities = await Promise.all([newAuthority(), newAuthority()]);
  const signed = await Promise.all(authorities.map((authority) => signAll(authority, pods)));
  const all = [...authorities.map(({ driver }) => driver), ...signed.flatMap((each) => [...each.values()])];
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  expect(new Set(all.map(({ certificate }) => certificate)).size).toBe(all.length);
  expect(new Set(all.map(({ ca }) => ca)).size).toBe(2);
});
