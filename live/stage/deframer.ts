import { PREFIX } from "./frame-codec.ts";
import type { ReceiveBuffers } from "./receive-buffers.ts";

/**
 * Takes gRPC messages out of an HTTP/2 stream's data, as grpc-js' own decoder does; but each piece goes where it belongs as it
 * comes, while it is in the cache, instead of all of them being kept and copied when the message is whole.
 */
export class Deframer {
  readonly #buffers: ReceiveBuffers;
  readonly #limit: number;
  readonly #prefix = Buffer.alloc(PREFIX);
  #message: Buffer = this.#prefix;
  #filled = 0;
  /** What Node read from the socket last; the data are pieces of it. */
  #read: ArrayBufferLike | null = null;

  /** @param limit bytes of the largest message that is taken. */
  constructor(buffers: ReceiveBuffers, limit: number) {
    this.#buffers = buffers;
    this.#limit = limit;
  }

  /**
   * @param data of which nothing will be asked when the next come: a piece of what was read from the socket.
   * @returns the messages that are whole now, each with its prefix. @throws Error if one is larger than the limit.
   */
  write(data: Buffer): Buffer[] {
    const whole: Buffer[] = [];
    // Nobody reads the stream any more; its buffers may be somebody else's by now.
    if (this.#buffers.closed) return whole;
    if (data.buffer !== this.#read) {
      if (this.#read !== null) giveBack(this.#read);
      this.#read = data.buffer;
    }
    for (let at = 0; at < data.length; ) {
      const count = Math.min(this.#message.length - this.#filled, data.length - at);
      copy(count === data.length ? data : data.subarray(at, at + count), this.#message, this.#filled);
      at += count;
      this.#filled += count;
      if (this.#filled === PREFIX && this.#message === this.#prefix) this.#begin();
      if (this.#filled === this.#message.length) {
        whole.push(this.#message);
        this.#message = this.#prefix;
        this.#filled = 0;
      }
    }
    return whole;
  }

  #begin(): void {
    const bytes = this.#prefix.readUInt32BE(1);
    if (bytes > this.#limit) throw new Error(`a message of ${bytes} bytes is larger than the limit, ${this.#limit}`);
    this.#message = this.#buffers.take(PREFIX + bytes);
    this.#prefix.copy(this.#message);
  }
}

/** V8 copies into shared memory word by word, and byte by byte what is not aligned: 3 GB/s. `fill` is memcpy: 40 GB/s. */
function copy(from: Buffer, to: Buffer, offset: number): void {
  to.fill(from, offset, offset + from.length);
}

/** Read buffers of Node are 64 KiB, less where little was read; small ones may be pieces of a pool. */
const LEAST_BYTES = 16 * 1024;

/**
 * Frees a read buffer, of which nothing will be asked again, so that the next is read into the same memory, which is in the cache
 * still. Left to the garbage collector, megabytes of others come first.
 */
function giveBack(read: ArrayBufferLike): void {
  if (read instanceof ArrayBuffer && read.byteLength >= LEAST_BYTES && !read.detached) read.transfer(0);
}
