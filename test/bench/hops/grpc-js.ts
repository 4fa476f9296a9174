/**
 * The hop's protocol with @grpc/grpc-js as it comes: default options, messages through protobufjs as @grpc/proto-loader has
 * them. Arguments: server, payload bytes, host | client, address, window.
 */
import { Client, credentials, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { hopService, type PullRequest, root } from "../../../live/stage/wire.ts";
import { endWithParent, Stopwatch } from "./stopwatch.ts";

interface Frame {
  sequence: number;
  height: number;
  width: number;
  channels: number;
  element: number;
  payload: Buffer;
}

const type = root.lookupType("edgetwin.v1.Frame");
const serialize = (frame: Frame): Buffer => type.encode(type.fromObject(frame)).finish() as Buffer;
const deserialize = (bytes: Buffer): Frame => type.toObject(type.decode(bytes), { longs: Number }) as Frame;
const { path, requestSerialize, requestDeserialize } = hopService.pull;

function serve(bytes: number, host: string): void {
  const server = new Server();
  const pull = (call: ServerDuplexStream<PullRequest, Frame>) => {
    let window = 0;
    let next = 0;
    let frames: Frame[] = [];
    call.on("data", ({ open, acknowledge }) => {
      if (open) {
        window = open.run.window;
        frames = Array.from({ length: window + 1 }, () => {
          return { sequence: 0, height: 1, width: bytes, channels: 1, element: 1, payload: Buffer.alloc(bytes, 1) };
        });
      }
      const limit = (acknowledge?.next ?? 0) + window;
      for (; next < limit; next++) call.write({ ...frames[next % frames.length]!, sequence: next });
    });
    call.on("error", () => {});
  };
  server.addService(
    {
      pull: {
        ...{ path, requestStream: true, responseStream: true, requestSerialize, requestDeserialize },
        responseSerialize: serialize,
        responseDeserialize: deserialize,
      },
    },
    { pull },
  );
  server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });
}

function pull(address: string, window: number): void {
  const stopwatch = new Stopwatch();
  const client = new Client(address, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(path, requestSerialize, deserialize);
  stream.on("data", ({ sequence, payload }) => {
    stopwatch.passed(payload.length, () => stream.write({ acknowledge: { next: sequence + 1 } }));
  });
  const run = { id: "bench", frames: 1e9, rate: 0, height: 1, width: 1, window, digests: 0 };
  stream.write({ open: { run, next: 0, delivery: 0 } });
}

const [role, first, second] = process.argv.slice(2);
if (role === "server") {
  endWithParent();
  serve(Number(first), second!);
} else pull(first!, Number(second));
