import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { type LocalDeployment, localProcesses } from "../../live/clusters/processes.ts";
import { Driver } from "../../live/driver.ts";
import { Dialler } from "../../live/stage/dialler.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { id: "unreachable", height: 48, width: 40, window: 4, digests: 0 };
const [source, , , last] = lineOf({ grouping: [1, 1, 1, 1] }) as [PodSpec, PodSpec, PodSpec, PodSpec];
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function deploy(pods: readonly PodSpec[]): Promise<LocalDeployment> {
  const line = await deployLine(pods);
  undo.push(() => line.stop());
  return line;
}

/** Stands between two pods. Connections that there are when it freezes never carry anything again, and nobody is told. */
class Passage {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  #frozen = new Set<Socket>();
  connections = 0;

  constructor(target: number) {
    this.#server = createServer((client) => {
      this.connections++;
      const upstream = connect(target, "127.0.0.1");
      this.#sockets.push(client, upstream);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.on("data", (bytes) => {
          if (!this.#frozen.has(from)) to.write(bytes);
        });
        from.on("error", () => {});
        from.on("close", () => {
          if (!this.#frozen.has(from)) to.destroy();
        });
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  freeze(): void {
    this.#frozen = new Set(this.#sockets);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A run over two pods with a passage between them, of which every frame comes once and in order. */
async function stream(rate: number, at20: (passage: Passage, upstream: LocalDeployment) => void): Promise<Passage> {
  const upstream = await deploy([source]);
  const passage = new Passage(Number(upstream.address("pod1").split(":")[1]));
  undo.push(() => passage.close());
  const pod: PodSpec = { ...last, upstream: { address: await passage.listen() } };
  const driver = new Driver(await deploy([pod]), [pod]);
  const taken: number[] = [];
  const onFrame = ({ sequence }: { sequence: number }) => {
    taken.push(sequence);
    if (sequence === 20) at20(passage, upstream);
  };
  await driver.stream({ ...RUN, frames: 60, rate }, { onFrame, timeout: 55 }).finally(() => driver.close());
  expect(taken).toEqual(Array.from({ length: 60 }, (_, i) => i));
  return passage;
}

test("a peer that vanished without a word is noticed in the middle of a stream, and dialled afresh", async () => {
  const { connections } = await stream(0, (passage) => passage.freeze());
  expect(connections).toBe(2);
}, 60_000);

test("a pod that does not answer for seconds, as in a large frame, is not taken for dead", async () => {
  const { connections } = await stream(100, (_, upstream) => {
    process.kill(upstream.pid("pod1"), "SIGSTOP");
    setTimeout(() => process.kill(upstream.pid("pod1"), "SIGCONT"), 8_000);
  });
  expect(connections).toBe(1);
}, 60_000);

/** Accepts connections, as the kernel does for it, and says nothing. */
async function mute(): Promise<string> {
  const program =
    'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
  const child: ChildProcess = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  undo.push(() => child.kill("SIGKILL"));
  const port = await new Promise<string>((resolve) => child.stdout!.once("data", (text: Buffer) => resolve(`${text}`)));
  child.kill("SIGSTOP");
  return `127.0.0.1:${port.trim()}`;
}

test.each([
  // Of an address block for documentation, which nothing answers for (RFC 5737).
  ["an address that nothing answers for", async () => "192.0.2.1:50051", /192\.0\.2\.1:50051: /],
  ["a peer that is stopped", mute, /: no answer within 2 s/],
  ["a port that refuses", async () => "127.0.0.1:1", /ECONNREFUSED/],
  ["a name that is not there", async () => "dns:no-such-pod.invalid:50051", /[Nn]ame resolution failed/],
])("%s is given up on after 2 s, with the reason, not after Linux's two minutes", async (_, address, reason) => {
  const dialler = new Dialler(await address(), null, {});
  await expect(dialler.connected()).rejects.toThrow(reason);
  dialler.close();
  await expect(dialler.connected()).rejects.toThrow(/closed/);
});

test("a pod that waits for its upstream says so in its log, and the driver why its run did not end", async () => {
  const logs = mkdtempSync(join(tmpdir(), "edgetwin-test-"));
  const pod: PodSpec = { ...last, upstream: { address: "127.0.0.1:1" } };
  const line = await localProcesses({ tls: false }).deploy([pod], logs);
  undo.push(() => line.stop());
  const outcome = async (deployment: Pick<Deployment, "address" | "identity" | "broken">) => {
    const driver = new Driver(deployment as Deployment, [pod]);
    const run = { ...RUN, frames: 1, rate: 0 };
    return driver.stream(run, { timeout: 4 }).then(
      () => "",
      ({ message }: Error) => {
        driver.close();
        return message;
      },
    );
  };
  expect(await outcome(line)).toBe("run unreachable: not finished after 4 s");
  expect(readFileSync(join(logs, "pod4.log"), "utf8").match(/upstream can't be reached: .*ECONNREFUSED/g)).toHaveLength(
    1,
  );
  expect(await outcome({ address: () => "127.0.0.1:1", identity: null, broken: line.broken })).toMatch(
    /not finished after 4 s; pod pod4 can't be reached: 127\.0\.0\.1:1: .*ECONNREFUSED/,
  );
});
