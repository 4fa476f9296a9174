import type { FrameSize } from "../sim/topology/catalogue.ts";
import type { UsageReply } from "./stage/wire.ts";

/** Frames of a size. */
interface Frames extends FrameSize {
  readonly frames: number;
}

/** A line of pods that is to be warm. */
export interface WarmedLine {
  /** Streams frames through it, as fast as they go. */
  stream(frames: Frames): Promise<void>;
  /** CPU time of all its pods together. */
  usage(): Promise<UsageReply>;
}

/** As many tell how long frames take; of slow ones, no more follow than come in so many seconds. */
const PILOT = { small: 10, large: 3 };
const MOST_SECONDS = 20;
/** Large enough for several HTTP/2 frames, and for a pipeline that halves it often. */
const FIRST: Frames = { height: 96, width: 96, frames: 600 };
/** More of these pass in the same time. */
const SMALL: Frames = { height: 32, width: 32, frames: 600 };
/** Of the largest frames to come: some for the buffers that they need, and at last, as pods will have them, those of a second. */
const LARGE = { frames: 30, most: 600, seconds: 1 };
/**
 * V8 hands a function to its last compiler when it has been called 3000 times (`--invocation-count-for-turbofan`), much of a pod's
 * code once a frame: until then a message costs up to half as much again.
 */
const COMPILED_FRAMES = 3_600;
/** Compilers have come to rest that take less than this share of what the pods' own threads take. */
const COMPILED = 0.05;

/**
 * Streams frames until a line's code is compiled: a message costs a fresh process four times what it costs after some thousands of
 * them, and meanwhile compilers take cores that the pods are to be measured on.
 * @param largest of the frames to come. @param patience seconds that compilers are waited for at most.
 */
export async function warmUp(line: WarmedLine, largest: FrameSize, patience: number): Promise<void> {
  const first = await streamFirst(line, FIRST, PILOT.small);
  const large = await streamFirst(line, { ...largest, frames: LARGE.frames }, PILOT.large);
  await compile(line, patience, first);
  await line.stream({ ...largest, frames: Math.min(LARGE.most, Math.ceil(LARGE.seconds * large.rate)) });
}

/** Frames that have passed, and how many come in a second. */
interface Streamed {
  readonly frames: number;
  readonly rate: number;
}

/** The first frames of a size. */
async function streamFirst(line: WarmedLine, frames: Frames, pilot: number): Promise<Streamed> {
  const rateOf = async (count: number) => {
    const begin = performance.now();
    await line.stream({ ...frames, frames: count });
    return (count / (performance.now() - begin)) * 1e3;
  };
  const rest = Math.min(frames.frames - pilot, Math.ceil(MOST_SECONDS * (await rateOf(pilot))));
  return { frames: pilot + rest, rate: await rateOf(rest) };
}

/** Streams small frames until the compilers rest. @param first how larger ones came. */
async function compile(line: WarmedLine, patience: number, first: Streamed): Promise<void> {
  const until = performance.now() + patience * 1e3;
  let small = SMALL;
  let streamed = first.frames;
  for (let before = await line.usage(); performance.now() < until; ) {
    const frames = Math.min(small.frames, Math.ceil(MOST_SECONDS * first.rate));
    try {
      await line.stream({ ...small, frames });
    } catch (error) {
      // Some pipeline's windows may not fit into the small ones.
      if (small === FIRST) throw error;
      small = FIRST;
      continue;
    }
    streamed += frames;
    const after = await line.usage();
    // Where the system does not tell, the frames have to do.
    const compiling = (after.compilerCpu - before.compilerCpu) / (after.threadCpu - before.threadCpu) >= COMPILED;
    if (streamed >= COMPILED_FRAMES && !compiling) return;
    before = after;
  }
}
