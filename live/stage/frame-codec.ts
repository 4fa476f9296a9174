import protobuf from "protobufjs";
import { freeWith, Holdings } from "../../kernels/simd/holdings.ts";
import { frameMemory } from "../../kernels/simd/memory.ts";
import { bytesOf, describeShape, type ElementType, type FrameShape } from "../../sim/frame.ts";
import { now } from "./clock.ts";
import { threadCpu } from "./thread-cpu.ts";
import { compressed, decompressed } from "./zstd.ts";

/** Samples of a frame: a view of somebody's bytes, float32 aligned to 4. */
export type Samples = Uint8Array | Float32Array;

/**
 * A frame in a buffer of its own, encoded, in the memory of the vector kernels: the header lies right in front of the payload,
 * which a kernel writes in place. The buffer is the message that goes out, so encoding copies nothing.
 */
export interface SentFrame {
  readonly shape: FrameShape;
  readonly samples: Samples;
  /** Header and payload: the whole protobuf message. */
  readonly message: Buffer;
  /** The same with gRPC's prefix in front: what goes over the wire. */
  readonly framed: Buffer;
  /** The same compressed, once somebody asked for that; the owner forgets it when other samples take the frame's place. */
  compressed: CompressedMessage | null;
  /** Gives the buffer back; only when nobody will read it any more. Otherwise that happens when the frame is collected. */
  release(): void;
}

/** What goes out: a frame as it is, or compressed. */
export type OutgoingMessage = Pick<SentFrame, "message" | "framed">;

export interface CompressedMessage extends OutgoingMessage {
  /** Of the payload in it. */
  readonly bytes: number;
}

/** How a payload is to be read: `Coding` of the protocol. */
export const Coding = { IDENTITY: 0, ZSTD: 1 } as const;
export const KNOWN_CODINGS = "0 (identity) or 1 (zstd)";

/** A decoded frame; `samples` is a view of the received message where its alignment allows, else a copy. */
export interface ReceivedFrame {
  readonly sequence: number;
  readonly shape: FrameShape;
  readonly samples: Samples;
  /** When the whole message was there and decoding began: monotonic clock, seconds. */
  readonly arrived: number;
  /** CPU time of decompressing it, seconds; `NaN` if it came as it is. */
  readonly decompressCpu: number;
  /** Gives the samples' memory back; nobody may look at them afterwards. */
  release(): void;
}

/** The message is no frame, or its header disagrees with its payload. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly sequence: number;
  constructor(sequence: number, reason: string) {
    super(reason);
    this.sequence = sequence;
  }
}

// Header: sequence (1 + 8), height, width, channels (1 + 4 each), element (1 + 1), payload's tag (1) and length (4, a varint
// padded to that width). With gRPC's own 5 bytes in front a received payload is aligned to 4.
export const HEADER = 31;
/** Bytes that gRPC puts in front of a message: a flag, and the length of what follows, big endian. */
export const PREFIX = 5;
const LENGTH_LIMIT = 2 ** 28;
export const ELEMENT_CODE: Readonly<Record<ElementType, number>> = { uint8: 1, float32: 2 };
export const ELEMENT_OF_CODE: readonly (ElementType | undefined)[] = [undefined, "uint8", "float32"];

/**
 * A frame to be filled: allocates the buffer once, for use over many sequence numbers.
 * @throws RangeError if the payload is 256 MiB or larger.
 */
export function newFrame(shape: FrameShape): SentFrame {
  const bytes = bytesOf(shape);
  if (bytes >= LENGTH_LIMIT) {
    throw new RangeError(
      `a frame of ${describeShape(shape)} has ${bytes} bytes; a message holds less than ${LENGTH_LIMIT}`,
    );
  }
  const memory = frameMemory();
  const holdings = new Holdings(memory);
  const { address, view } = holdings.take(PREFIX + HEADER + bytes, PREFIX + HEADER);
  const framed = Buffer.from(view.buffer, address, view.length);
  framed.writeUInt32BE(HEADER + bytes, 1);
  const message = framed.subarray(PREFIX);
  message[0] = (1 << 3) | 1;
  message[9] = (2 << 3) | 5;
  message.writeUInt32LE(shape.height, 10);
  message[14] = (3 << 3) | 5;
  message.writeUInt32LE(shape.width, 15);
  message[19] = (4 << 3) | 5;
  message.writeUInt32LE(shape.channels, 20);
  message[24] = 5 << 3;
  message[25] = ELEMENT_CODE[shape.element];
  message[26] = (15 << 3) | 2;
  message[27] = (bytes & 0x7f) | 0x80;
  message[28] = ((bytes >>> 7) & 0x7f) | 0x80;
  message[29] = ((bytes >>> 14) & 0x7f) | 0x80;
  message[30] = bytes >>> 21;
  const samples = memory.samples(address + PREFIX + HEADER, shape);
  // HTTP/2 holds on to that buffer until it is written, also when nobody knows of the frame any more.
  freeWith(framed, holdings);
  return { shape, samples, message, framed, compressed: null, release: () => holdings.release() };
}

/** Writes a frame's sequence number into its header. */
export function setSequence(frame: SentFrame, sequence: number): void {
  frame.message.writeUInt32LE(sequence >>> 0, 1);
  frame.message.writeUInt32LE(Math.floor(sequence / 2 ** 32), 5);
}

export function encodedFrame(frame: OutgoingMessage): Buffer {
  return frame.message;
}

/** The message with its payload compressed; done once for a frame's samples and sequence number, which are to be set before. */
export function compressedFrame(frame: SentFrame): CompressedMessage {
  if (frame.compressed !== null) return frame.compressed;
  const payload = compressed(frame.message.subarray(HEADER));
  const fields = protobuf.Writer.create();
  fields.uint32(6 << 3).uint32(Coding.ZSTD);
  fields.uint32((15 << 3) | 2).uint32(payload.length);
  // Prefix and header up to the payload's tag are the same, but for the prefix' length.
  const framed = Buffer.concat([frame.framed.subarray(0, PREFIX + HEADER - 5), fields.finish(), payload]);
  framed.writeUInt32BE(framed.length - PREFIX, 1);
  frame.compressed = { message: framed.subarray(PREFIX), framed, bytes: payload.length };
  return frame.compressed;
}

/**
 * Decodes a frame, in any encoding that protobuf allows.
 * @param release gives the message's memory back, if it has an owner.
 * @throws FrameError if the bytes are no such message, its coding is not known, or header and payload disagree.
 */
export function decodeFrame(message: Buffer, release: () => void = () => {}): ReceivedFrame {
  const arrived = now();
  const reader = protobuf.Reader.create(message);
  let sequence = 0;
  let height = 0;
  let width = 0;
  let channels = 0;
  let code = 0;
  let coding = 0;
  let payload: Uint8Array = message.subarray(0, 0);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === ((1 << 3) | 1)) {
        const low = reader.fixed32();
        sequence = low + reader.fixed32() * 2 ** 32;
      } else if (tag === ((2 << 3) | 5)) height = reader.fixed32();
      else if (tag === ((3 << 3) | 5)) width = reader.fixed32();
      else if (tag === ((4 << 3) | 5)) channels = reader.fixed32();
      else if (tag === 5 << 3) code = reader.uint32();
      else if (tag === 6 << 3) coding = reader.uint32();
      else if (tag === ((15 << 3) | 2)) {
        const length = reader.uint32();
        payload = message.subarray(reader.pos, reader.pos + length);
        reader.skip(length);
      } else reader.skipType(tag & 7);
    }
  } catch (error) {
    throw new FrameError(sequence, `not a Frame message: ${(error as Error).message}`);
  }
  const element = ELEMENT_OF_CODE[code];
  if (element === undefined)
    throw new FrameError(sequence, `element type ${code} is not known: 1 (uint8) or 2 (float32)`);
  const shape: FrameShape = { height, width, channels, element };
  let decompressCpu = Number.NaN;
  if (coding === Coding.ZSTD) {
    const begin = threadCpu();
    payload = decompressedPayload(sequence, payload, shape);
    decompressCpu = threadCpu() - begin;
  } else if (coding !== Coding.IDENTITY) {
    throw new FrameError(sequence, `the coding ${coding} of frame ${sequence} is not known: ${KNOWN_CODINGS}`);
  }
  if (height === 0 || width === 0 || channels === 0 || payload.length !== bytesOf(shape)) {
    throw new FrameError(
      sequence,
      `the header of frame ${sequence} says ${describeShape(shape)}, ${bytesOf(shape)} bytes; its payload has ${payload.length}`,
    );
  }
  const samples = viewOf(payload, shape);
  if (coding === Coding.IDENTITY) return { sequence, shape, samples, arrived, decompressCpu, release };
  // Decompressed samples have memory of their own.
  release();
  return { sequence, shape, samples, arrived, decompressCpu, release: () => {} };
}

/** At most what the header says, and no more than a message could hold: a small payload may claim to be anything. */
function decompressedPayload(sequence: number, payload: Uint8Array, shape: FrameShape): Uint8Array {
  const what = `the header of frame ${sequence} says ${describeShape(shape)}, ${bytesOf(shape)} bytes`;
  if (bytesOf(shape) >= LENGTH_LIMIT) throw new FrameError(sequence, `${what}; a frame has less than ${LENGTH_LIMIT}`);
  try {
    return decompressed(payload, bytesOf(shape));
  } catch (error) {
    throw new FrameError(sequence, `${what}; its zstd payload does not give them: ${(error as Error).message}`);
  }
}

function viewOf(payload: Uint8Array, shape: FrameShape): Samples {
  if (shape.element === "float32" && payload.byteOffset % 4 !== 0) {
    return samplesAt(new Uint8Array(payload).buffer, 0, shape);
  }
  return samplesAt(payload.buffer as ArrayBuffer, payload.byteOffset, shape);
}

function samplesAt(storage: ArrayBuffer, offset: number, shape: FrameShape): Samples {
  const bytes = bytesOf(shape);
  return shape.element === "float32"
    ? new Float32Array(storage, offset, bytes / 4)
    : new Uint8Array(storage, offset, bytes);
}
