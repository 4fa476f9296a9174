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
