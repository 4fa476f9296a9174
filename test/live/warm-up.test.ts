import { expect, test, vi } from "vitest";
import { type WarmedLine, warmUp } from "../../live/warm-up.ts";

const LARGEST = { height: 256, width: 256 };
const PATIENCE = 60;

/** A line whose compilers take as much as `compiling` tells of each stretch of small frames, in turn; then nothing. */
function line(compiling: readonly number[], accepts: (height: number) => boolean = () => true) {
  const streamed: string[] = [];
  let [threadCpu, compilerCpu] = [0, 0];
  const shares = [...compiling];
  const warmed: WarmedLine = {
    async stream({ height, frames }) {
      if (!accepts(height)) throw new RangeError(`a frame of ${height}`);
      streamed.push(`${height}: ${frames}`);
      if (height === LARGEST.height) return;
      threadCpu += 1;
      if (streamed.length > 4) compilerCpu += shares.shift() ?? 0;
    },
    usage: async () => ({ threadCpu, compilerCpu }),
  };
  return { warmed, streamed };
}
const small = (streamed: readonly string[]) => streamed.slice(4, -1);

test("small frames pass until V8 has seen enough of them, and some large ones before and after", async () => {
  const { warmed, streamed } = line([]);
  await warmUp(warmed, LARGEST, PATIENCE);
  expect(streamed.slice(0, 4)).toEqual(["96: 10", "96: 590", "256: 3", "256: 27"]);
  expect(small(streamed)).toEqual(Array(5).fill("32: 600"));
  expect(streamed.at(-1)).toMatch(/^256: [0-9]+$/);
});

test("and on until the compilers rest", async () => {
  const { warmed, streamed } = line([0.3, 0.3, 0.2, 0.01, 0.2, 0.2, 0.1, 0.04]);
  await warmUp(warmed, LARGEST, PATIENCE);
  expect(small(streamed)).toHaveLength(8);
});

test("where nobody tells what compilers take, the frames have to do", async () => {
  const { warmed, streamed } = line(Array(100).fill(Number.NaN));
  await warmUp(warmed, LARGEST, PATIENCE);
  expect(small(streamed)).toHaveLength(5);
});

test("without patience only what the first and the large frames need", async () => {
  const { warmed, streamed } = line([1, 1, 1]);
  await warmUp(warmed, LARGEST, 0);
  expect(streamed).toHaveLength(5);
});

test("of slow frames no more than come in some seconds", async () => {
  const { warmed, streamed } = line([]);
  const slow = {
    ...warmed,
    async stream(frames: Parameters<WarmedLine["stream"]>[0]) {
      await warmed.stream(frames);
      vi.advanceTimersByTime(1e3 * frames.frames);
    },
  };
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    await warmUp(slow, LARGEST, PATIENCE);
  } finally {
    vi.useRealTimers();
  }
  // A second each: 20 in 20 s after the first ones, and 60 s of patience.
  expect(streamed).toEqual(["96: 10", "96: 20", "256: 3", "256: 20", "32: 20", "32: 20", "32: 20", "256: 1"]);
});

test("frames that are too small for a pipeline are larger ones", async () => {
  const { warmed, streamed } = line([], (height) => height >= 96);
  await warmUp(warmed, LARGEST, PATIENCE);
  expect(small(streamed)).toEqual(Array(5).fill("96: 600"));
});

test("a line that fails is told of", async () => {
  const { warmed } = line([], (height) => height > 96);
  await expect(warmUp(warmed, LARGEST, PATIENCE)).rejects.toThrow("a frame of 96");
});
