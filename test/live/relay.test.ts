import { fork } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { RelayConfig } from "../../live/clusters/relay.ts";

const RELAY = fileURLToPath(new URL("../../live/clusters/relay.ts", import.meta.url));
const HOST = "127.0.0.1";
const undo: (() => unknown)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** Both ends of a connection through a relay. */
async function across(shape: Pick<RelayConfig, "bandwidth" | "delay">): Promise<{ client: Socket; server: Socket }> {
  const target = createServer().listen(0, HOST);
  const free = createServer().listen(0, HOST);
  await Promise.all([once(target, "listening"), once(free, "listening")]);
  const [to, listen] = [target, free].map((one) => (one.address() as AddressInfo).port) as [number, number];
  free.close();
  await once(free, "close");
  const config: RelayConfig = { name: "link", ...shape, routes: [{ listen, target: to }] };
  const relay = fork(RELAY, { env: { ...process.env, EDGETWIN_RELAY: JSON.stringify(config) } });
  undo.push(
    () => relay.kill("SIGKILL"),
    () => target.close(),
  );
  await once(relay, "message");
  const accepted = once(target, "connection") as Promise<[Socket]>;
  const client = connect(listen, HOST);
  const [server] = await accepted;
  undo.push(
    () => client.destroy(),
    () => server.destroy(),
  );
  return { client, server };
}

/** What comes until so many bytes are there, read by read. */
function reads(socket: Socket, bytes: number): Promise<Buffer[]> {
  return new Promise((resolve) => {
    const all: Buffer[] = [];
    let count = 0;
    socket.on("data", (chunk: Buffer) => {
      all.push(chunk);
      count += chunk.length;
      if (count >= bytes) resolve(all);
    });
  });
}

test("what is written at once comes bit by bit over a slow link, as bytes are on the wire, and whole", async () => {
  const { client, server } = await across({ bandwidth: 1e6, delay: 0 });
  const sent = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 7) % 251));
  client.write(sent);
  const got = await reads(server, sent.length);
  // A packet of 1.5 kB each, some of which are read together.
  expect(got.length).toBeGreaterThan(10);
  expect(Buffer.concat(got).equals(sent)).toBe(true);
});

test("both directions at once, and then the end of the connection", async () => {
  const { client, server } = await across({ bandwidth: 4e6, delay: 2e-3 });
  const [there, back] = [200_000, 150_000].map((length, n) => Buffer.alloc(length, n + 1)) as [Buffer, Buffer];
  client.write(there);
  server.write(back);
  const [atServer, atClient] = await Promise.all([reads(server, there.length), reads(client, back.length)]);
  expect(Buffer.concat(atServer).equals(there)).toBe(true);
  expect(Buffer.concat(atClient).equals(back)).toBe(true);
  client.end();
  await once(server, "close");
});

test("without a limit nothing is cut", async () => {
  const { client, server } = await across({ bandwidth: null, delay: 0 });
  const sent = Buffer.alloc(300_000, 3);
  client.write(sent);
  expect(Buffer.concat(await reads(server, sent.length)).equals(sent)).toBe(true);
});
