import type { Thread } from "../../sim/profile.ts";
import type { FrameSize } from "../../sim/topology/catalogue.ts";
import type { Trace } from "../../sim/trace.ts";
import type { Deployment, PodSpec } from "../clusters/cluster.ts";
import { Driver } from "../driver.ts";
import type { CalibrationOptions } from "./calibrate.ts";
import { median } from "./columns.ts";

/** Seconds of streaming that each cost is measured over, as far as the number of frames allows. */
const SAMPLE_SECONDS = 0.15;
const LEAST_FRAMES = 16;
const MOST_FRAMES = 120;
/** Frames at the start of every measurement that are left out: caches fill, the compiler learns the shapes. */
const WARMUP = 4;
const TIMEOUT_SECONDS = 60;
/** A line's compilers are waited for so long, at most: measuring, in turns with the others, goes on to warm it. */
const COMPILING_SECONDS = 2;
/** Frames on the way when the line is saturated. */
const BUSY_WINDOW = 8;

/** Frames per second, and frames, of a line that is cold. */
const COLD_RATE = 40;
const COLD_FRAMES = 11;

interface Drive {
  readonly rate?: number;
  readonly window?: number;
}

export type Line = MeasuredLine;

/** Pods deployed for calibration, driven as a line. */
export class MeasuredLine {
  readonly #driver: Driver;
  readonly #signal: AbortSignal | undefined;
  /** Frames that were streamed so far. */
  streamed = 0;

  private constructor(driver: Driver, signal: AbortSignal | undefined) {
    this.#driver = driver;
    this.#signal = signal;
  }

  /** Deploys pods, lets `work` drive lines of them, and ends them whatever happens. */
  static async deployed(
    pods: readonly PodSpec[],
    { cluster, logs, signal }: CalibrationOptions,
    work: (lineOf: (pods: readonly PodSpec[]) => MeasuredLine, deployment: Deployment) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted();
    const deployment = await cluster.deploy(pods, logs);
    const drivers: Driver[] = [];
    const lineOf = (line: readonly PodSpec[]) => {
      const driver = new Driver(deployment, line);
      drivers.push(driver);
      return new MeasuredLine(driver, signal);
    };
    try {
      await work(lineOf, deployment);
    } finally {
      for (const driver of drivers) driver.close();
      await deployment.stop();
    }
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
    return this.run(size, COLD_FRAMES, { rate: Math.min(COLD_RATE, 1 / (3 * periodOf(idle))), window: BUSY_WINDOW });
  }

  /** A line of one pod, which nothing but its rate makes wait: at a third of its pace it does two thirds of the time. */
  async alone(size: FrameSize): Promise<Record<Thread, Trace>> {
    const frames = await this.#framesOf(size, BUSY_WINDOW);
    const busy = await this.run(size, frames, { window: BUSY_WINDOW });
    const rate = 1 / (3 * periodOf(busy));
    const idle = await this.run(size, Math.min(frames, LEAST_FRAMES + Math.ceil(SAMPLE_SECONDS * rate)), { rate });
    return { busy, idle, cold: await this.run(size, COLD_FRAMES, { rate: Math.min(COLD_RATE, rate) }) };
  }

  /** A line that the measured pod shares with others. */
  async among(size: FrameSize): Promise<Record<Thread, Trace>> {
    const busy = await this.busy(size);
    const idle = await this.idle(size);
    return { busy, idle, cold: await this.cold(size, idle) };
  }

  async #sized(size: FrameSize, window: number): Promise<Trace> {
    return this.run(size, await this.#framesOf(size, window), { window });
  }

  /** As many frames as the time of a measurement holds: a few frames tell. */
  async #framesOf(size: FrameSize, window: number): Promise<number> {
    return framesFor(await this.run(size, LEAST_FRAMES, { window }));
  }

  async run(size: FrameSize, frames: number, { rate = 0, window = 1 }: Drive = {}): Promise<Trace> {
    const run = { frames, rate, height: size.height, width: size.width, window, digests: 0 };
    this.streamed += frames;
    const { trace } = await this.#driver.run("calibration", 0, WARMUP, run, {
      timeout: TIMEOUT_SECONDS,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    return trace;
  }
}

/** So many frames take about the time that a measurement may take. */
function framesFor(trace: Trace): number {
  return WARMUP + Math.round(Math.min(MOST_FRAMES, Math.max(LEAST_FRAMES, SAMPLE_SECONDS / periodOf(trace))));
}

/** Seconds from one frame's delivery to the next's, the middle of them. */
function periodOf(trace: Trace): number {
  const ends = trace.pods.at(-1)!.end;
  return median(ends.subarray(WARMUP + 1).map((end, i) => end - ends[WARMUP + i]!));
}
