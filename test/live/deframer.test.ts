import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameMemory } from "../../kernels/simd/memory.ts";
import { Deframer } from "../../live/stage/deframer.ts";
import { PREFIX } from "../../live/stage/frame-codec.ts";
import { ReceiveBuffers } from "../../live/stage/receive-buffers.ts";

/** A message as gRPC has it on the wire. */
function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

describe("messages in a stream's data", () => {
  test("come out whole and in order, however the data is cut", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 12 }), cuts, (messages, cuts) => {
        const buffers = new ReceiveBuffers();
        const deframer = new Deframer(buffers, 60);
        const data = Buffer.concat(messages.map(framed));
        const whole: Buffer[] = [];
        for (let at = 0, k = 0; at < data.length; k++) {
          const end = at + cuts[k % cuts.length]!;
          // Where it came from is used again, as HTTP/2's buffers are.
          const piece = Buffer.from(data.subarray(at, end));
          whole.push(...deframer.write(piece));
          piece.fill(0xee);
          at = end;
        }
        expect(whole.map((message) => Buffer.from(message))).toEqual(messages.map(framed));
        buffers.close();
      }),
      { seed: 1 },
    );
  });

  test("are dropped when nobody reads them any more, and take no memory", () => {
    const used = frameMemory().used;
    const buffers = new ReceiveBuffers();
    const deframer = new Deframer(buffers, 1000);
    const data = framed(Buffer.alloc(900, 1));
    expect(deframer.write(data.subarray(0, 500))).toEqual([]);
    expect(frameMemory().used).toBeGreaterThan(used);
    buffers.close();
    expect(frameMemory().used).toBe(used);
    expect(deframer.write(data.subarray(500))).toEqual([]);
  });

  test("are refused when they are too large, before their memory is taken", () => {
    const used = frameMemory().used;
    const buffers = new ReceiveBuffers();
    const data = framed(Buffer.alloc(101));
    expect(() => new Deframer(buffers, 100).write(data)).toThrow(/101 bytes is larger than the limit, 100/);
    expect(frameMemory().used).toBe(used);
  });
});
