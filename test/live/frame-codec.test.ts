import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame, FrameError, newFrame, setSequence } from "../../live/stage/frame-codec.ts";
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
