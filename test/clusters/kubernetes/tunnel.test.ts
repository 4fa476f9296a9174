import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { Kubectl } from "../../../live/clusters/kubernetes/kubectl.ts";
import { Tunnel } from "../../../live/clusters/kubernetes/tunnel.ts";
import { FakeKubectl } from "./fake-kubectl.ts";

const GATEWAY = fileURLToPath(new URL("../../../live/stage/gateway.ts", import.meta.url));
const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

function listening(server: Server): Promise<number> {
  ends.push(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}

/** A pod that answers in capitals. */
function pod(): Promise<number> {
  return listening(
    createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => socket.write(bytes.toString().toUpperCase()));
    }),
  );
}

async function gateway(...allowed: readonly number[]): Promise<number> {
  const free = createServer();
  const port = await listening(free);
  await new Promise((resolve) => free.close(resolve));
  const child: ChildProcess = spawn(process.execPath, [GATEWAY, String(port), ...allowed.map(String)]);
  ends.push(() => child.kill());
  for (;;) {
    const up = await new Promise((resolve) => {
      const socket = dial(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (up) return port;
    await wait(20);
  }
}

async function tunnelTo(targets: Record<string, string>) {
  const kubectl = new FakeKubectl(() => undefined);
  let broken = "";
  const tunnel = new Tunnel(new Kubectl(kubectl, "n"), "g", (reason) => {
    broken = reason;
  });
  ends.push(() => tunnel.close());
  await tunnel.add(new Map(Object.entries(targets)));
  tunnel.open();
  const forward = (port: number) => kubectl.running("port-forward").line(`Forwarding from 127.0.0.1:${port} -> 50052`);
  return { tunnel, kubectl, forward, broken: () => broken };
}

/** What a pod answers; `null` if the connection is closed. */
function ask(address: string, text: string): Promise<string | null> {
  const socket: Socket = dial(Number(address.split(":")[1]), "127.0.0.1");
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.once("close", () => resolve(null));
    socket.write(text);
  });
}

test("connections go through the gateway, each to its own pod", async () => {
  const [a, b] = [await pod(), await listening(createServer((socket) => socket.end("other")))];
  const { tunnel, forward } = await tunnelTo({ a: `localhost:${a}`, b: `localhost:${b}` });
  expect(await ask(tunnel.address("a"), "too early")).toBeNull();
  forward(await gateway(a, b));
  expect(await ask(tunnel.address("a"), "hello")).toBe("HELLO");
  expect(await ask(tunnel.address("b"), "hello")).toBe("other");
});

test("the gateway dials nothing but the ports that it was told, of Services of its own namespace", async () => {
  const [allowed, other] = [await pod(), await pod()];
  const { tunnel, forward } = await tunnelTo({
    ...{ other: `localhost:${other}`, elsewhere: `localhost.localdomain:${allowed}`, address: `127.0.0.1:${allowed}` },
    gone: "localhost:1",
    good: `localhost:${allowed}`,
  });
  forward(await gateway(allowed));
  for (const name of ["other", "elsewhere", "address", "gone"]) expect(await ask(tunnel.address(name), "x")).toBeNull();
  expect(await ask(tunnel.address("good"), "x")).toBe("X");
});

test("a port that is no longer forwarded is forwarded anew", async () => {
  const port = await pod();
  const { tunnel, kubectl, forward } = await tunnelTo({ a: `localhost:${port}` });
  const way = await gateway(port);
  forward(way);
  expect(await ask(tunnel.address("a"), "x")).toBe("X");
  kubectl.running("port-forward").end("lost connection to pod");
  await wait(20);
  expect(await ask(tunnel.address("a"), "x")).toBeNull();
  while (kubectl.calls.length < 2) await wait(20);
  forward(way);
  expect(await ask(tunnel.address("a"), "x")).toBe("X");
});

test("a gateway that does not answer has its port forwarded anew", async () => {
  const dead = await listening(createServer((socket) => socket.destroy()));
  const { tunnel, kubectl, forward } = await tunnelTo({ a: "localhost:1" });
  forward(dead);
  expect(await ask(tunnel.address("a"), "x")).toBeNull();
  while (kubectl.calls.length < 2) await wait(20);
});

test("the gateway without ports says how it is used", async () => {
  await expect(promisify(execFile)(process.execPath, [GATEWAY, "1"])).rejects.toMatchObject({
    code: 2,
    stderr: "usage: gateway PORT ALLOWED-PORT...\n",
  });
});
