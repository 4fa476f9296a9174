import type { Thread } from "../../sim/profile.ts";
import { median } from "../../sim/statistics/quantile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Deployment, PodSpec } from "../clusters/cluster.ts";
import { Driver } from "../driver.ts";

/** Seconds of streaming that each cost is measured over in one pass: more passes tell more than longer ones. */
const SAMPLE_SECONDS = 0.06;
const LEAST_FRAMES = 14;
const MOST_FRAMES = 120;
/** Frames at the start of every measurement that are left out: caches fill, the compiler learns the shapes. */
const WARMUP = 4;
/** Frames that tell how long one takes. */
const PILOT_FRAMES = 10;
/** Nothing is known of it before; a frame that takes longer, seconds, is not measured. */
const PILOT_PERIOD = 15;
/** More than what a run should take. */
const TIMEOUT_SECONDS = 60;
/** A line's compilers are waited for so long, at most. */
const COMPILING_SECONDS = 6;
/** Frames on the way when the line is saturated. */
const BUSY_WINDOW = 8;

/** Frames per second, and frames, of a line that is cold: it has just been measured idle, so that little has to fill. */
const COLD_RATE = 40;
const COLD_WARMUP = 1;
const COLD_FRAMES = 5;

interface Drive {
  readonly rate?: number;
  readonly window?: number;
  readonly warmup?: number;
  /** Seconds that a frame takes, as far as that is known. */
  readonly period?: number;
}

/** Of a kind of measurement, found once: how long a frame takes, seconds, and how many there are in one. */
interface Pace {
  readonly period: number;
  readonly frames: number;
}

export type Line = MeasuredLine;

/** Pods deployed for calibration, driven as a line. */
export class MeasuredLine {
  readonly #driver: Driver;
  readonly #signal: AbortSignal | undefined;
  /** Frames that were streamed so far. */
  streamed = 0;

  /** By size and window. */
  readonly #paces = new Map<string, Pace>();

  constructor(deployment: Deployment, pods: readonly PodSpec[], signal: AbortSignal | undefined) {
    this.#driver = new Driver(deployment, pods);
    this.#signal = signal;
  }

  close(): void {
    this.#driver.close();
  }

  async warmUp(largest: FrameSize): Promise<void> {
    await this.#driver.warmUp(largest, COMPILING_SECONDS, this.#signal);
  }

  /** One frame at a time: every pod waits for it. */
  idle(size: FrameSize): Promise<Trace> {
    return this.#sized(size, 1);
  }

  /** As many frames as the line takes: its slowest pod, the one that is measured, never waits. */
  busy(size: FrameSize): Promise<Trace> {
    return this.#sized(size, BUSY_WINDOW);
  }

  /** A frame now and then, at most a third of what the line carries one by one: every pod has long waited for it. */
  cold(size: FrameSize, idle: Trace): Promise<Trace> {
    return this.#coldAt(size, 1 / (3 * periodOf(idle)), BUSY_WINDOW);
  }

  /** A line of one pod, which nothing but its rate makes wait: at a third of its pace it does two thirds of the time. */
  async alone(size: FrameSize): Promise<Record<Thread, Trace>> {
    const { frames, period } = await this.#paceOf(size, BUSY_WINDOW);
    const busy = await this.run(size, frames, { window: BUSY_WINDOW, period });
    const rate = 1 / (3 * periodOf(busy));
    const idle = await this.run(size, Math.min(frames, LEAST_FRAMES + Math.ceil(SAMPLE_SECONDS * rate)), { rate });
    return { busy, idle, cold: await this.#coldAt(size, rate, 1) };
  }

  /** A line that the measured pod shares with others. */
  async among(size: FrameSize): Promise<Record<Thread, Trace>> {
    const busy = await this.busy(size);
    const idle = await this.idle(size);
    return { busy, idle, cold: await this.cold(size, idle) };
  }

  #coldAt(size: FrameSize, rate: number, window: number): Promise<Trace> {
    return this.run(size, COLD_FRAMES, { rate: Math.min(COLD_RATE, rate), window, warmup: COLD_WARMUP });
  }

  async #sized(size: FrameSize, window: number): Promise<Trace> {
    const { frames, period } = await this.#paceOf(size, window);
    return this.run(size, frames, { window, period });
  }

  /** As many frames as the time of a measurement holds: a few frames tell. */
  async #paceOf(size: FrameSize, window: number): Promise<Pace> {
    const key = `${size.height}x${size.width} ${window}`;
    const known = this.#paces.get(key);
    if (known !== undefined) return known;
    const period = periodOf(await this.run(size, PILOT_FRAMES, { window, period: PILOT_PERIOD }));
    const pace = { period, frames: framesFor(period) };
    this.#paces.set(key, pace);
    return pace;
  }

  async run(
    size: FrameSize,
    frames: number,
    { rate = 0, window = 1, warmup = WARMUP, period = 0 }: Drive = {},
  ): Promise<Trace> {
    const run = { frames, rate, height: size.height, width: size.width, window, digests: 0 };
    this.streamed += frames;
    const expected = frames * Math.max(period, rate > 0 ? 1 / rate : 0);
    const { trace } = await this.#driver.run("calibration", 0, warmup, run, {
      timeout: TIMEOUT_SECONDS + 2 * expected,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    return trace;
  }
}

/** So many frames take about the time that a measurement may take. */
function framesFor(period: number): number {
  return WARMUP + Math.round(Math.min(MOST_FRAMES, Math.max(LEAST_FRAMES, SAMPLE_SECONDS / period)));
}

/** Seconds from one frame's delivery to the next's, the middle of them. */
function periodOf(trace: Trace): number {
  const ends = trace.pods.at(-1)!.end;
  return median(ends.subarray(WARMUP + 1).map((end, i) => end - ends[WARMUP + i]!));
}
