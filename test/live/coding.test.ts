import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import { decodeFrame } from "../../live/stage/frame-codec.ts";
import { Delivery, hopService, type PullRequest, root } from "../../live/stage/wire.ts";
import { deployLine, lineOf } from "./line.ts";

const Frame = root.lookupType("edgetwin.v1.Frame");
const FRAMES = 6;
const pods = lineOf({ grouping: [2] });
let line: Deployment;

beforeAll(async () => {
  line = await deployLine(pods);
});
afterAll(() => line.stop());

const runOf = (id: string) => ({ id, frames: FRAMES, rate: 0, height: 24, width: 32, window: 4, digests: 0 });

/** Pulls messages as they are on the wire, from `next` on; acknowledges those below `acknowledged` and hangs up after the last. */
async function pull(
  id: string,
  coding: number | undefined,
  { next = 0, until = FRAMES, acknowledge = true } = {},
): Promise<Buffer[]> {
  const client = new Client(line.address("pod1"), credentials.createInsecure());
  const { path, requestSerialize } = hopService.pull;
  const stream = client.makeBidiStreamRequest<PullRequest, Buffer>(path, requestSerialize, (bytes) => bytes);
  const messages: Buffer[] = [];
  try {
    return await new Promise<Buffer[]>((resolve, reject) => {
      stream.on("error", reject);
      stream.on("end", () => resolve(messages));
      stream.on("data", (message: Buffer) => {
        messages.push(Buffer.from(message));
        if (acknowledge) stream.write({ acknowledge: { next: next + messages.length } });
        if (next + messages.length === until && until < FRAMES) resolve(messages);
      });
      const open = { run: runOf(id), next, delivery: Delivery.FRAMES };
      stream.write({ open: coding === undefined ? open : { ...open, coding } });
    });
  } finally {
    stream.on("error", () => {});
    stream.cancel();
    client.close();
  }
}

const codingOf = (message: Buffer) => (Frame.decode(message) as unknown as { coding: number }).coding;
const samplesOf = (messages: readonly Buffer[]) => messages.map((message) => decodeFrame(message).samples);

describe("the client says how it would have its frames", () => {
  test("one that does not, gets them as they are: as if there were no compression", async () => {
    const messages = await pull("plain", undefined);
    expect(messages.map(codingOf)).toEqual(Array(FRAMES).fill(0));
    // Field 6 is not even there.
    for (const message of messages) expect(message.length).toBe(31 + 24 * 32 * 4);
  });

  test("one that asks for zstd gets the same frames, in fewer bytes", async () => {
    const messages = await pull("zstd", 1);
    expect(messages.map(codingOf)).toEqual(Array(FRAMES).fill(1));
    expect(samplesOf(messages)).toEqual(samplesOf(await pull("plain again", 0)));
    for (const message of messages) expect(message.length).toBeLessThan(31 + 24 * 32 * 4);
  });

  test("after a reconnect another coding counts, for frames that were made before as well", async () => {
    const kept = { acknowledge: false };
    const first = await pull("change", 1, { ...kept, until: 4 });
    const second = await pull("change", 0, { ...kept, until: 4 });
    expect([...first, ...second].map(codingOf)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect(samplesOf(second)).toEqual(samplesOf(first));
    const third = await pull("change", 1);
    expect(third.map(codingOf)).toEqual(Array(FRAMES).fill(1));
    expect(samplesOf(third.slice(0, 4))).toEqual(samplesOf(first));
  });

  test("one that asks for what nobody knows is told so", async () => {
    const error: ServiceError = await pull("strange", 7).then(
      () => null as never,
      (error) => error,
    );
    expect(error).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: "coding 7 is not known: 0 (identity) or 1 (zstd)",
    });
  });
});

test("a trace tells what was compressed, how much was left, and what that took", async () => {
  const two = lineOf({ grouping: [2, 2], compression: "zstd" });
  const deployment = await deployLine(two);
  const driver = new Driver(deployment, two);
  try {
    const { id: _, ...run } = runOf("");
    const [sender, receiver] = (await driver.run("test", 0, 0, run, { timeout: 20 })).trace.pods;
    for (let n = 0; n < FRAMES; n++) {
      expect(sender!.sentBytes[n]).toBeGreaterThan(0);
      expect(sender!.sentBytes[n]).toBeLessThan(24 * 32 * 4);
      expect(sender!.compressCpu[n]).toBeGreaterThan(0);
      expect(receiver!.decompressCpu[n]).toBeGreaterThan(0);
      expect(receiver!.decoded[n]! - receiver!.arrived[n]!).toBeGreaterThan(0);
    }
    for (const column of [sender!.decompressCpu, receiver!.compressCpu, receiver!.sentBytes]) {
      expect([...column]).toEqual(Array(FRAMES).fill(Number.NaN));
    }
  } finally {
    driver.close();
    await deployment.stop();
  }
});
