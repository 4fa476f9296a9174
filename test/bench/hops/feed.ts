import type { Writable } from "node:stream";

/** As many buffers as a hop has for a window of 8: they go round, and are not all in the cache. */
const BUFFERS = 9;

/** Writes chunks of so many bytes without end, as fast as they are taken. */
export function feed(stream: Writable, bytes: number): void {
  const chunks = Array.from({ length: BUFFERS }, () => Buffer.alloc(bytes, 1));
  let next = 0;
  const fill = () => {
    while (stream.write(chunks[next++ % BUFFERS]!));
  };
  stream.on("drain", fill);
  stream.on("error", () => {});
  fill();
}
