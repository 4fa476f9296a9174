import { Client, Server } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { frameMemory } from "../../kernels/simd/memory.ts";
import { newAuthority } from "../../live/clusters/certificates.ts";
import { newFrame, type SentFrame, setSequence } from "../../live/stage/frame-codec.ts";
import { inPlace, RECEIVE_BUFFERS } from "../../live/stage/grpc-internals.ts";
import type { HopCall } from "../../live/stage/outlet.ts";
import { ReceiveBuffers } from "../../live/stage/receive-buffers.ts";
import { channelCredentials, channelOptions, type Identity, serverCredentials } from "../../live/stage/security.ts";
import { hopService } from "../../live/stage/wire.ts";

let server: Server | null = null;
let client: Client | null = null;

afterEach(() => {
  client?.close();
  server?.forceShutdown();
});

/** Serves frames to whoever pulls. */
async function serve(frames: readonly SentFrame[], identity: Identity | null = null): Promise<string> {
  server = new Server();
  server.addService(hopService, {
    pull: (call: HopCall) => {
      call.on("error", () => {});
      for (const frame of frames) call.write(frame);
      call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server?.bindAsync("127.0.0.1:0", serverCredentials(identity), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return `127.0.0.1:${port}`;
}

/** All messages that come, as `deserialize` makes them. */
function pull<T>(
  address: string,
  options: object,
  deserialize: (message: Buffer) => T,
  identity: Identity | null = null,
): Promise<T[]> {
  const security = identity === null ? null : { identity, peer: "server" };
  client = new Client(address, channelCredentials(security), { ...channelOptions(security), ...options });
  const { path, requestSerialize } = hopService.pull;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, (message: Buffer) => ({
    value: deserialize(message),
  }));
  const values: T[] = [];
  return new Promise((resolve, reject) => {
    stream.on("data", ({ value }: { value: T }) => values.push(value));
    stream.on("error", reject);
    stream.on("end", () => resolve(values));
  });
}

function frames(): SentFrame[] {
  // Less than a piece of HTTP/2 data, more than one, and more than its window of 64 KiB.
  return [1, 17, 400, 20_000, 300_000].map((width, sequence) => {
    const frame = newFrame({ height: 1, width, channels: 1, element: "float32" });
    for (let i = 0; i < width; i++) frame.samples[i] = i % 4093;
    setSequence(frame, sequence);
    return frame;
  });
}

test("the installed @grpc/grpc-js has what is replaced, at both ends", () => {
  expect(inPlace).toEqual({ receive: true, send: true });
});

test.each(["plaintext", "TLS"])(
  "messages that are sent and received in place are those of an ordinary channel: %s",
  async (over) => {
    const sent = frames();
    const identity = over === "TLS" ? await (await newAuthority()).sign({ name: "server", upstream: null }) : null;
    const address = await serve(sent, identity);
    const options = { "grpc.max_receive_message_length": 2 ** 22 };
    const ordinary = await pull(address, options, (message) => Buffer.from(message), identity);
    expect(ordinary).toEqual(sent.map(({ message }) => Buffer.from(message)));
    client?.close();
    const buffers = new ReceiveBuffers();
    const used = frameMemory().used;
    const received = await pull(
      address,
      { ...options, [RECEIVE_BUFFERS]: () => buffers },
      (message) => buffers.frame(message),
      identity,
    );
    expect(received.map(({ samples }) => samples)).toEqual(sent.map(({ samples }) => samples));
    for (const { samples } of received) {
      expect(frameMemory().addressOf(samples) % 64).toBe(0);
      expect(frameMemory().addressOf(samples)).toBeGreaterThan(0);
    }
    expect(frameMemory().used).toBeGreaterThan(used);
    for (const frame of received) frame.release();
    expect(frameMemory().used).toBe(used);
  },
);

test("a message over the limit ends the stream with RESOURCE_EXHAUSTED and its size", async () => {
  const address = await serve(frames());
  const buffers = new ReceiveBuffers();
  const options = { "grpc.max_receive_message_length": 100_000, [RECEIVE_BUFFERS]: () => buffers };
  await expect(pull(address, options, (message) => buffers.frame(message))).rejects.toThrow(
    /RESOURCE_EXHAUSTED: a message of 1200031 bytes is larger than the limit, 100000/,
  );
  buffers.close();
});
