import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { FrameMemory, frameMemory, shareFrameMemory } from "../../kernels/simd/memory.ts";
import { bytesOf } from "../../sim/frame.ts";
import { shape } from "./cases.ts";

test("regions lie on multiples of 64, or the byte that the caller says", () => {
  const memory = new FrameMemory();
  for (const bytes of [0, 1, 63, 64, 65, 1000, 123_457]) {
    expect(memory.allocate(bytes).address % 64).toBe(0);
    for (const offset of [1, 27, 64, 100]) {
      const region = memory.allocate(bytes + offset, offset);
      expect((region.address + offset) % 64).toBe(0);
      expect(region.view).toHaveLength(bytes + offset);
    }
  }
});

test("a frame after a header is a typed array at an aligned address", () => {
  const memory = new FrameMemory();
  const frame = memory.allocateFrame(shape(3, 5, 2, "float32"), 27);
  expect(frame.bytes).toBe(27 + bytesOf(shape(3, 5, 2)));
  expect(frame.samples).toBeInstanceOf(Float32Array);
  expect(frame.samples).toHaveLength(30);
  expect(memory.addressOf(frame.samples)).toBe(frame.address + 27);
  expect(memory.addressOf(frame.samples) % 64).toBe(0);
  expect(memory.addressOf(new Float32Array(3))).toBe(-1);
  expect(frameMemory().addressOf(frame.samples)).toBe(-1);
});

test("no two regions in use overlap", () => {
  const memory = new FrameMemory();
  const regions = Array.from({ length: 300 }, (_, i) => memory.allocate((i * 7919) % 5000, i % 70));
  for (const [i, region] of regions.entries()) if (i % 3 === 0) memory.free(region);
  const kept = regions.filter((_, i) => i % 3 !== 0);
  const again = Array.from({ length: 100 }, (_, i) => memory.allocate((i * 104729) % 5000, i % 50));
  const all = [...kept, ...again].sort((a, b) => a.address - b.address);
  for (let i = 1; i < all.length; i++) {
    expect(all[i]!.address).toBeGreaterThanOrEqual(all[i - 1]!.address + all[i - 1]!.bytes);
  }
});

test("views from before the memory grew stay valid and see the same bytes", () => {
  const memory = new FrameMemory();
  const { samples } = memory.allocateFrame(shape(100, 100));
  samples.fill(7);
  const before = memory.memory.buffer.byteLength;
  const large = Array.from({ length: 4 }, () => memory.allocate(10 * 2 ** 20));
  expect(memory.memory.buffer.byteLength).toBeGreaterThan(before);
  expect(samples.length).toBe(10_000);
  expect(samples.every((value: number) => value === 7)).toBe(true);
  const again = memory.samples(samples.byteOffset, shape(100, 100));
  samples[17] = 8;
  expect(again[17]).toBe(8);
  expect(memory.addressOf(samples)).toBe(memory.addressOf(again));
  for (const region of large) memory.free(region);
});

test("what is freed is used again: the size stays as it is", () => {
  const memory = new FrameMemory();
  const frames = () =>
    [shape(64, 64), shape(17, 33, 3, "uint8"), shape(128, 1, 8)].map((of) => memory.allocateFrame(of));
  for (const frame of frames()) memory.free(frame);
  const { size, used } = memory;
  expect(used).toBe(0);
  for (let i = 0; i < 100_000; i++) {
    const frame = memory.allocateFrame(shape(64, 64), i % 40);
    memory.free(frame);
    if (i % 1000 === 0) for (const other of frames()) memory.free(other);
  }
  expect(memory.used).toBe(0);
  // A header may take a frame into the next class, once.
  expect(memory.size - size).toBeLessThan(32 * 1024);
});

test("a region is freed once", () => {
  const memory = new FrameMemory();
  const region = memory.allocate(100, 10);
  memory.free(region);
  expect(() => memory.free(region)).toThrow(new RangeError(`there is no region in use at ${region.address}`));
});

test("buffers over the memory can be copied and written to a socket, after growth too", async () => {
  const memory = new FrameMemory();
  const frame = memory.allocateFrame(shape(400, 500, 1, "uint8"), 27);
  for (let i = 0; i < frame.view.length; i++) frame.view[i] = (i * 31) % 251;
  const buffer = Buffer.from(frame.view.buffer, frame.view.byteOffset, frame.view.byteLength);
  memory.allocate(40 * 2 ** 20);
  const received: Buffer[] = [];
  const server = createServer((socket) => socket.on("data", (data) => received.push(Buffer.from(data))));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.cork();
  client.write(buffer.subarray(0, 1000));
  client.write(buffer.subarray(1000));
  client.uncork();
  client.end();
  await once(client, "close");
  await new Promise((resolve) => server.close(resolve));
  const expected = Buffer.from(frame.view.slice());
  expect(Buffer.concat(received).equals(expected)).toBe(true);
  expect(Buffer.concat([buffer]).equals(expected)).toBe(true);
});

test("objects over one memory never give away the same bytes, and see what the others have made it grow by", () => {
  const one = new FrameMemory();
  const other = new FrameMemory(one.memory);
  const regions = Array.from({ length: 40 }, (_, i) =>
    (i % 3 === 0 ? one : other).allocate(1 + ((i * 7919) % 3_000_000)),
  );
  const ranges = regions.map(({ address, bytes }) => [address, address + bytes]).sort((a, b) => a[0]! - b[0]!);
  for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThanOrEqual(ranges[i - 1]![1]!);
  expect(one.size).toBe(other.size);

  const last = other.allocateFrame(shape(2000, 2000));
  last.samples.fill(3);
  const seen = one.samples(last.address, shape(2000, 2000));
  expect(seen.at(-1)).toBe(3);
  expect(one.addressOf(seen)).toBe(last.address);
  expect(() => one.free(last)).toThrow("no region in use");
});

test("a thread has one memory", () => {
  expect(frameMemory()).toBe(frameMemory());
  expect(() => shareFrameMemory(new FrameMemory().memory)).toThrow("have a memory already");
});
