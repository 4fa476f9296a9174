import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import type { Deployment, PodSpec } from "../../live/clusters/cluster.ts";
import { Driver } from "../../live/driver.ts";
import { newFrame, PREFIX, type SentFrame, setSequence } from "../../live/stage/frame-codec.ts";
import type { HopCall } from "../../live/stage/outlet.ts";
import { hopService } from "../../live/stage/wire.ts";
import { deployLine, lineOf } from "./line.ts";

const RUN = { id: "refusal", frames: 5, rate: 0, height: 8, width: 8, window: 2, digests: 0 };
let deployment: Deployment | null = null;
let server: Server | null = null;

afterEach(async () => {
  await deployment?.stop();
  server?.forceShutdown();
});

/** A pod upstream that sends what it is given, and ends the stream as the protocol says when that is refused. */
async function upstreamOf(frames: readonly SentFrame[], refusals: string[]): Promise<string> {
  server = new Server();
  server.addService(hopService, {
    pull: (call: HopCall) => {
      call.on("data", ({ open, refuse }) => {
        if (open) for (const frame of frames) call.write(frame);
        if (!refuse) return;
        refusals.push(refuse.reason);
        call.emit("error", { code: status.INVALID_ARGUMENT, details: refuse.reason });
      });
      call.on("error", () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server?.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return `127.0.0.1:${port}`;
}

function frame(sequence: number, height = 8): SentFrame {
  const made = newFrame({ height, width: 8, channels: 1, element: "float32" });
  setSequence(made, sequence);
  return made;
}

/** What a relu pod behind that upstream makes of the run. */
async function outcome(frames: readonly SentFrame[], refusals: string[], run = RUN): Promise<Error> {
  const address = await upstreamOf(frames, refusals);
  const relu: PodSpec = { ...lineOf({ grouping: [1, 1, 1] })[2]!, upstream: { address } };
  deployment = await deployLine([relu]);
  const driver = new Driver(deployment, [relu]);
  try {
    return await driver.stream(run, { timeout: 15 }).then(
      () => new Error("the run ended well"),
      (error: Error) => error,
    );
  } finally {
    driver.close();
  }
}

test("a frame that disagrees with its header is refused with the reason, upstream and to the driver", async () => {
  const refusals: string[] = [];
  const short = frame(1);
  // The header still says 8 rows; the payload lost its last 4 bytes, and its length says so.
  const framed = Buffer.from(short.framed.subarray(0, -4));
  framed.writeUInt32BE(framed.length - PREFIX, 1);
  framed[PREFIX + 27] = (252 & 0x7f) | 0x80;
  framed[PREFIX + 28] = (252 >>> 7) | 0x80;
  const error = await outcome([frame(0), { ...short, framed }], refusals);
  expect(refusals).toEqual(["the header of frame 1 says 8x8x1 float32, 256 bytes; its payload has 252"]);
  expect(error.message).toMatch(
    /INVALID_ARGUMENT: pod3: upstream: the header of frame 1 says 8x8x1 float32, 256 bytes; its payload has 252/,
  );
});

test("so is a frame of another shape in the middle of a run, and one that comes out of turn", async () => {
  const refusals: string[] = [];
  expect((await outcome([frame(0), frame(1, 9)], refusals)).message).toMatch(/INVALID_ARGUMENT/);
  expect(refusals[0]).toContain("frame 1 is 9x8x1 float32, those before it 8x8x1 float32");
  await deployment?.stop();
  server?.forceShutdown();
  expect((await outcome([frame(0), frame(2)], refusals)).message).toMatch(/INVALID_ARGUMENT/);
  expect(refusals[1]).toContain("frame 2 came where 1 was due");
});

/** A message in the frame's place. */
function instead(frame: SentFrame, message: Buffer): SentFrame {
  const framed = Buffer.concat([frame.framed.subarray(0, PREFIX), message]);
  framed.writeUInt32BE(message.length, 1);
  return { ...frame, framed };
}

test.each([
  ["bytes that are no message", Buffer.alloc(64, 0xff), /not a Frame message/],
  ["nothing at all", Buffer.alloc(0), /element type 0 is not known/],
  [
    "a coding that is not known",
    Buffer.concat([frame(0).message, Buffer.from([6 << 3, 9])]),
    /the coding 9 of frame 0/,
  ],
  ["zstd that is none", Buffer.concat([frame(0).message, Buffer.from([6 << 3, 1])]), /zstd payload does not give them/],
])("so is %s", async (_, message, reason) => {
  const refusals: string[] = [];
  expect((await outcome([instead(frame(0), message)], refusals)).message).toMatch(/INVALID_ARGUMENT/);
  expect(refusals[0]).toMatch(reason);
});

test("so are more frames than the window has room for: a pod's memory is not the other's to fill", async () => {
  const refusals: string[] = [];
  const many = Array.from({ length: 300 }, (_, sequence) => frame(sequence));
  expect((await outcome(many, refusals, { ...RUN, frames: 300 })).message).toMatch(/INVALID_ARGUMENT/);
  expect(refusals[0]).toMatch(/frame \d+ came while the window was full/);
});
