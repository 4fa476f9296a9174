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

  test("are cut out of what was read, whose memory is given back when the next is there, and not before", () => {
    const message = framed(Buffer.alloc(50_000, 7));
    const reads = [0, 1, 2].map(() => new Uint8Array(message).buffer);
    const buffers = new ReceiveBuffers();
    const deframer = new Deframer(buffers, 100_000);
    const whole = reads.flatMap((read) =>
      [0, 20_000, 40_000].flatMap((at) => {
        expect(read.detached).toBe(false);
        return deframer.write(Buffer.from(read, at, Math.min(20_000, read.byteLength - at)));
      }),
    );
    expect(reads.map(({ detached }) => detached)).toEqual([true, true, false]);
    expect(whole.map((one) => Buffer.compare(Buffer.from(one), message))).toEqual([0, 0, 0]);
    buffers.close();
  });

  test("leave buffers alone that others may have pieces of", () => {
    const pool = new Uint8Array(framed(Buffer.alloc(100))).buffer;
    const deframer = new Deframer(new ReceiveBuffers(), 1000);
    deframer.write(Buffer.from(pool));
    deframer.write(framed(Buffer.alloc(100)));
    expect(pool.detached).toBe(false);
  });
});
