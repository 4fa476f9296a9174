import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressedFrame, decodeFrame, FrameError, newFrame, setSequence } from "../../live/stage/frame-codec.ts";
import { root } from "../../live/stage/wire.ts";
import { bytesOf, type FrameShape, samplesOf } from "../../sim/frame.ts";

const Frame = root.lookupType("edgetwin.v1.Frame");

const shapes = fc.record({
  height: fc.integer({ min: 1, max: 20 }),
  width: fc.integer({ min: 1, max: 20 }),
  channels: fc.integer({ min: 1, max: 3 }),
  element: fc.constantFrom("uint8" as const, "float32" as const),
});
const sequences = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function filled(shape: FrameShape, sequence: number) {
  const frame = newFrame(shape);
  for (let i = 0; i < samplesOf(shape); i++) frame.samples[i] = (i * 7) % 251;
  setSequence(frame, sequence);
  return frame;
}

describe("a frame that we encode", () => {
  test("is read by protobufjs, field for field", () => {
    fc.assert(
      fc.property(shapes, sequences, (shape, sequence) => {
        const frame = filled(shape, sequence);
        const message = Frame.toObject(Frame.decode(frame.message), { longs: Number }) as Record<string, unknown>;
        expect(message).toMatchObject({ sequence, height: shape.height, width: shape.width, channels: shape.channels });
        expect(message.element).toBe(shape.element === "uint8" ? 1 : 2);
        expect(Buffer.from(message.payload as Uint8Array)).toEqual(
          Buffer.from(frame.samples.buffer as ArrayBuffer, frame.samples.byteOffset, bytesOf(shape)),
        );
      }),
      { seed: 1 },
    );
  });

  test("comes back as it was, as a view of the message when gRPC's prefix is in front of it", () => {
    fc.assert(
      fc.property(shapes, sequences, (shape, sequence) => {
        const frame = filled(shape, sequence);
        const received = Buffer.from(Buffer.concat([Buffer.alloc(5), frame.message])).subarray(5);
        const decoded = decodeFrame(received);
        expect(decoded.sequence).toBe(sequence);
        expect(decoded.shape).toEqual(shape);
        expect(decoded.samples).toEqual(frame.samples);
        expect(decoded.samples.buffer).toBe(received.buffer);
      }),
      { seed: 2 },
    );
  });
});

describe("a frame that somebody else encodes", () => {
  test("is read in protobufjs' own layout, whatever its alignment", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 7 }), (shape, shift) => {
        const { samples } = filled(shape, 9);
        const payload = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
        const element = shape.element === "uint8" ? 1 : 2;
        const bytes = Frame.encode({ sequence: 9, ...shape, element, payload }).finish();
        const placed = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
        expect(decodeFrame(placed)).toMatchObject({ sequence: 9, shape, samples });
      }),
      { seed: 3 },
    );
  });

  test.each([
    [
      "a payload that is too short",
      { sequence: 3, height: 2, width: 2, channels: 1, element: 2, payload: new Uint8Array(15) },
      /header of frame 3 says 2x2x1 float32, 16 bytes; its payload has 15/,
    ],
    [
      "no element type",
      { sequence: 4, height: 1, width: 1, channels: 1, payload: new Uint8Array(1) },
      /element type 0 is not known: 1 \(uint8\) or 2 \(float32\)/,
    ],
    ["no height", { sequence: 5, width: 1, channels: 1, element: 1, payload: new Uint8Array(0) }, /0x1x1/],
  ])("is refused with %s, and says why", (_what, message, why) => {
    const bytes = Buffer.from(Frame.encode(message).finish());
    expect(() => decodeFrame(bytes)).toThrow(FrameError);
    expect(() => decodeFrame(bytes)).toThrow(why);
  });

  test("is refused when it is no message at all", () => {
    expect(() => decodeFrame(Buffer.from([0x7a, 0x05, 1, 2]))).toThrow(/not a Frame message/);
  });
});

describe("a frame that is compressed", () => {
  const frames = fc
    .record({ shape: shapes, sequence: sequences, noise: fc.boolean(), seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }) })
    .map(({ shape, sequence, noise, seed }) => {
      const frame = filled(shape, sequence);
      let state = seed;
      if (noise) for (let i = 0; i < samplesOf(shape); i++) frame.samples[i] = state = (state * 48_271) % 0x7fffffff;
      return frame;
    });
  const small = filled({ height: 40, width: 50, channels: 1, element: "float32" }, 7);

  test("comes back as it was, whatever it shows", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const { message, bytes } = compressedFrame(frame);
        const decoded = decodeFrame(message);
        expect(decoded.shape).toEqual(frame.shape);
        expect(decoded.samples).toEqual(frame.samples);
        expect(decoded.sequence).toBe(Number(message.readBigUInt64LE(1)));
        expect(decoded.decompressCpu).toBeGreaterThanOrEqual(0);
        expect(message.length).toBeGreaterThan(bytes);
      }),
      { seed: 4 },
    );
  });

  test("is read by protobufjs and any zstd: one frame that says how large it is, coding 1, the samples' header", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const { message, bytes } = compressedFrame(frame);
        const fields = Frame.toObject(Frame.decode(message), { longs: Number }) as Record<string, unknown>;
        const payload = Buffer.from(fields.payload as Uint8Array);
        expect(fields).toMatchObject({ height: frame.shape.height, width: frame.shape.width, coding: 1 });
        expect(payload.length).toBe(bytes);
        // RFC 8878, 3.1.1.1.1: the two upper bits of the descriptor, or the single segment's, say that the size is there.
        expect(payload[4]! & 0b1110_0000).not.toBe(0);
        expect(zstdDecompressSync(payload)).toEqual(frame.message.subarray(31));
      }),
      { seed: 5 },
    );
  });

  test("is compressed once, until its owner puts other samples there", () => {
    const frame = filled({ height: 8, width: 8, channels: 1, element: "uint8" }, 1);
    const first = compressedFrame(frame);
    expect(compressedFrame(frame)).toBe(first);
    frame.samples.fill(9);
    setSequence(frame, 2);
    frame.compressed = null;
    expect(decodeFrame(compressedFrame(frame).message)).toMatchObject({ sequence: 2, samples: frame.samples });
  });

  test("damaged in one bit it is refused, or was not damaged where it counts", () => {
    const { message, bytes } = compressedFrame(small);
    const payload = message.length - bytes;
    fc.assert(
      fc.property(fc.integer({ min: 8 * payload, max: 8 * message.length - 1 }), (bit) => {
        const damaged = Buffer.from(message);
        damaged[bit >>> 3]! ^= 1 << (bit & 7);
        try {
          expect(decodeFrame(damaged).samples).toEqual(small.samples);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
          expect((error as FrameError).sequence).toBe(7);
        }
      }),
      { seed: 6, numRuns: 400 },
    );
  });

  const said = "the header of frame 7 says 40x50x1 float32, 8000 bytes; its zstd payload does not give them: ";
  const whole = zstdCompressSync(small.message.subarray(31));
  test.each([
    ["a payload cut short", whole.subarray(0, -3), "unexpected end of file"],
    ["no payload", Buffer.alloc(0), "unexpected end of file"],
    ["bytes after its end", Buffer.concat([whole, Buffer.from([0])]), "1 bytes follow its end"],
    ["a second zstd frame", Buffer.concat([whole, whole]), `${whole.length} bytes follow its end`],
    ["too few samples", zstdCompressSync(small.message.subarray(35)), null],
    [
      "one byte too many",
      zstdCompressSync(small.message.subarray(30)),
      "Cannot create a Buffer larger than 8000 bytes",
    ],
    ["64 MiB of zeros in 2 KiB", bomb(2 ** 26), "Cannot create a Buffer larger than 8000 bytes"],
    ["samples that are not compressed", small.message.subarray(31), "Unknown frame descriptor"],
  ])("is refused with %s, and says why", (_what, payload, why) => {
    const { shape } = small;
    const bytes = Buffer.from(Frame.encode({ sequence: 7, ...shape, element: 2, coding: 1, payload }).finish());
    const reason =
      why === null ? "the header of frame 7 says 40x50x1 float32, 8000 bytes; its payload has 7996" : said + why;
    expect(() => decodeFrame(bytes)).toThrow(new FrameError(7, reason));
  });

  test("is refused, before anything is decompressed, where its header says more than a message may hold", () => {
    const shape = { height: 2 ** 16, width: 2 ** 16, channels: 1 };
    const bytes = Frame.encode({ sequence: 8, ...shape, element: 2, coding: 1, payload: bomb(2 ** 20) }).finish();
    expect(() => decodeFrame(Buffer.from(bytes))).toThrow(/17179869184 bytes; a frame has less than 268435456/);
  });

  test("is refused in a coding that is not known", () => {
    const bytes = Frame.encode({ sequence: 9, height: 1, width: 1, channels: 1, element: 1, coding: 5 }).finish();
    const reason = "the coding 5 of frame 9 is not known: 0 (identity) or 1 (zstd)";
    expect(() => decodeFrame(Buffer.from(bytes))).toThrow(new FrameError(9, reason));
  });
});

/** A small payload that decompresses to so many zeros. */
function bomb(bytes: number): Buffer {
  return zstdCompressSync(Buffer.alloc(bytes));
}
