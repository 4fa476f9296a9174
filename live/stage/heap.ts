const BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * Touches so many bytes of the allocator's memory and gives them back to it. Frames come and go in fresh buffers until the
 * garbage collector frees the first of them; without this every page up to there faults on a frame's time, and a pod needs
 * some hundred large frames to come to its pace.
 */
export function primeHeap(bytes: number): void {
  const blocks: ArrayBuffer[] = [];
  for (let done = 0; done < bytes; done += BLOCK_BYTES) {
    const block = new ArrayBuffer(BLOCK_BYTES);
    new Uint8Array(block).fill(1);
    blocks.push(block);
  }
  // A buffer that is transferred gives its memory back at once, not when it is collected.
  for (const block of blocks) block.transfer(0);
}

const COLLECT_BYTES = 16 * 1024 * 1024;
const { gc } = globalThis as { gc?: (options: { type: "minor" }) => void };

/**
 * Frees the buffers of frames that are gone, half a millisecond for every 16 MiB of them. Left to itself V8 looks at the young
 * objects that hold them only when those fill their space, which is later than the 64 MiB of buffers at which it marks the
 * whole heap: 20 to 30 ms, every 80 frames of 400 KiB. Does nothing without Node's flag --expose-gc.
 */
export class FrameCollector {
  #bytes = 0;

  /** So many bytes came, in the pieces that HTTP/2 makes of a message, and went. */
  passed(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < COLLECT_BYTES) return;
    this.#bytes = 0;
    gc?.({ type: "minor" });
  }
}
