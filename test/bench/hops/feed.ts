import type { Writable } from "node:stream";

/** Chunks that are on their way, as on a hop with this window; there is a buffer more, and not all are in the cache. */
const WINDOW = 8;

/** Writes chunks of so many bytes without end, as fast as they are taken. */
export function feed(stream: Writable, bytes: number): void {
  const chunks = Array.from({ length: WINDOW + 1 }, () => Buffer.alloc(bytes, 1));
  let next = 0;
  const write = () => {
    stream.write(chunks[next++ % chunks.length]!, (error) => {
      if (!error) write();
    });
  };
  stream.on("error", () => {});
  for (let i = 0; i < WINDOW; i++) write();
}
