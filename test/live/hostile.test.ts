import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalDeployment } from "../../live/clusters/processes.ts";
import { Driver } from "../../live/driver.ts";
import { hopService, type Open, type PullRequest, podService } from "../../live/stage/wire.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { frames: 200, rate: 0, height: 64, width: 64, window: 4, digests: 0 };
/** Resident memory that all of this may add to a pod that had 100 MB: what it does add is between 200 and 250, and not all given back. */
const MOST_MEGABYTES = 400;
const PODS = lineOf({ grouping: [4] });

let line: LocalDeployment;
let address: string;
let before: number;
const undo: (() => void)[] = [];

/** Of the pod, MB. */
function resident(): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${line.pid("pod1")}/status`, "utf8"));
  return Number(match![1]) / 1024;
}

let runs = 0;
/** Somebody whom the pod is there for gets every frame. */
async function serves(): Promise<number> {
  const driver = new Driver(line, PODS);
  let taken = 0;
  try {
    await driver.stream({ ...RUN, id: `honest ${runs++}` }, { onFrame: () => taken++, timeout: 25 });
  } finally {
    driver.close();
  }
  return taken;
}

function client(options = {}): Client {
  const made = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1, ...options });
  undo.push(() => made.close());
  return made;
}

/** A stream that says these things; resolves with the status that it ends with. */
function pull(requests: readonly (PullRequest | Buffer)[], from = client()): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = hopService.pull;
  const serialize = (request: PullRequest | Buffer) => (Buffer.isBuffer(request) ? request : requestSerialize(request));
  const stream = from.makeBidiStreamRequest(path, serialize, responseDeserialize);
  return new Promise((resolve) => {
    stream.on("data", (frame) => "release" in frame && frame.release());
    stream.on("error", ({ code, details }: ServiceError) => resolve(`${status[code]}: ${details}`));
    stream.on("end", () => resolve("OK"));
    for (const request of requests) stream.write(request);
  });
}

function open(changed: Partial<Open["run"]>, next = 0): PullRequest {
  return { open: { run: { id: `hostile ${runs++}`, ...RUN, ...changed }, next, delivery: 0 } };
}

function http2(): ClientHttp2Session {
  const session = connectHttp2(`http://${address}`);
  session.on("error", () => {});
  undo.push(() => session.destroy());
  return session;
}

function request(session: ClientHttp2Session, path = "/edgetwin.v1.Hop/Pull") {
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request(headers, { endStream: false });
  stream.on("error", () => {});
  return stream;
}

/** gRPC's prefix: what follows has so many bytes. */
function prefix(bytes: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer.writeUInt32BE(bytes, 1);
  return buffer;
}

describe.skipIf(process.platform !== "linux")("a pod serves on, in bounded memory (Linux: looks into /proc)", () => {
  beforeAll(async () => {
    line = await deployLine(PODS);
    address = line.address("pod1");
    for (let i = 0; i < 3; i++) await serves();
    before = resident();
  });
  afterAll(async () => {
    for (const step of undo.splice(0)) step();
    await line.stop();
  });

  async function unharmed(): Promise<void> {
    expect(await serves()).toBe(RUN.frames);
    for (const step of undo.splice(0)) step();
    expect(resident() - before).toBeLessThan(MOST_MEGABYTES);
  }

  test("whatever a run asks for, that it can't have", async () => {
    expect(await pull([open({ frames: 2 ** 32 - 1 })])).toMatch(
      /FAILED_PRECONDITION: .*4294967295 frames are to be rec/,
    );
    expect(await pull([open({ window: 2 ** 32 - 1 })])).toMatch(/FAILED_PRECONDITION: .*a window of 4294967295 frames/);
    expect(await pull([open({ window: 0 })])).toMatch(/FAILED_PRECONDITION: .*a window of 0 frames/);
    for (const rate of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(await pull([open({ rate })])).toMatch(/FAILED_PRECONDITION: .*a rate of/);
    expect(await pull([open({ height: 2 ** 32 - 1, width: 2 ** 32 - 1 })])).toMatch(/FAILED_PRECONDITION/);
    expect(await pull([open({ height: 2 ** 14, width: 2 ** 14 })])).toMatch(/FAILED_PRECONDITION/);
    expect(await pull([open({}, RUN.frames + 1)])).toMatch(/FAILED_PRECONDITION: .*is to begin with 201/);
    await unharmed();
  });

  test("requests that are none, too large, or of 2 GB as they say", async () => {
    expect(await pull([Buffer.from("no protobuf at all")])).toMatch(/INTERNAL/);
    expect(await pull([open({}), Buffer.alloc(1000, 0xff)])).toMatch(/INTERNAL/);
    expect(await pull([Buffer.alloc(1024 * 1024)])).toMatch(/RESOURCE_EXHAUSTED/);
    const session = http2();
    for (let i = 0; i < 50; i++) request(session).write(Buffer.concat([prefix(2 ** 31 - 1), Buffer.alloc(60_000)]));
    const probe = podService.probe.requestSerialize({ replyBytes: 2 ** 32 - 1, payload: new Uint8Array(0) });
    const { path } = podService.probe;
    const answer = await new Promise<string>((resolve) => {
      const same = (bytes: Buffer) => bytes;
      client().makeUnaryRequest(path, same, same, probe, (error) =>
        resolve(`${status[error!.code]}: ${error!.details}`),
      );
    });
    expect(answer).toMatch(/INVALID_ARGUMENT: 4294967295 bytes are asked for/);
    await unharmed();
  });

  test("streams that nobody reads, of frames and of records", async () => {
    await pull([
      open({ id: "long", frames: 2_000_000, window: 1 }),
      { refuse: { sequence: 0, reason: "for its record" } },
    ]);
    for (let i = 0; i < 20; i++) {
      const session = http2();
      const large = request(session);
      const message = hopService.pull.requestSerialize(open({ height: 1024, width: 1024, window: 8 }));
      large.write(Buffer.concat([prefix(message.length), message]));
      large.pause();
      for (let j = 0; j < 20; j++) {
        const trace = request(session, podService.trace.path);
        const which = podService.trace.requestSerialize({ run: "long" });
        trace.end(Buffer.concat([prefix(which.length), which]));
        trace.pause();
      }
    }
    await sleep(500);
    await unharmed();
  });

  test("a thousand idle connections, and as many that said half a greeting", async () => {
    const sockets: Socket[] = [];
    for (let i = 0; i < 1000; i++) {
      const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
      socket.on("error", () => {});
      if (i % 2 === 0) socket.write("PRI * HTTP/2.0\r\n");
      sockets.push(socket);
    }
    undo.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    await sleep(500);
    await unharmed();
  });

  test("floods of pings, of settings, of streams that are reset at once, and of streams that are left open", async () => {
    const [pings, settings, resets, left] = [http2(), http2(), http2(), http2()];
    await Promise.all(
      [pings, settings, resets, left].map((one) => new Promise((resolve) => one.once("connect", resolve))),
    );
    for (let i = 0; i < 5000 && !pings.destroyed; i++) pings.ping(() => {});
    for (let i = 0; i < 1000 && !settings.destroyed; i++) settings.settings({ enablePush: false });
    for (let i = 0; i < 5000 && !resets.destroyed && !resets.closed; i++) {
      request(resets).close(constants.NGHTTP2_CANCEL);
      if (i % 100 === 0) await sleep(0);
    }
    for (let i = 0; i < 1000 && !left.destroyed && !left.closed; i++) request(left);
    await sleep(500);
    await unharmed();
  });

  test("a stream whose place another one has taken has no say any more", async () => {
    const { path, requestSerialize, responseDeserialize } = hopService.pull;
    const old = client().makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    old.on("error", () => {});
    old.on("data", (frame) => "release" in frame && frame.release());
    old.write(open({ id: "shared" }));
    await sleep(300);
    const taken: number[] = [];
    const driver = new Driver(line, PODS);
    const onFrame = ({ sequence }: { sequence: number }) => {
      taken.push(sequence);
      // It would have the frames forgotten that the other waits for.
      if (sequence === 0) old.write({ acknowledge: { next: RUN.frames } });
      if (sequence === 1) old.write({ refuse: { sequence, reason: "none of its business" } });
    };
    await driver.stream({ ...RUN, id: "shared" }, { onFrame, timeout: 20 }).finally(() => driver.close());
    expect(taken).toHaveLength(RUN.frames);
  });
});
