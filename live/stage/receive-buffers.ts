import { frameMemory, type Region } from "../../kernels/simd/memory.ts";
import { decodeFrame, HEADER, PREFIX, type ReceivedFrame } from "./frame-codec.ts";

/** Where the frames of one stream are received: in the memory of the vector kernels, which use them where they lie. */
export class ReceiveBuffers {
  /** Messages that are no frames yet, by address. */
  readonly #taken = new Map<number, Region>();
  #closed = false;

  /** True when nothing shall be written any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** For a message and its prefix. @throws RangeError if there is no more memory. */
  take(bytes: number): Buffer {
    const region = frameMemory().allocate(bytes, PREFIX + HEADER);
    this.#taken.set(region.address, region);
    return Buffer.from(region.view.buffer, region.address, bytes);
  }

  /** Decodes a message, given without its prefix; its memory is the frame's from now on. @throws FrameError */
  frame(message: Buffer): ReceivedFrame {
    const address = message.byteOffset - PREFIX;
    const region = message.buffer instanceof SharedArrayBuffer ? this.#taken.get(address) : undefined;
    if (region === undefined) return decodeFrame(message);
    this.#taken.delete(address);
    const release = () => frameMemory().free(region);
    try {
      return decodeFrame(message, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Frees what did not become a frame; what the stream still brings is dropped. */
  close(): void {
    this.#closed = true;
    for (const region of this.#taken.values()) frameMemory().free(region);
    this.#taken.clear();
  }
}
